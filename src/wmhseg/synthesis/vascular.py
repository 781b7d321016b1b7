"""Small vessel disease: clouds in frontal and parietal white matter, dots in deep grey and pons."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.blobs import Blobs, draw_blobs
from wmhseg.synthesis.fields import smooth_field
from wmhseg.synthesis.tissues import DEEP_GREY, Tissue, is_any

# Middles of the clouds, MNI (z, y, |x|) in LPS mm: frontal, parietal, both beside the ventricles' roofs.
_MIDDLES_MM = ((22.0, -24.0, 24.0), (28.0, 32.0, 26.0))
# Clouds are longer from front to back than wide.
_LENGTHS = (1.0, 1.5, 0.8)


@dataclass(frozen=True)
class Vascular:
    """One draw.

    Attributes:
        cloud_mm: Radius of the frontal and the parietal clouds; 0 for none.
        left: Size of those on the left, as a fraction of those on the right.
        waver: How much the edge wavers, as a fraction of the radius.
        deep_grey: Dots in thalamus, caudate, putamen and pallidum.
        pons: Dots in the brainstem.
        seed: Of the edge.
    """

    cloud_mm: tuple[float, float]
    left: float
    waver: float
    deep_grey: Blobs
    pons: Blobs
    seed: int


def sample_vascular(rng: np.random.Generator) -> Vascular:
    """Draw: clouds in two heads of five, dots in deep grey matter or pons in some."""
    clouds = rng.uniform(5, 16, 2) * (rng.random(2) < 0.8) * (rng.random() < 0.4)
    grey = int(rng.integers(1, 9)) * bool(rng.random() < 0.3)
    pons = int(rng.integers(1, 4)) * bool(rng.random() < 0.2)
    return Vascular(
        cloud_mm=(float(clouds[0]), float(clouds[1])),
        left=float(rng.uniform(0.6, 1.4)),
        waver=float(rng.uniform(0.3, 0.8)),
        deep_grey=Blobs(grey, (1.0, 3.5), 1.8, 0.2, int(rng.integers(2**31))),
        pons=Blobs(pons, (1.5, 5.0), 1.8, 0.3, int(rng.integers(2**31))),
        seed=int(rng.integers(2**31)),
    )


def draw_clouds(anatomy: Anatomy, parameters: Vascular) -> NDArray[np.bool_]:
    """Return the clouds (z, y, x) in the anatomy's box, not yet cut to white matter."""
    z, y, x = anatomy.mni
    drawn = np.zeros(x.shape, bool)
    if not any(parameters.cloud_mm):
        return drawn
    edge = 1 + parameters.waver * smooth_field(x.shape, 7.0, parameters.seed)
    size = np.where(x > 0, parameters.left, 1.0) * edge
    for radius, middle in zip(parameters.cloud_mm, _MIDDLES_MM, strict=True):
        if radius:
            places = zip((z, y, np.abs(x)), middle, _LENGTHS, strict=True)
            away = sum(((place - centre) / (radius * length)) ** 2 for place, centre, length in places)
            drawn |= np.asarray(np.sqrt(away) < size)
    return drawn


def draw_dots(tissues: NDArray[np.uint8], parameters: Vascular) -> NDArray[np.bool_]:
    """Return dots in deep grey matter and brainstem (z, y, x)."""
    grey, stem = is_any(tissues, DEEP_GREY), tissues == Tissue.BRAINSTEM
    dots = draw_blobs(grey, parameters.deep_grey) & grey
    return np.asarray(dots | draw_blobs(stem, parameters.pons) & stem)
