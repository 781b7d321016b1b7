"""Other pathology (label 2): lacunes and infarcts with bright rims; and perivascular spaces (no label)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.blobs import Blobs, draw_blobs
from wmhseg.synthesis.tissues import DEEP_GREY, Tissue, is_any


@dataclass(frozen=True)
class PathologyParameters:
    """One draw.

    Attributes:
        lacunes: Cavities of 1.5-7 mm radius in white matter, deep grey matter and brainstem.
        infarcts: Large cavities that take cortex too.
        spaces: Enlarged perivascular spaces in deep grey and white matter: fluid without a rim.
        rim_mm: Thickness of the bright rim.
        rim_sd: Its brightness on FLAIR above white matter, in robust SDs of the image.
        core: 0: the core looks like white matter, 1: like CSF.
    """

    lacunes: Blobs
    infarcts: Blobs
    spaces: Blobs
    rim_mm: float
    rim_sd: float
    core: float


@dataclass(frozen=True)
class Pathology:
    """Where other pathology lies and how it looks.

    Attributes:
        core: Dark part (z, y, x) in the anatomy's box.
        rim: Bright part.
        spaces: Perivascular spaces.
        parameters: The draw it comes from.
    """

    core: NDArray[np.bool_]
    rim: NDArray[np.bool_]
    spaces: NDArray[np.bool_]
    parameters: PathologyParameters


def sample_pathology(rng: np.random.Generator) -> PathologyParameters:
    """Draw: lacunes in 30 %, infarcts in 8 %, perivascular spaces in 40 % of the heads."""
    lacunes = int(rng.integers(1, 5)) if rng.random() < 0.3 else 0
    infarcts = int(rng.integers(1, 3)) if rng.random() < 0.08 else 0
    spaces = int(rng.integers(3, 40)) if rng.random() < 0.4 else 0
    return PathologyParameters(
        lacunes=Blobs(lacunes, (1.5, 7.0), 1.8, 0.15, int(rng.integers(2**31))),
        infarcts=Blobs(infarcts, (8.0, 22.0), 1.6, 0.35, int(rng.integers(2**31))),
        spaces=Blobs(spaces, (0.6, 1.8), 4.0, 0.1, int(rng.integers(2**31))),
        rim_mm=float(rng.uniform(0.5, 3.0)),
        rim_sd=float(rng.uniform(0.3, 2.5)),
        core=float(rng.uniform(0.6, 1.0)),
    )


def draw_pathology(anatomy: Anatomy, parameters: PathologyParameters) -> Pathology:
    """Return cores and rims, which belong to label 2, and perivascular spaces, which have no label."""
    tissues = anatomy.brain_tissues
    roomy = is_any(tissues, (Tissue.WHITE, *DEEP_GREY, Tissue.VENTRAL))
    spaces = draw_blobs(roomy, parameters.spaces) & roomy
    inner = is_any(tissues, (Tissue.WHITE, *DEEP_GREY, Tissue.BRAINSTEM))
    outer = inner | is_any(
        tissues, (Tissue.CORTEX, Tissue.CEREBELLAR_CORTEX, Tissue.CEREBELLAR_WHITE, Tissue.CSF)
    )
    core = draw_blobs(inner, parameters.lacunes) & inner
    core |= draw_blobs(is_any(tissues, (Tissue.CORTEX,)), parameters.infarcts) & outer
    if not core.any():
        return Pathology(core, np.zeros_like(core), spaces, parameters)
    rim = ndimage.gaussian_filter(core.astype(np.float32), max(parameters.rim_mm, 0.6)) > 0.16
    rim &= outer & ~core
    return Pathology(core, rim, spaces & ~core & ~rim, parameters)
