"""All scans of a folder or a table: what `wmhseg batch` does."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from wmhseg.arguments import Part
from wmhseg.batch.cohort_rows import CohortRow, read_cohort, read_rows
from wmhseg.batch.compute import How, compute_jobs
from wmhseg.batch.find import find_jobs
from wmhseg.batch.frequency import write_frequency
from wmhseg.batch.jobs import LONG_TABLE, PAGE, TABLE, Job
from wmhseg.batch.page import cohort_page
from wmhseg.batch.scan_list import read_jobs
from wmhseg.batch.table import cohort_table, long_table
from wmhseg.errors import ArgumentsError, InputError, ScansFailedError
from wmhseg.io.files import few
from wmhseg.io.label_names import read_label_names
from wmhseg.io.writing import make_folder, replacing, write_text
from wmhseg.report.described_table import write_described_table

log = logging.getLogger("wmhseg")


def run_batch(  # noqa: PLR0913 - options by name
    scans: Path,
    output: Path,
    how: How,
    *,
    dicom: bool = False,
    label_names: Path | None = None,
    part: Part | None = None,
) -> None:
    """Segment all scans and write their results, the cohort's table and page, and its frequency map.

    Args:
        scans: A folder of scans, or a table of them.
        output: Folder to write.
        how: How.
        dicom: Write DICOM objects too, for scans that are DICOM series.
        label_names: Names of the labels of the table's parcellations.
        part: Only this part of the scans; the cohort's files are left to `gather_batch`.

    Raises:
        InputError: There are no scans, or the table is not what it should be.
        WeightsError: The weights are missing, changed or unfit.
        OutputError: The folder cannot be written.
        ScansFailedError: Everything is written, but some scans failed.
    """
    jobs = _all_jobs(scans, output)
    if label_names is not None:
        jobs = with_label_names(jobs, label_names)
    if dicom:
        jobs = [replace(job, dicom=job.flair.is_dir()) for job in jobs]
    prepare_folder(output)
    if part is None:
        _finish(jobs, compute_jobs(jobs, how), scans, output)
        return
    some = part.of(jobs)
    log.info("part %d of %d: %d of %d scans", part.index, part.count, len(some), len(jobs))
    if some:
        report_failures(read_rows(some, compute_jobs(some, how)), output)


def gather_batch(scans: Path, output: Path) -> None:
    """Write the cohort's table and page from what runs for parts of the scans left.

    Args:
        scans: A folder of scans, or a table of them.
        output: Folder that they wrote.

    Raises:
        InputError: There are no scans, or the table is not what it should be.
        OutputError: The folder cannot be written.
        ScansFailedError: Both are written, but some scans have no result.
    """
    jobs = _all_jobs(scans, output)
    prepare_folder(output)
    _finish(jobs, {}, scans, output)


def _all_jobs(scans: Path, output: Path) -> list[Job]:
    if not scans.exists():
        raise InputError(f"{scans}: expected a folder or a table of scans, found none; check the path")
    return find_jobs(scans, output) if scans.is_dir() else read_jobs(scans, output)


def _finish(jobs: Sequence[Job], errors: Mapping[str, str], scans: Path, output: Path) -> None:
    rows = read_cohort(jobs, errors)
    write_frequency(rows, output)
    write_cohort(rows, output, f"White matter hyperintensities: {scans.resolve().name}")
    report_failures(rows, output)


def with_label_names(jobs: Sequence[Job], names: Path) -> list[Job]:
    """Return the jobs with the names of their parcellations' labels.

    Raises:
        ArgumentsError: None has a parcellation.
        InputError: The table is missing or something else.
    """
    if not any(job.parcellation for job in jobs):
        raise ArgumentsError(
            "--parcellation-names: expected scans with a parcellation, found none; "
            "give them in the table's column parcellation"
        )
    read_label_names(names)
    return [
        job if job.parcellation is None else replace(job, parcellation=replace(job.parcellation, names=names))
        for job in jobs
    ]


def prepare_folder(output: Path) -> None:
    """Make the folder and try it before the work, not after.

    Raises:
        OutputError: It cannot be made or written.
    """
    make_folder(output)
    with replacing(output / TABLE, discard=True):
        pass


def write_cohort(
    rows: Sequence[CohortRow], output: Path, title: str, people: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Write the cohort's tables and page.

    Args:
        rows: One a scan.
        output: Where.
        title: Of the page.
        people: Descriptions of the columns that say something of the people, by name.

    Raises:
        OutputError: One cannot be written.
    """
    write_described_table(output / TABLE, cohort_table(rows), people)
    write_described_table(output / LONG_TABLE, long_table(rows))
    write_text(output / PAGE, cohort_page(rows, title, output))
    log.info("%d scans: %s", len(rows), output / PAGE)


def report_failures(rows: Sequence[CohortRow], where: Path) -> None:
    """Raise ScansFailedError if a scan failed, and name some."""
    failed = [row.job.name for row in rows if row.error]
    if failed:
        raise ScansFailedError(
            f"{len(failed)} of {len(rows)} scans failed: {few(failed)}; reasons in {where}"
        )
