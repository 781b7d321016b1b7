"""How lesions look: brightness, soft borders, texture and dull centres."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.synthesis.fields import smooth_field

_BORDER_GAIN = np.float32(1.6)


@dataclass(frozen=True)
class LesionLook:
    """One draw.

    Attributes:
        flair_sd: Brightness on FLAIR above white matter, in robust SDs of the image.
        t1_sd: Darkness on T1 below white matter, in robust SDs of the image; 0: not visible.
        border_mm: Standard deviation of the blur of the border.
        texture: Standard deviation of changes within and between lesions, as a fraction.
        dull: How much of the brightness is lost in the centre of thick lesions.
        seed: Of the texture.
    """

    flair_sd: float
    t1_sd: float
    border_mm: float
    texture: float
    dull: float
    seed: int


def sample_lesion_look(rng: np.random.Generator) -> LesionLook:
    """Draw; lesion medians of real scans lie 0.9 to 2.7 robust SDs above white matter on FLAIR.

    On T1 those of one site lie 0.15 to 0.5 below, those of another 0.4 to 1.8. Voxels that a lesion
    fills in part and noise pull the median of a scan to about 0.6 of what is drawn.
    """
    return LesionLook(
        flair_sd=float(np.clip(np.exp(rng.normal(np.log(2.9), 0.3)), 1.9, 5.0)),
        t1_sd=_t1_darkness(rng.random()),
        border_mm=float(rng.uniform(0.4, 0.8)),
        texture=float(rng.uniform(0.05, 0.3)),
        dull=float(rng.uniform(0, 0.5)) * bool(rng.random() < 0.4),
        seed=int(rng.integers(2**31)),
    )


def _t1_darkness(chance: float) -> float:
    """Return 0 to 1 robust SDs in one half of the scans, 0 to 3.2 in the other."""
    return 2 * chance if chance < 0.5 else 3.2 * (2 * chance - 1)


def lesion_strength(lesions: NDArray[np.bool_], look: LesionLook) -> NDArray[np.float32]:
    """Return how lesion-like each voxel is (z, y, x): 0 outside, about 1 inside."""
    soft = ndimage.gaussian_filter(lesions.astype(np.float32), look.border_mm, truncate=3)
    # Readers draw where a lesion is clearly bright, so most of the border's slope lies outside the mask.
    soft = np.minimum(soft * _BORDER_GAIN, 1)
    texture = smooth_field(lesions.shape, 3.0, look.seed) + smooth_field(lesions.shape, 9.0, look.seed + 1)
    soft *= np.clip(1 + look.texture / np.sqrt(2) * texture, 0.6, 1.5)
    if look.dull:
        thick = ndimage.gaussian_filter(lesions.astype(np.float32), 2.5, truncate=2.5)
        soft *= 1 - look.dull * np.clip((thick - 0.75) / 0.2, 0, 1)
    return soft
