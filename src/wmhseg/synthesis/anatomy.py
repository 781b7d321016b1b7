"""A new head: deformed, aged, and measured once for everything that is painted into it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.box import box_around
from wmhseg.synthesis.ageing import Ageing, change_sulci, sample_ageing, widen_ventricles
from wmhseg.synthesis.choroid_plexus import detach
from wmhseg.synthesis.deform import Deformation, pull_back, sample_deformation
from wmhseg.synthesis.heads import Head
from wmhseg.synthesis.tissues import BRAIN, Tissue, is_any

# Room about the middle of the brain (MNI (0, 18, 6)): above, in front, and to the sides; the rest below.
_SHAPE_ZYX = (192, 240, 184)
_CENTRE_ZYX = (108.0, 122.0, 91.5)
FAR_MM = 16.0


@dataclass(frozen=True)
class AnatomyParameters:
    """Everything random about the shape of a head."""

    deformation: Deformation
    ageing: Ageing


@dataclass(frozen=True)
class Anatomy:
    """A head at 1 mm, axial, ready to be painted.

    Attributes:
        tissues: (Z, Y, X) uint8, values of `Tissue`.
        box: Where the brain lies.
        mni: (3, z, y, x) float32: MNI (z, y, x) in LPS mm of each voxel of the box.
        ventricle_mm: (z, y, x) float32: distance to the lateral ventricles in the box, at most 16.
    """

    tissues: NDArray[np.uint8]
    box: tuple[slice, slice, slice]
    mni: NDArray[np.float32]
    ventricle_mm: NDArray[np.float32]

    @property
    def brain_tissues(self) -> NDArray[np.uint8]:
        """Return the tissues of the box."""
        return self.tissues[self.box]


def sample_anatomy(rng: np.random.Generator) -> AnatomyParameters:
    """Draw a shape."""
    return AnatomyParameters(sample_deformation(rng), sample_ageing(rng))


def build_anatomy(head: Head, parameters: AnatomyParameters) -> Anatomy:
    """Deform and age a head."""
    coordinates = pull_back(head, parameters.deformation, _SHAPE_ZYX, _CENTRE_ZYX)
    tissues = ndimage.map_coordinates(head.tissues, coordinates, order=0, cval=Tissue.AIR)
    widen_ventricles(tissues, parameters.ageing.ventricle_mm)
    box = box_around(is_any(tissues, BRAIN), 3)
    within = np.ascontiguousarray(tissues[box])
    change_sulci(within, parameters.ageing)
    detach(within)
    tissues[box] = within
    affine = head.mni.astype(np.float32)
    places = coordinates[(slice(None), *box)]
    mni = np.tensordot(affine[:, :3], places, axes=1) + affine[:, 3, None, None, None]
    return Anatomy(tissues, box, np.ascontiguousarray(mni), _ventricle_distance(within))


def _ventricle_distance(tissues: NDArray[np.uint8]) -> NDArray[np.float32]:
    distance = np.full(tissues.shape, FAR_MM, np.float32)
    inside = (tissues == Tissue.VENTRICLE) | (tissues == Tissue.CHOROID_PLEXUS)
    if inside.any():
        box = box_around(inside, int(FAR_MM))
        distance[box] = np.minimum(ndimage.distance_transform_edt(~inside[box]), FAR_MM)
    return distance
