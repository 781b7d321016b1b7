"""WMH by label of a parcellation, as JSON and as a table."""

from dataclasses import asdict
from typing import Any

from wmhseg.anatomy.parcel_findings import ParcelFindings
from wmhseg.anatomy.parcels import OUTSIDE
from wmhseg.io.tsv import text_of

COLUMNS = ("index", "name", "volume_ml", "wmh_ml", "wmh_percent", "lesion_count")
OUTSIDE_NAME = "outside of all labels"


def parcel_dict(found: ParcelFindings) -> dict[str, Any]:
    """Return JSON-ready values."""
    return {
        "file": asdict(found.file),
        "transform": None if found.transform is None else asdict(found.transform),
        "labels": [
            {name: {**asdict(one), "name": _name(found, one.index)}[name] for name in COLUMNS}
            for one in found.parcels
        ],
    }


def parcel_tsv(found: ParcelFindings) -> str:
    """Return the table; a label without a name has n/a."""
    lines = ["\t".join(COLUMNS)]
    for row in parcel_dict(found)["labels"]:
        lines.append("\t".join(text_of(row[name]) for name in COLUMNS))
    return "".join(line + "\n" for line in lines)


def _name(found: ParcelFindings, index: int) -> str | None:
    return OUTSIDE_NAME if index == OUTSIDE else found.names.get(index)
