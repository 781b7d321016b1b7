"""WMH by region, side and distance from the ventricles: all that is counted of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.contact_rule import by_contact
from wmhseg.anatomy.distance_rule import by_distance
from wmhseg.anatomy.midsagittal_plane import find_midsagittal_plane
from wmhseg.anatomy.region import CAP_OR_RIM, Region
from wmhseg.anatomy.structure import BRAIN, Structure
from wmhseg.anatomy.wmh_voxels import WmhVoxels, find_wmh_voxels
from wmhseg.errors import BrainMaskError

Side = Literal["left", "right", "both"]

# Edges of the histogram in mm, upper ones included: the first three bins make up the 10 mm rule.
BIN_EDGES_MM = (0.0, 3.0, 5.0, 10.0, 15.0)
# Of a lesion that crosses the midline, what makes it one of both sides.
LEAST_SHARE = 0.25
# Less is no brain whose halves, and no lateral ventricles whose distance, can be told.
LEAST_BRAIN_ML, LEAST_VENTRICLES_ML = 100.0, 1.0


@dataclass(frozen=True)
class LesionPlace:
    """Where a lesion lies.

    Attributes:
        region: By the contact rule.
        side: Where it lies; "both" where each side holds a quarter or more.
        distance_mm: Least distance from the lateral ventricles, centre to centre of voxels.
        cap_or_rim_share: How much of it is cap or rim, 0 to 1.
    """

    region: Region
    side: Side
    distance_mm: float
    cap_or_rim_share: float


@dataclass(frozen=True)
class WmhRegions:
    """WMH by place.

    Attributes:
        left_ml: Volume on the left.
        right_ml: Volume on the right.
        by_distance_ml: Volume by region, each voxel by the distance rule.
        by_contact_ml: Volume by region, whole lesions by the contact rule.
        by_contact_count: Number of lesions likewise.
        bins_ml: Supratentorial volume by distance from the ventricles: 0-3, 3-5, 5-10, 10-15, over 15 mm.
        caps_and_rims_ml: Volume of caps and rims, which is part of the periventricular.
        lesions: Place of each lesion, lesion 1 first.
        image: Values of `REGION_LABELS` (Z, Y, X), by the distance rule; 0 outside WMH.
    """

    left_ml: float
    right_ml: float
    by_distance_ml: Mapping[Region, float]
    by_contact_ml: Mapping[Region, float]
    by_contact_count: Mapping[Region, int]
    bins_ml: tuple[float, ...]
    caps_and_rims_ml: float
    lesions: tuple[LesionPlace, ...]
    image: NDArray[np.uint8]


def measure_regions(
    labels: NDArray[np.int32], structures: NDArray[np.uint8], spacing_zyx_mm: tuple[float, float, float]
) -> WmhRegions:
    """Sort lesions by both rules, by side and by distance.

    Args:
        labels: Lesions (Z, Y, X), 1 and up, 0 outside; axial LPS.
        structures: Values of `Structure`, same shape.
        spacing_zyx_mm: Voxel size.

    Raises:
        BrainMaskError: There is no brain, or there are no lateral ventricles to measure from.
    """
    voxel_ml = float(np.prod(spacing_zyx_mm)) / 1000.0
    _require_brain(structures, voxel_ml)
    plane = find_midsagittal_plane(structures, spacing_zyx_mm)
    voxels = find_wmh_voxels(labels, structures, spacing_zyx_mm, plane)
    count = int(labels.max(initial=0))
    regions, contact = by_distance(voxels), by_contact(voxels, count)
    rims = voxels.cap_or_rim & (regions == Region.PERIVENTRICULAR)
    image = np.zeros(labels.shape, np.uint8)
    image[tuple(voxels.indices.T)] = np.where(rims, CAP_OR_RIM, regions)
    touched = np.array([0, *contact])[voxels.lesion]

    def ml(which: NDArray[np.bool_]) -> float:
        return round(int(np.count_nonzero(which)) * voxel_ml, 6)

    bins = np.searchsorted(BIN_EDGES_MM[1:], voxels.ventricles_mm)
    return WmhRegions(
        left_ml=ml(voxels.left),
        right_ml=ml(~voxels.left),
        by_distance_ml={one: ml(regions == one) for one in Region},
        by_contact_ml={one: ml(touched == one) for one in Region},
        by_contact_count={one: contact.count(one) for one in Region},
        bins_ml=tuple(ml((bins == one) & ~voxels.infratentorial) for one in range(len(BIN_EDGES_MM))),
        caps_and_rims_ml=ml(rims),
        lesions=_places(voxels, contact, rims),
        image=image,
    )


def _require_brain(structures: NDArray[np.uint8], voxel_ml: float) -> None:
    for name, kinds, least_ml in (
        ("brain", BRAIN, LEAST_BRAIN_ML),
        ("lateral ventricles", (Structure.VENTRICLES,), LEAST_VENTRICLES_ML),
    ):
        found_ml = np.count_nonzero(np.isin(structures, kinds)) * voxel_ml
        if found_ml < least_ml:
            raise BrainMaskError(
                f"FLAIR: expected {least_ml:g} ml or more of {name} to tell regions by, "
                f"found {found_ml:.1f}; look at the image, or leave out --regions"
            )


def _places(
    voxels: WmhVoxels, contact: tuple[Region, ...], rims: NDArray[np.bool_]
) -> tuple[LesionPlace, ...]:
    count = len(contact)
    nearest = np.full(count + 1, np.inf)
    np.minimum.at(nearest, voxels.lesion, voxels.ventricles_mm)
    total, left, thin = (
        np.bincount(voxels.lesion, weights=which, minlength=count + 1)[1:]
        for which in (np.ones(len(voxels.lesion)), voxels.left, rims)
    )
    return tuple(
        LesionPlace(region, _side(share), round(float(distance), 2), round(float(rim), 3))
        for region, share, distance, rim in zip(contact, left / total, nearest[1:], thin / total, strict=True)
    )


def _side(left_share: float) -> Side:
    if LEAST_SHARE <= left_share <= 1 - LEAST_SHARE:
        return "both"
    return "left" if left_share > 0.5 else "right"
