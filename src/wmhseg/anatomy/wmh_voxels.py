"""The voxels of WMH, and how each lies to the structures around it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.caps_and_rims import caps_and_rims
from wmhseg.anatomy.midsagittal_plane import MidsagittalPlane
from wmhseg.anatomy.nearest_voxels import nearest_voxels, touching
from wmhseg.anatomy.structure import BRAIN, Structure

Flags = NDArray[np.bool_]

# Contact with the ventricles: 3 mm, what Kim et al. 2008 call juxtaventricular, as their edge is blurred.
AT_VENTRICLES_MM = 3.0
# Contact with the cortex: gyri are thin, with 3 mm nearly all of their white matter would touch it.
AT_CORTEX_MM = 1.5


@dataclass(frozen=True)
class WmhVoxels:
    """Each voxel of WMH, (N,) or (N, 3), in the order of the array.

    Attributes:
        indices: z, y, x.
        lesion: Number of the lesion.
        ventricles_mm: Distance from the lateral ventricles, centre to centre; infinite without any.
        cortex_mm: The same from the cortex.
        infratentorial: The nearest brain is brainstem or cerebellum.
        at_ventricles: Touches the lateral ventricles.
        at_cortex: Touches the cortex.
        cap_or_rim: Is part of a cap or a rim.
        left: Lies on the left.
    """

    indices: NDArray[np.intp]
    lesion: NDArray[np.int32]
    ventricles_mm: NDArray[np.float64]
    cortex_mm: NDArray[np.float64]
    infratentorial: Flags
    at_ventricles: Flags
    at_cortex: Flags
    cap_or_rim: Flags
    left: Flags


def find_wmh_voxels(
    labels: NDArray[np.int32],
    structures: NDArray[np.uint8],
    spacing_zyx_mm: tuple[float, float, float],
    plane: MidsagittalPlane,
) -> WmhVoxels:
    """Relate every voxel of a lesion to ventricles, cortex, tentorium and midline.

    Args:
        labels: Lesions (Z, Y, X), 1 and up, 0 outside; axial LPS.
        structures: Values of `Structure`, same shape.
        spacing_zyx_mm: Voxel size.
        plane: Between left and right.
    """
    indices = np.argwhere(labels > 0)
    where = tuple(indices.T)
    ventricles, cortex = structures == Structure.VENTRICLES, structures == Structure.CORTEX
    ventricles_mm, _ = nearest_voxels(indices, ventricles, spacing_zyx_mm)
    cortex_mm, _ = nearest_voxels(indices, cortex, spacing_zyx_mm)
    infratentorial = _infratentorial(indices, structures, spacing_zyx_mm)
    above = np.zeros(labels.shape, bool)
    above[where] = ~infratentorial
    return WmhVoxels(
        indices=indices,
        lesion=labels[where],
        ventricles_mm=ventricles_mm,
        cortex_mm=cortex_mm,
        infratentorial=infratentorial,
        at_ventricles=touching(indices, ventricles, ventricles_mm, AT_VENTRICLES_MM),
        at_cortex=touching(indices, cortex, cortex_mm, AT_CORTEX_MM),
        cap_or_rim=caps_and_rims(above, ventricles, spacing_zyx_mm)[where],
        left=plane.left_of(indices * np.asarray(spacing_zyx_mm)),
    )


def _infratentorial(
    indices: NDArray[np.intp], structures: NDArray[np.uint8], spacing_zyx_mm: tuple[float, float, float]
) -> Flags:
    """Tell which voxels lie in brainstem or cerebellum, or nearer to them than to other brain."""
    below = np.isin(structures, (Structure.BRAINSTEM, Structure.CEREBELLUM))
    above = np.isin(structures, BRAIN) & ~below
    found = below[tuple(indices.T)]
    unclear = ~(found | above[tuple(indices.T)])
    if unclear.any():
        to_below, to_above = (
            nearest_voxels(indices[unclear], mask, spacing_zyx_mm)[0] for mask in (below, above)
        )
        found[unclear] = to_below < to_above
    return found
