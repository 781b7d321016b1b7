"""All scans of a folder or a table: what `wmhseg batch` does."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from wmhseg.batch.cohort_rows import CohortRow, read_cohort
from wmhseg.batch.compute import How, compute_jobs
from wmhseg.batch.find import find_jobs
from wmhseg.batch.frequency import write_frequency
from wmhseg.batch.page import cohort_page
from wmhseg.batch.scan_list import read_jobs
from wmhseg.batch.table import cohort_table
from wmhseg.errors import InputError, ScansFailedError
from wmhseg.io.files import few
from wmhseg.io.writing import make_folder, replacing, write_text

log = logging.getLogger("wmhseg")

TABLE, PAGE = "cohort.tsv", "cohort.html"


def run_batch(scans: Path, output: Path, how: How, *, dicom: bool = False) -> None:
    """Segment all scans and write their results, the cohort's table and page, and its frequency map.

    Args:
        scans: A folder of scans, or a table of them.
        output: Folder to write.
        how: How.
        dicom: Write DICOM objects too, for scans that are DICOM series.

    Raises:
        InputError: There are no scans, or the table is not what it should be.
        WeightsError: The weights are missing, changed or unfit.
        OutputError: The folder cannot be written.
        ScansFailedError: Everything is written, but some scans failed.
    """
    if not scans.exists():
        raise InputError(f"{scans}: expected a folder or a table of scans, found none; check the path")
    jobs = find_jobs(scans, output) if scans.is_dir() else read_jobs(scans, output)
    if dicom:
        jobs = [replace(job, dicom=job.flair.is_dir()) for job in jobs]
    prepare_folder(output)
    errors = compute_jobs(jobs, how)
    rows = read_cohort(jobs, errors)
    write_frequency(rows, output)
    write_cohort(rows, output, f"White matter hyperintensities: {scans.resolve().name}")
    report_failures(rows, output)


def prepare_folder(output: Path) -> None:
    """Make the folder and try it before the work, not after.

    Raises:
        OutputError: It cannot be made or written.
    """
    make_folder(output)
    with replacing(output / TABLE, discard=True):
        pass


def write_cohort(rows: Sequence[CohortRow], output: Path, title: str) -> None:
    """Write the cohort's table and page.

    Raises:
        OutputError: One cannot be written.
    """
    for name, text in ((TABLE, cohort_table(rows)), (PAGE, cohort_page(rows, title))):
        write_text(output / name, text)
    log.info("%d scans: %s", len(rows), output / PAGE)


def report_failures(rows: Sequence[CohortRow], where: Path) -> None:
    """Raise ScansFailedError if a scan failed, and name some."""
    failed = [row.job.name for row in rows if row.error]
    if failed:
        raise ScansFailedError(
            f"{len(failed)} of {len(rows)} scans failed: {few(failed)}; reasons in {where}"
        )
