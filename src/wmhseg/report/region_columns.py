"""The numbers of regions by the names that they have in reports and tables."""

from itertools import pairwise

from wmhseg.anatomy.anatomy_findings import AnatomyFindings
from wmhseg.anatomy.region import Region
from wmhseg.anatomy.wmh_regions import BIN_EDGES_MM, LesionPlace

_BINS = (
    *(f"from_ventricles_{low:g}_{high:g}_mm_ml" for low, high in pairwise(BIN_EDGES_MM)),
    f"from_ventricles_over_{BIN_EDGES_MM[-1]:g}_mm_ml",
)
DISTANCE_COLUMNS = tuple(f"distance_{one.label}_ml" for one in Region)
CAPS_AND_RIMS = "caps_and_rims_ml"
# Of a lesion.
PLACE_COLUMNS = ("region", "side", "distance_mm", "cap_or_rim_share")
REGION_COLUMNS = (
    *("brain_ml", "ventricles_ml", "icv_ml", "head_coverage", "wmh_of_brain_percent", "wmh_of_icv_percent"),
    *("wmh_left_ml", "wmh_right_ml"),
    *DISTANCE_COLUMNS,
    *(f"contact_{one.label}_ml" for one in Region),
    *(f"contact_{one.label}_count" for one in Region),
    *_BINS,
    *(CAPS_AND_RIMS, "wmh_less_caps_and_rims_ml"),
)

Value = str | float | None


def region_columns(found: AnatomyFindings, volume_ml: float) -> dict[str, Value]:
    """Return the values of `REGION_COLUMNS`, in their order; docs/reference/regions.md explains them.

    Args:
        found: What the structures tell.
        volume_ml: WMH volume.
    """
    head, regions = found.head, found.regions
    values: list[Value] = [
        *(head.brain_ml, head.ventricles_ml, head.icv_ml, head.coverage),
        *(_percent(volume_ml, head.brain_ml), _percent(volume_ml, head.icv_ml)),
        *(regions.left_ml, regions.right_ml),
        *(regions.by_distance_ml[one] for one in Region),
        *(regions.by_contact_ml[one] for one in Region),
        *(regions.by_contact_count[one] for one in Region),
        *regions.bins_ml,
        *(regions.caps_and_rims_ml, round(volume_ml - regions.caps_and_rims_ml, 6)),
    ]
    return dict(zip(REGION_COLUMNS, values, strict=True))


def lesion_columns(place: LesionPlace) -> dict[str, Value]:
    """Return what is said of where a lesion lies."""
    values: tuple[Value, ...] = (place.region.label, place.side, place.distance_mm, place.cap_or_rim_share)
    return dict(zip(PLACE_COLUMNS, values, strict=True))


def _percent(part_ml: float, whole_ml: float | None) -> float | None:
    return round(100 * part_ml / whole_ml, 4) if whole_ml else None
