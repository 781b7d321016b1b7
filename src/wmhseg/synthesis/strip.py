"""Skull-stripping as such programs do it: sulci filled, the edge a little outside or inside."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.synthesis.acquisition import Sampling, take_box
from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.tissues import BRAIN, is_any


@dataclass(frozen=True)
class Stripping:
    """One draw.

    Attributes:
        strip: Whether the scan is stripped at all.
        level: Of the blurred brain at the edge: lower leaves more CSF.
    """

    strip: bool
    level: float


def sample_stripping(rng: np.random.Generator) -> Stripping:
    """Draw: three scans in ten are stripped."""
    return Stripping(bool(rng.random() < 0.3), float(rng.uniform(0.35, 0.6)))


def brain_slices(anatomy: Anatomy, sampling: Sampling, parameters: Stripping) -> NDArray[np.bool_]:
    """Return which voxels of the slices (Z, Y, X) a stripped scan keeps."""
    brain = is_any(anatomy.brain_tissues, BRAIN).astype(np.float32)
    blurred = ndimage.gaussian_filter(brain, 2.5, truncate=2.5, mode="constant")
    return np.asarray(take_box(anatomy, blurred, sampling.label) > parameters.level)
