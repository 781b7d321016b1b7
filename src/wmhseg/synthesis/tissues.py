"""The tissues that have a signal of their own, and FreeSurfer's label numbers for them."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import InputError


class Tissue(IntEnum):
    """What a voxel of a head is made of."""

    AIR = 0
    WHITE = 1
    CORTEX = 2
    VENTRICLE = 3
    CEREBELLAR_WHITE = 4
    CEREBELLAR_CORTEX = 5
    THALAMUS = 6
    CAUDATE = 7
    PUTAMEN = 8
    PALLIDUM = 9
    BRAINSTEM = 10
    LIMBIC = 11
    VENTRAL = 12
    CHOROID_PLEXUS = 13
    CSF = 14
    ARTERY = 15
    VEIN = 16
    EYE = 17
    SOFT = 18
    MUSCLE = 19
    MUCOSA = 20
    SKIN = 21
    CORTICAL_BONE = 22
    CANCELLOUS_BONE = 23
    NERVE = 24
    MIDLINE_VENTRICLE = 25


# FreeSurfer's numbers, and those of `head_label_maps` outside the brain. 25/57 lie in white matter
# beside the ventricles: the subjects' own lesions, so white matter here.
_LABELS = {
    Tissue.WHITE: (2, 41, 25, 57, 77, 78, 79, 251, 252, 253, 254, 255),
    Tissue.CORTEX: (3, 42),
    Tissue.VENTRICLE: (4, 43, 5, 44),
    Tissue.MIDLINE_VENTRICLE: (14, 15, 72),
    Tissue.CEREBELLAR_WHITE: (7, 46),
    Tissue.CEREBELLAR_CORTEX: (8, 47),
    Tissue.THALAMUS: (10, 49),
    Tissue.CAUDATE: (11, 50),
    Tissue.PUTAMEN: (12, 51),
    Tissue.PALLIDUM: (13, 52),
    Tissue.BRAINSTEM: (16,),
    Tissue.LIMBIC: (17, 53, 18, 54),
    Tissue.VENTRAL: (26, 58, 28, 60, 85),
    Tissue.CHOROID_PLEXUS: (136, 137, 163, 164, 31, 63),
    Tissue.CSF: (24, 30, 62),
    Tissue.ARTERY: (502,),
    Tissue.VEIN: (514,),
    Tissue.EYE: (506,),
    Tissue.SOFT: (507,),
    Tissue.MUSCLE: (508,),
    Tissue.MUCOSA: (509,),
    Tissue.SKIN: (511,),
    Tissue.NERVE: (512, 530),
    Tissue.CORTICAL_BONE: (515,),
    Tissue.CANCELLOUS_BONE: (516,),
}

BRAIN = (*range(Tissue.WHITE, Tissue.CHOROID_PLEXUS + 1), Tissue.MIDLINE_VENTRICLE)
DEEP_GREY = (Tissue.THALAMUS, Tissue.CAUDATE, Tissue.PUTAMEN, Tissue.PALLIDUM)
PARENCHYMA = (
    Tissue.WHITE,
    Tissue.CEREBELLAR_WHITE,
    *DEEP_GREY,
    Tissue.BRAINSTEM,
    Tissue.VENTRAL,
)
FLUID = (Tissue.VENTRICLE, Tissue.MIDLINE_VENTRICLE, Tissue.CSF)


def tissues_of(labels: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Translate a label map (Z, Y, X) into tissues.

    Raises:
        InputError: A label is not known.
    """
    table = np.full(1024, 255, np.uint8)
    table[0] = Tissue.AIR
    for tissue, numbers in _LABELS.items():
        table[list(numbers)] = tissue
    tissues = table[np.clip(labels, 0, 1023)]
    if (tissues == 255).any():
        unknown = np.unique(labels[tissues == 255])[:5].tolist()
        raise InputError(f"expected FreeSurfer's labels and those of head label maps, found {unknown}")
    return tissues


def is_any(tissues: NDArray[np.uint8], wanted: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return where the tissue is one of `wanted`."""
    table = np.zeros(256, bool)
    table[list(wanted)] = True
    return table[tissues]
