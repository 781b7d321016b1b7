"""The structures of a synthetic head, carried to the slices that a scanner took of it."""

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.most_of import most_of
from wmhseg.anatomy.structure import Structure
from wmhseg.synthesis.acquisition import Sampling, take_box
from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.interpolate import Finer, interpolate
from wmhseg.synthesis.tissues import Tissue, is_any

# Bone, skin, eyes, nerves and vessels are OUTSIDE. The ventral diencephalon (with the accumbens, which
# has its signal) is DEEP_GREY: it lies above the midbrain.
TISSUES_OF = {
    Structure.WHITE_MATTER: (Tissue.WHITE,),
    Structure.CORTEX: (Tissue.CORTEX, Tissue.LIMBIC),
    Structure.DEEP_GREY: (
        Tissue.THALAMUS,
        Tissue.CAUDATE,
        Tissue.PUTAMEN,
        Tissue.PALLIDUM,
        Tissue.VENTRAL,
    ),
    Structure.VENTRICLES: (Tissue.VENTRICLE, Tissue.CHOROID_PLEXUS),
    Structure.CSF: (Tissue.CSF, Tissue.MIDLINE_VENTRICLE),
    Structure.BRAINSTEM: (Tissue.BRAINSTEM,),
    Structure.CEREBELLUM: (Tissue.CEREBELLAR_WHITE, Tissue.CEREBELLAR_CORTEX),
}


def structure_slices(
    anatomy: Anatomy, sampling: Sampling, finer: Finer, stripped: NDArray[np.bool_] | None
) -> NDArray[np.uint8]:
    """Return the structure that fills most of each voxel, as values of `Structure`.

    Lesions belong to what they lie in. CSF more than 3 mm below or beside the brain's box, as in the spinal
    canal, is OUTSIDE.

    Args:
        anatomy: The head.
        sampling: How its slices are taken.
        finer: What is interpolated when the scan is stored.
        stripped: Voxels (Z, Y, X) before interpolation that skull-stripping takes away; None for none.

    Returns:
        (Z, Y, X) of the stored scan; between structures that fill as much, the first.
    """
    shares = {}
    for structure, tissues in TISSUES_OF.items():
        inside = is_any(anatomy.brain_tissues, tuple(tissues)).astype(np.float32)
        share = take_box(anatomy, inside, sampling.label)
        if stripped is not None:
            share[stripped] = 0
        shares[structure] = interpolate(share, finer)
    rest: NDArray[np.float32] = np.asarray(1 - sum(shares.values()), np.float32)
    return most_of([(Structure.OUTSIDE, rest), *shares.items()])
