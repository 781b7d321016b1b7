"""How large brain, ventricles and the inside of the skull are."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.anatomy.structure import BRAIN, Structure
from wmhseg.box import box_around
from wmhseg.imaging.blocks import head_or_nothing
from wmhseg.imaging.head import filled, largest

Mask = NDArray[np.bool_]
Spacing = tuple[float, float, float]
Coverage = Literal["whole", "cut", "stripped"]

# Dura, falx and vessels leave gaps between brain and CSF that belong to the inside of the skull.
CLOSING_MM = 5.0
# Of the largest slice: the top of the brain below the vertex, and medulla and CSF above the foramen.
MOST_AT_ENDS = 0.1
# Of the outline of the brain in a slice, what may lie on the picture's edge.
MOST_AT_SIDES = 0.05
# Of a head's voxels in the slices with brain, those that are neither brain nor CSF: skull and scalp are
# 0.43 to 0.55 of them in label maps of whole heads, what a stripped scan leaves around brain is 0.05.
LEAST_AROUND = 0.25


@dataclass(frozen=True)
class HeadVolumes:
    """Sizes that WMH are compared with.

    Attributes:
        brain_ml: White matter with its WMH, cortex, deep grey matter, brainstem and cerebellum.
        ventricles_ml: Lateral ventricles with their choroid plexus.
        icv_ml: Estimate of the intracranial volume; None unless the coverage is "whole".
        coverage: "whole"; "cut" where brain goes on beyond the picture; "stripped" where there is no skull.
    """

    brain_ml: float
    ventricles_ml: float
    icv_ml: float | None
    coverage: Coverage


def measure_head(
    flair: NDArray[np.float32], structures: NDArray[np.uint8], spacing_zyx_mm: Spacing
) -> HeadVolumes:
    """Measure the structures of a head.

    Args:
        flair: FLAIR (Z, Y, X), axial, which tells whether there is a skull.
        structures: Values of `Structure`, same shape.
        spacing_zyx_mm: Voxel size.
    """
    voxel_ml = float(np.prod(spacing_zyx_mm)) / 1000.0
    brain, inside = np.isin(structures, BRAIN), structures != Structure.OUTSIDE
    coverage = _coverage(inside, brain, head_or_nothing(flair, spacing_zyx_mm))

    def ml(mask: Mask) -> float:
        return round(int(np.count_nonzero(mask)) * voxel_ml, 3)

    return HeadVolumes(
        brain_ml=ml(brain),
        ventricles_ml=ml(structures == Structure.VENTRICLES),
        icv_ml=ml(intracranial(inside, spacing_zyx_mm)) if coverage == "whole" else None,
        coverage=coverage,
    )


def intracranial(inside: Mask, spacing_zyx_mm: Spacing) -> Mask:
    """Return the inside of the skull: brain, ventricles and CSF, closed slice by slice.

    The largest component; in each axial slice gaps of up to 10 mm are closed and holes filled.

    Args:
        inside: Voxels (Z, Y, X) of brain, ventricles or CSF.
        spacing_zyx_mm: Voxel size.
    """
    found = np.zeros(inside.shape, bool)
    if inside.any():
        box = box_around(inside)
        whole = largest(inside[box])
        found[box] = filled(np.stack([_closed(part, spacing_zyx_mm[1:]) for part in whole]))
    return found


def _closed(part: Mask, spacing_yx_mm: tuple[float, float]) -> Mask:
    """Return a slice (Y, X) grown by 5 mm, then shrunk by as much; what was in it stays in it."""
    margin = int(CLOSING_MM / min(spacing_yx_mm)) + 2
    padded = np.pad(part, margin)
    grown = ndimage.distance_transform_edt(~padded, sampling=spacing_yx_mm) <= CLOSING_MM
    shrunk = ndimage.distance_transform_edt(grown, sampling=spacing_yx_mm) > CLOSING_MM
    return np.asarray((shrunk | padded)[margin:-margin, margin:-margin])


def _coverage(inside: Mask, brain: Mask, head: Mask) -> Coverage:
    with_brain = brain.any(axis=(1, 2))
    around = np.count_nonzero(head[with_brain] & ~inside[with_brain])
    if around < LEAST_AROUND * np.count_nonzero(head[with_brain]):
        return "stripped"
    areas = inside.sum(axis=(1, 2))
    at_sides = sum(np.count_nonzero(side) for side in (brain[:, [0, -1]], brain[:, :, [0, -1]]))
    outline = np.count_nonzero(brain & ~ndimage.binary_erosion(brain, np.ones((1, 3, 3)), border_value=0))
    is_cut = max(areas[0], areas[-1]) > MOST_AT_ENDS * areas.max() or at_sides > MOST_AT_SIDES * outline
    return "cut" if is_cut else "whole"
