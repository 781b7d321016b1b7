"""Caps on the horns of the lateral ventricles and bands along their bodies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.synthesis.anatomy import FAR_MM, Anatomy
from wmhseg.synthesis.fields import smooth_field

# Horn tips lie this far in front of and behind the ventricles' middle in MNI y (LPS), mm.
_FRONT_MM, _BACK_MM = -22.0, 30.0


@dataclass(frozen=True)
class Periventricular:
    """One draw.

    Attributes:
        cap_mm: Thickness at the frontal right, frontal left, occipital right and left horn; 0: none.
        band_mm: Thickness along the bodies; 0 for none. A band is at least 2.5 mm thick: thinner
            ones are normal rims.
        roughness: How much the outer edge wavers, as a fraction of the thickness.
        extent: Which part of the ventricles' wall has a band: above this value of a field of SD 1.
        seed: Of the fields.
    """

    cap_mm: tuple[float, float, float, float]
    band_mm: float
    roughness: float
    extent: float
    seed: int


def sample_periventricular(rng: np.random.Generator) -> Periventricular:
    """Draw: caps on most horns, bands in half of the heads."""
    caps = rng.uniform(3.5, 11.0, 4) * (rng.random(4) < rng.choice([0.3, 0.9]))
    return Periventricular(
        cap_mm=(float(caps[0]), float(caps[1]), float(caps[2]), float(caps[3])),
        band_mm=float(rng.uniform(2.5, 9.0)) * bool(rng.random() < 0.5),
        roughness=float(rng.uniform(0.15, 0.5)),
        extent=float(rng.uniform(-1.2, 0.8)),
        seed=int(rng.integers(2**31)),
    )


def draw_periventricular(anatomy: Anatomy, parameters: Periventricular) -> NDArray[np.bool_]:
    """Return caps and bands (z, y, x) in the anatomy's box, not yet cut to white matter."""
    shape = anatomy.ventricle_mm.shape
    y, x = anatomy.mni[1], anatomy.mni[2]
    thickness = np.zeros(shape, np.float32)
    if parameters.band_mm:
        patchy = smooth_field(shape, 18.0, parameters.seed + 1)
        thickness[patchy > parameters.extent] = parameters.band_mm
    for index, cap in enumerate(parameters.cap_mm):
        if not cap:
            continue
        occipital, left = index >= 2, index % 2 == 1
        beyond = y - _BACK_MM if occipital else _FRONT_MM - y
        horn = np.clip(1 + beyond / 10, 0, 1) * (x > 0 if left else x < 0)
        np.maximum(thickness, cap * horn, out=thickness)
    waver = 1 + parameters.roughness * smooth_field(shape, 5.0, parameters.seed)
    edge = np.minimum(thickness * waver, FAR_MM - 1)
    return np.asarray((anatomy.ventricle_mm < edge) & (thickness >= 2.5))
