"""The cohort's tables, one row a scan or one row a number; tab-separated, "n/a" for no value as in BIDS."""

import csv
import io
from collections.abc import Iterable, Sequence

from wmhseg.batch.cohort_rows import CohortRow
from wmhseg.io.tsv import NO_VALUE
from wmhseg.report.column_notes import NOTES
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


LONG_COLUMNS = ("name", "measure", "value", "unit")


def cohort_table(rows: Sequence[CohortRow]) -> str:
    """Return the table with one row a scan.

    After the columns of each come those by region, where one of the scans has them, and what is known of
    the people.
    """
    more = REGION_COLUMNS if any(row.regions is not None for row in rows) else ()
    people = tuple(dict.fromkeys(name for row in rows for name in row.person))
    lines = (
        [
            *_values(row),
            *((row.regions or {}).get(name) for name in more),
            *(row.person.get(name) for name in people),
        ]
        for row in rows
    )
    return _table((*COLUMNS, *more, *people), lines)


def long_table(rows: Sequence[CohortRow]) -> str:
    """Return the table with one row for each number of each scan."""
    return _table(
        LONG_COLUMNS,
        (
            [row.job.name, name, value, NOTES[name].unit]
            for row in rows
            for name, value in (
                *zip(COLUMNS, _values(row), strict=True),
                *((name, (row.regions or {}).get(name)) for name in REGION_COLUMNS),
            )
            if NOTES[name].unit and value is not None
        ),
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(map(_cell, row) for row in rows)
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
