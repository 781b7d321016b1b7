"""The cohort's table: one row a scan, tab-separated, "n/a" for no value as in BIDS."""

import csv
import io
from collections.abc import Sequence

from wmhseg.batch.cohort_rows import CohortRow
from wmhseg.io.tsv import NO_VALUE
from wmhseg.report.findings import COLUMN_THRESHOLDS
from wmhseg.report.region_columns import REGION_COLUMNS

COLUMNS = (
    "name",
    "volume_ml",
    "volume_low_ml",
    "volume_high_ml",
    *(f"volume_above_{limit:g}_ml" for limit in COLUMN_THRESHOLDS),
    "lesion_count",
    "agreement",
    "expected_dsc",
    "volume_z",
    "flags",
    "error",
    "seconds",
    "slices_computed",
    "t1_used",
    "flair",
    "t1",
    "flair_sha256",
    "t1_sha256",
    "weights_sha256",
    "version",
)


def cohort_table(rows: Sequence[CohortRow]) -> str:
    """Return the table's text; with columns by region where one of the scans has them."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    more = REGION_COLUMNS if any(row.regions is not None for row in rows) else ()
    writer.writerow((*COLUMNS, *more))
    for row in rows:
        values = [*_values(row), *((row.regions or {}).get(name) for name in more)]
        writer.writerow([_cell(value) for value in values])
    return text.getvalue()


def _values(row: CohortRow) -> list[object]:
    source = row.source or {}
    above = row.volume_above_ml or {}
    return [
        row.job.name,
        row.volume_ml,
        *(row.volume_interval_ml or (None, None)),
        *(above.get(f"{limit:g}") for limit in COLUMN_THRESHOLDS),
        row.lesion_count,
        row.agreement,
        row.expected_dsc,
        None if row.volume_z is None else round(row.volume_z, 2),
        "; ".join(row.flags),
        row.error,
        row.seconds,
        row.slices_computed,
        None if row.t1_used is None else str(row.t1_used).lower(),
        row.job.flair,
        row.job.t1,
        source.get("flair"),
        source.get("t1"),
        ",".join(source.get("weights", [])),
        source.get("wmhseg"),
    ]


def _cell(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return text or NO_VALUE
