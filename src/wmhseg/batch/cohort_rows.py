"""A cohort from its scans' reports, the doubtful ones first."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from types import MappingProxyType
from typing import Any

from wmhseg.batch.jobs import Job
from wmhseg.batch.made_from import KEY
from wmhseg.imaging.head import MAD_TO_SD
from wmhseg.io.files import is_file, read_json
from wmhseg.report.findings import MNI, REGIONS

# Added to a volume before its logarithm: an empty mask is a number, and 0.01 ml is no outlier from it.
OFFSET_ML = 0.1
# Of fewer volumes, the spread says nothing.
FEWEST_FOR_Z = 5
# Usual limit of a modified z-score (Iglewicz and Hoaglin 1993).
OUTLIER_Z = 3.5
NOT_YET = "not segmented yet"


@dataclass(frozen=True)
class CohortRow:
    """One scan of a cohort; None where a failed scan has no value.

    Attributes:
        job: The scan.
        error: Why there is no result; empty where there is one.
        flags: What the report warns of.
        volume_ml: WMH volume.
        lesion_count: Number of lesions.
        volume_interval_ml: Smallest and largest volume among the members' own masks and the ensemble's.
        volume_above_ml: Volume by threshold on the mean probability ("0.5": 8.1).
        agreement: Mean DSC of every two members' masks.
        expected_dsc: What that lets expect of the result.
        volume_z: Robust z-score of log(volume + 0.1 ml) in the cohort; None in one of fewer than 5
            scans, or without any spread.
        seconds: Computing time.
        slices_computed: Number of slices that went through the network.
        t1_used: False when the network saw FLAIR alone.
        source: What the result is made from (see `made_from`).
        regions: Numbers by region (see `region_columns`), where they were asked for.
        mni: How the head fits MNI space (see `MniFindings`), likewise.
        person: What is known of the person: further columns of the table.
    """

    job: Job
    error: str
    flags: tuple[str, ...] = ()
    volume_ml: float | None = None
    lesion_count: int | None = None
    volume_interval_ml: tuple[float, float] | None = None
    volume_above_ml: dict[str, float] | None = None
    agreement: float | None = None
    expected_dsc: float | None = None
    volume_z: float | None = None
    seconds: float | None = None
    slices_computed: int | None = None
    t1_used: bool | None = None
    source: dict[str, Any] | None = None
    regions: dict[str, Any] | None = None
    mni: dict[str, Any] | None = None
    person: dict[str, str] = field(default_factory=dict)

    @property
    def is_computed(self) -> bool:
        """Tell whether there is a result or a reason why there is none."""
        return self.error != NOT_YET


def read_rows(jobs: Sequence[Job], errors: Mapping[str, str] = MappingProxyType({})) -> list[CohortRow]:
    """Return one row a scan in the order of the jobs, from the files that `compute_jobs` wrote.

    Args:
        jobs: The scans.
        errors: What `compute_jobs` returned: an earlier result is none of a scan that failed now.
    """
    return [CohortRow(job, errors[job.name]) if job.name in errors else _row(job) for job in jobs]


def read_cohort(jobs: Sequence[Job], errors: Mapping[str, str] = MappingProxyType({})) -> list[CohortRow]:
    """Return the rows of `read_rows` with each volume's place among the others."""
    rows = read_rows(jobs, errors)
    scores = robust_z(
        [None if row.volume_ml is None else math.log(row.volume_ml + OFFSET_ML) for row in rows]
    )
    return [replace(row, volume_z=z) for row, z in zip(rows, scores, strict=True)]


def robust_z(values: Sequence[float | None]) -> list[float | None]:
    """Return (value - median) / (1.4826 MAD) for each value; None stays None."""
    known = [value for value in values if value is not None]
    if len(known) < FEWEST_FOR_Z:
        return [None] * len(values)
    centre = median(known)
    spread = MAD_TO_SD * median(abs(value - centre) for value in known)
    if not spread > 0:
        return [None] * len(values)
    return [None if value is None else (value - centre) / spread for value in values]


def doubtful_first(rows: Sequence[CohortRow]) -> list[CohortRow]:
    """Return failed scans, then flagged ones, then the others; within each, unusual volumes
    first, then the least expected DSC.
    """
    return sorted(rows, key=lambda row: (not row.error, not row.flags, *_doubt(row)))


def _doubt(row: CohortRow) -> tuple[bool, float]:
    return not is_unusual(row), 1.0 if row.expected_dsc is None else row.expected_dsc


def is_unusual(row: CohortRow) -> bool:
    """Tell whether the scan's volume lies far from the others'."""
    return row.volume_z is not None and abs(row.volume_z) > OUTLIER_Z


def _doubts(report: dict[str, Any]) -> tuple[str, ...]:
    """Return a report's warnings and quality flags; that there is no T1 is among the warnings."""
    return (*map(str, report["warnings"]), *(str(name) for name in report["flags"] if name != "t1_missing"))


def _optional(value: float | None) -> float | None:
    return None if value is None else float(value)


def _interval(pair: list[float] | None) -> tuple[float, float] | None:
    return None if pair is None else (float(pair[0]), float(pair[1]))


def _by_threshold(volumes: dict[str, float] | None) -> dict[str, float] | None:
    return None if volumes is None else {str(limit): float(volume) for limit, volume in volumes.items()}


def _row(job: Job) -> CohortRow:
    if job.error:
        return CohortRow(job, job.error)
    if is_file(job.files.error):
        return CohortRow(job, " ".join(job.files.error.read_text(encoding="utf-8").split()))
    values = read_json(job.files.report)
    try:
        if values is None or is_file(job.files.unfinished) or not is_file(job.files.mask):
            return CohortRow(job, NOT_YET)
        return CohortRow(
            job,
            "",
            _doubts(values),
            float(values["volume_ml"]),
            int(values["lesion_count"]),
            volume_interval_ml=_interval(values["volume_interval_ml"]),
            volume_above_ml=_by_threshold(values["volume_above_ml"]),
            agreement=_optional(values["agreement"]),
            expected_dsc=_optional(values["expected_dsc"]),
            seconds=float(values["seconds"]["total"]),
            slices_computed=int(values["slices_computed"]),
            t1_used=bool(values["t1_used"]),
            source=dict(values[KEY]),
            regions=None if REGIONS not in values else dict(values[REGIONS]),
            mni=None if MNI not in values else dict(values[MNI]),
        )
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return CohortRow(
            job, f"{job.files.report}: expected a report of this program, found another; use --again"
        )
