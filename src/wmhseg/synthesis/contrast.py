"""Signal of each tissue on FLAIR and T1, relative to white matter, over any vendor and field."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.synthesis.fields import smooth_field
from wmhseg.synthesis.tissues import Tissue

Range = tuple[float, float]


@dataclass(frozen=True)
class Contrast:
    """One draw for one image; white matter is 1.

    Attributes:
        means: Signal of each `Tissue`, by its number.
        fat: Signal of fat; soft tissue is a mixture of fat and muscle.
        texture: Standard deviation of slow changes within tissues, as a fraction of the signal.
        grain: The same from voxel to voxel.
        seed: Of both.
    """

    means: tuple[float, ...]
    fat: float
    texture: float
    grain: float
    seed: int


# FLAIR: fluid is dark, cortex brighter than white matter, deep grey in between, iron darkens pallidum.
_FLAIR: dict[Tissue, Range] = {
    Tissue.VENTRICLE: (0.03, 0.27),
    Tissue.CEREBELLAR_WHITE: (0.92, 1.08),
    Tissue.THALAMUS: (1.00, 1.18),
    Tissue.CAUDATE: (1.05, 1.30),
    Tissue.PUTAMEN: (0.98, 1.25),
    Tissue.PALLIDUM: (0.78, 1.05),
    Tissue.BRAINSTEM: (0.98, 1.15),
    Tissue.LIMBIC: (1.10, 1.42),
    Tissue.VENTRAL: (0.95, 1.12),
    Tissue.CHOROID_PLEXUS: (0.45, 1.75),
    Tissue.ARTERY: (0.08, 0.45),
    Tissue.VEIN: (0.20, 1.00),
    Tissue.EYE: (0.05, 0.45),
    Tissue.SOFT: (0.35, 0.80),
    Tissue.MUSCLE: (0.5, 0.9),
    Tissue.MUCOSA: (0.9, 2.4),
    Tissue.SKIN: (0.7, 2.2),
    Tissue.CORTICAL_BONE: (0.05, 0.22),
    Tissue.CANCELLOUS_BONE: (0.2, 1.0),
    Tissue.NERVE: (0.85, 1.15),
}
_T1: dict[Tissue, Range] = {
    Tissue.VENTRICLE: (0.06, 0.30),
    Tissue.CEREBELLAR_WHITE: (0.93, 1.05),
    Tissue.CHOROID_PLEXUS: (0.45, 0.85),
    Tissue.ARTERY: (0.15, 1.4),
    Tissue.VEIN: (0.25, 0.9),
    Tissue.EYE: (0.12, 0.4),
    Tissue.SOFT: (0.40, 0.75),
    Tissue.MUSCLE: (0.5, 0.8),
    Tissue.MUCOSA: (0.4, 0.9),
    Tissue.SKIN: (0.5, 1.6),
    Tissue.CORTICAL_BONE: (0.03, 0.2),
    Tissue.CANCELLOUS_BONE: (0.3, 1.2),
    Tissue.NERVE: (0.85, 1.0),
}
# Share of the way from cortex (0) to white matter (1) on T1.
_T1_GREY: dict[Tissue, Range] = {
    Tissue.THALAMUS: (0.35, 0.75),
    Tissue.CAUDATE: (0.0, 0.3),
    Tissue.PUTAMEN: (0.1, 0.5),
    Tissue.PALLIDUM: (0.55, 0.95),
    Tissue.BRAINSTEM: (0.65, 1.0),
    Tissue.LIMBIC: (-0.1, 0.2),
    Tissue.VENTRAL: (0.5, 0.9),
}
# White matter 8 pixels apart differs by sqrt(2) times 0.20-0.89 robust SDs on FLAIR, 0.06-0.26 on T1.
_FLAIR_TEXTURE = (0.01, 0.09)
_T1_TEXTURE = (0.005, 0.03)


def sample_flair_contrast(rng: np.random.Generator) -> Contrast:
    """Draw the contrast of a FLAIR; fat may be suppressed."""
    means = _draw(rng, _FLAIR)
    means[Tissue.CORTEX] = rng.uniform(1.05, 1.32)
    means[Tissue.CEREBELLAR_CORTEX] = 1 + (means[Tissue.CORTEX] - 1) * rng.uniform(0.3, 1.1)
    _fluid(rng, means)
    fat = rng.uniform(0.2, 0.8) if rng.random() < 0.35 else rng.uniform(1.2, 3.2)
    return _contrast(rng, means, float(fat), _FLAIR_TEXTURE)


def sample_t1_contrast(rng: np.random.Generator) -> Contrast:
    """Draw the contrast of a T1; in one of eight after gadolinium."""
    means = _draw(rng, _T1)
    cortex = means[Tissue.CORTEX] = rng.uniform(0.62, 0.92)
    means[Tissue.CEREBELLAR_CORTEX] = cortex * rng.uniform(0.95, 1.08)
    for tissue, limits in _T1_GREY.items():
        means[tissue] = cortex + (1 - cortex) * rng.uniform(*limits)
    _fluid(rng, means)
    if rng.random() < 0.125:
        for tissue in (Tissue.VEIN, Tissue.ARTERY, Tissue.CHOROID_PLEXUS, Tissue.MUCOSA):
            means[tissue] = rng.uniform(1.2, 2.4)
    return _contrast(rng, means, float(rng.uniform(1.0, 2.4)), _T1_TEXTURE)


def paint_tissues(tissues: NDArray[np.uint8], contrast: Contrast) -> NDArray[np.float32]:
    """Return the signal (Z, Y, X) float32, with texture, without lesions."""
    image = np.asarray(contrast.means, np.float32)[tissues]
    soft = tissues == Tissue.SOFT
    muscle = np.float32(contrast.means[Tissue.SOFT])
    share = np.clip(0.8 + 0.6 * smooth_field(tissues.shape, 12.0, contrast.seed + 1)[soft], 0, 1)
    image[soft] = muscle + (np.float32(contrast.fat) - muscle) * share
    slow = smooth_field(tissues.shape, 5.0, contrast.seed)
    slow += smooth_field(tissues.shape, 12.0, contrast.seed + 2)
    slow *= contrast.texture / np.sqrt(2)
    grain = np.random.default_rng(contrast.seed).standard_normal(tissues.shape, dtype=np.float32)
    grain *= contrast.grain
    slow += grain
    slow += 1
    image *= slow
    return image


def _draw(rng: np.random.Generator, limits: dict[Tissue, Range]) -> dict[Tissue, float]:
    means = {tissue: float(rng.uniform(*limits[tissue])) for tissue in limits}
    return {**means, Tissue.WHITE: 1.0, Tissue.AIR: 0.0}


def _fluid(rng: np.random.Generator, means: dict[Tissue, float]) -> None:
    """Fluid elsewhere is as dark as in the lateral ventricles, about."""
    for tissue in (Tissue.CSF, Tissue.MIDLINE_VENTRICLE):
        means[tissue] = means[Tissue.VENTRICLE] * rng.uniform(0.8, 1.25)


def _contrast(rng: np.random.Generator, means: dict[Tissue, float], fat: float, texture: Range) -> Contrast:
    return Contrast(
        means=tuple(float(means[tissue]) for tissue in Tissue),
        fat=fat,
        texture=float(rng.uniform(*texture)),
        grain=float(rng.uniform(0.0, 0.06)),
        seed=int(rng.integers(2**31)),
    )
