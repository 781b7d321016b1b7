"""The changes as tables and as JSON."""

from collections.abc import Iterable, Sequence
from typing import Any

from wmhseg.anatomy.wmh_regions import LesionPlace
from wmhseg.change.compare import Comparison
from wmhseg.change.lesion_change import Kind, LesionChange
from wmhseg.change.region_change import RegionChange
from wmhseg.change.time_point import TimePoint
from wmhseg.io.tsv import NO_VALUE
from wmhseg.report.region_columns import CAPS_AND_RIMS, DISTANCE_COLUMNS, PLACE_COLUMNS, lesion_columns

Cell = str | float | None
_SIDES = ("from", "to")
_AXES = ("right", "anterior", "superior")

LESION_COLUMNS = (
    *_SIDES,
    "change",
    "sure",
    "from_ml",
    "to_ml",
    "change_ml",
    "other_probability",
    "from_lesions",
    "to_lesions",
    *(f"{side}_{axis}_mm" for side in _SIDES for axis in _AXES),
)
VOLUME_COLUMNS = (
    *_SIDES,
    "from_ml",
    "to_ml",
    "change_ml",
    "change_percent",
    "noise_ml",
    "protocol",
    "verdict",
    "change_low_ml",
    "change_high_ml",
    "position_sd_ml",
    "from_whole_ml",
    "to_whole_ml",
    *(f"{kind.value}_count" for kind in Kind),
    "unsure_count",
    "moved_mm",
    "apart_mm",
    "covered",
)
# With --regions.
_PLACES = tuple(f"{side}_{name}" for side in _SIDES for name in PLACE_COLUMNS)
_REGIONS = (*DISTANCE_COLUMNS, CAPS_AND_RIMS)
REGION_COLUMNS = tuple(f"{side}_{name}" for name in _REGIONS for side in _SIDES)


def lesion_table(comparisons: Sequence[Comparison]) -> str:
    """Return one row for each lesion, or lesions that overlap, of each comparison."""
    told = _regions_told(comparisons)
    rows = (
        [*_lesion_row(one, lesion), *(_place_cells(lesion) if told else ())]
        for one in comparisons
        for lesion in one.lesions
    )
    return _table((*LESION_COLUMNS, *(_PLACES if told else ())), rows)


def volume_table(comparisons: Sequence[Comparison]) -> str:
    """Return one row for each comparison."""
    told = _regions_told(comparisons)
    rows = ([*_volume_row(one), *(_region_cells(one) if told else ())] for one in comparisons)
    return _table((*VOLUME_COLUMNS, *(REGION_COLUMNS if told else ())), rows)


def change_values(times: Sequence[TimePoint], comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Return JSON-ready values: every time as `wmhseg segment --report` has it, and every comparison."""
    return {
        "times": [{"scan": one.name, **one.measured.findings.to_dict()} for one in times],
        "changes": [_values(one) for one in comparisons],
    }


def count(lesions: Iterable[LesionChange], kind: Kind) -> int:
    """Return how many lesions became this."""
    return sum(lesion.kind is kind for lesion in lesions)


def _values(one: Comparison) -> dict[str, Any]:
    volume, found = one.volume, one.alignment
    return {
        "from": one.names[0],
        "to": one.names[1],
        "verdict": volume.verdict,
        "volumes_ml": list(volume.volumes_ml),
        "change_ml": volume.change_ml,
        "change_percent": volume.change_percent,
        "noise_ml": volume.noise_ml,
        "protocol": volume.protocol,
        "members_interval_ml": list(volume.members_interval_ml),
        "member_volumes_ml": [list(pair) for pair in volume.members_ml],
        "position_sd_ml": volume.position_sd_ml,
        "whole_volumes_ml": list(volume.whole_ml),
        "counts": {kind.value: count(one.lesions, kind) for kind in Kind},
        "registration": {
            "from_to_to_lps_mm": [[round(float(value), 8) for value in row] for row in found.motion],
            "moved_mm": round(found.moved_mm, 3),
            "apart_mm": round(found.apart_mm, 3),
            "information": round(found.information, 4),
            "sharpness": round(found.sharpness, 4),
            "covered": round(found.covered, 4),
            "detail": round(one.detail, 4),
        },
        **({} if one.regions is None else {"regions": _region_values(one.regions)}),
        "lesions": [_lesion_values(lesion) for lesion in one.lesions],
    }


def _region_values(found: RegionChange) -> dict[str, Any]:
    pairs = zip(_REGIONS, (*found.volumes_ml.values(), found.caps_and_rims_ml), strict=True)
    return {name: list(pair) for name, pair in pairs}


def _lesion_values(lesion: LesionChange) -> dict[str, Any]:
    return {
        "change": lesion.kind.value,
        "sure": lesion.sure,
        "volumes_ml": list(lesion.volumes_ml),
        "change_ml": lesion.change_ml,
        "other_probability": lesion.other_probability,
        "lesions": [list(numbers) for numbers in lesion.numbers],
        "centres_ras_mm": [list(centre) for centre in lesion.centres_ras_mm],
        **({"places": [_place(one) for one in lesion.places]} if any(lesion.places) else {}),
    }


def _lesion_row(one: Comparison, lesion: LesionChange) -> list[Cell]:
    return [
        *one.names,
        lesion.kind.value,
        "yes" if lesion.sure else "no",
        *lesion.volumes_ml,
        lesion.change_ml,
        lesion.other_probability,
        *(",".join(map(str, numbers)) or None for numbers in lesion.numbers),
        *lesion.centres_ras_mm[0],
        *lesion.centres_ras_mm[1],
    ]


def _volume_row(one: Comparison) -> list[Cell]:
    volume, found = one.volume, one.alignment
    return [
        *one.names,
        *volume.volumes_ml,
        volume.change_ml,
        volume.change_percent,
        volume.noise_ml,
        volume.protocol,
        volume.verdict,
        *volume.members_interval_ml,
        volume.position_sd_ml,
        *volume.whole_ml,
        *(count(one.lesions, kind) for kind in Kind),
        sum(not lesion.sure for lesion in one.lesions),
        round(found.moved_mm, 3),
        round(found.apart_mm, 3),
        round(found.covered, 4),
    ]


def _regions_told(comparisons: Sequence[Comparison]) -> bool:
    return any(one.regions is not None for one in comparisons)


def _place(one: LesionPlace | None) -> dict[str, Cell] | None:
    return None if one is None else lesion_columns(one)


def _place_cells(lesion: LesionChange) -> list[Cell]:
    found = [_place(one) or dict.fromkeys(PLACE_COLUMNS) for one in lesion.places]
    return [values[name] for values in found for name in PLACE_COLUMNS]


def _region_cells(one: Comparison) -> list[Cell]:
    if one.regions is None:
        return [None] * len(REGION_COLUMNS)
    return [value for pair in _region_values(one.regions).values() for value in pair]


def _table(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    lines = ["\t".join(columns), *("\t".join(map(_text, row)) for row in rows)]
    return "".join(line + "\n" for line in lines)


def _text(value: Cell) -> str:
    """Return a cell; tabs and line breaks in file names would break the table."""
    if value is None:
        return NO_VALUE
    return " ".join(value.split()) if isinstance(value, str) else f"{value:.10g}"
