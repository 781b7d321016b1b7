"""The two levels of the BIDS App: what `wmhseg bids` does."""

from itertools import groupby
from pathlib import Path

from wmhseg.batch.cohort_rows import read_cohort, read_rows
from wmhseg.batch.compute import How, compute_jobs
from wmhseg.batch.jobs import Job
from wmhseg.batch.run_batch import prepare_folder, report_failures, write_cohort
from wmhseg.batch.table import cohort_table
from wmhseg.bids.dataset import Selection, find_scans
from wmhseg.bids.derivatives import describe, job_of, write_probability_sidecar
from wmhseg.io.files import make_folder, write_text


def run_participants(root: Path, output: Path, selection: Selection, how: How) -> None:
    """Segment every selected FLAIR and write its derivatives and each participant's table.

    Args:
        root: BIDS data set.
        output: Derivatives' folder.
        selection: Participants and sessions.
        how: How.

    Raises:
        InputError: There is nothing to segment.
        WeightsError: The weights are missing, changed or unfit.
        OutputError: The folder cannot be written.
        ScansFailedError: Everything is written, but some scans failed.
    """
    jobs = _jobs(root, output, selection)
    prepare_folder(output)
    describe(root, output)
    compute_jobs(jobs, how)
    for job in jobs:
        if job.files.report.is_file():
            write_probability_sidecar(job)
    # A run for one session must not take the others out of the table.
    everything = _jobs(root, output, Selection(selection.participants))
    for subject, group in groupby(everything, _subject):
        rows = [row for row in read_rows(list(group)) if row.is_computed]
        if rows:
            make_folder(output / subject)
            write_text(output / subject / f"{subject}_label-WMH_volumes.tsv", cohort_table(rows))
    report_failures(read_rows(jobs), output)


def run_group(root: Path, output: Path, selection: Selection) -> None:
    """Write the cohort's table and page from the participants' results.

    Raises:
        InputError: There are no scans.
        OutputError: The folder cannot be written.
        ScansFailedError: Both are written, but some scans have no result.
    """
    rows = read_cohort(_jobs(root, output, selection))
    prepare_folder(output)
    write_cohort(rows, output, f"White matter hyperintensities: {root.resolve().name}")
    report_failures(rows, output)


def _jobs(root: Path, output: Path, selection: Selection) -> list[Job]:
    return [job_of(scan, root, output) for scan in find_scans(root, selection)]


def _subject(job: Job) -> str:
    return job.name.split("_")[0]
