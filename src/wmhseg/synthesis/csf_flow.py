"""Bright streaks and clouds in CSF where it pulsates: ventricles, cisterns, foramina."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.fields import smooth_field
from wmhseg.synthesis.tissues import FLUID, Tissue, is_any


@dataclass(frozen=True)
class CsfFlow:
    """One draw.

    Attributes:
        signal: Signal of pulsating fluid; white matter is 1.
        midline: Share of third and fourth ventricle and cisterns that is bright, 0..1.
        lateral: The same for the lateral ventricles.
        seed: Of the clouds.
    """

    signal: float
    midline: float
    lateral: float
    seed: int


def sample_csf_flow(rng: np.random.Generator) -> CsfFlow:
    """Draw: in half of the heads the fluid is dark everywhere."""
    there = rng.random() < 0.5
    return CsfFlow(
        signal=float(rng.uniform(0.5, 1.6)),
        midline=float(rng.uniform(0, 0.6)) * there,
        lateral=float(rng.uniform(0, 0.2)) * bool(there and rng.random() < 0.4),
        seed=int(rng.integers(2**31)),
    )


def paint_csf_flow(image: NDArray[np.float32], anatomy: Anatomy, parameters: CsfFlow) -> None:
    """Brighten fluid in a FLAIR (the anatomy's box, z, y, x), in place."""
    if not (parameters.midline or parameters.lateral):
        return
    tissues = anatomy.brain_tissues
    cloud = smooth_field(tissues.shape, 6.0, parameters.seed)
    low = (anatomy.mni[0] < 5) & (np.abs(anatomy.mni[2]) < 30)
    for places, share in (
        (is_any(tissues, FLUID) & low & (tissues != Tissue.VENTRICLE), parameters.midline),
        (tissues == Tissue.VENTRICLE, parameters.lateral),
    ):
        # A normal number is above 1.6 - 2.2 * share in 5 % (share 0) to 73 % (share 1) of the places.
        amount = np.clip((cloud[places] - 1.6 + 2.2 * share) / 0.7, 0, 1) * (share > 0)
        image[places] += amount * np.maximum(parameters.signal - image[places], 0)
