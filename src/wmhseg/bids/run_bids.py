"""The two levels of the BIDS App: what `wmhseg bids` does."""

import logging
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from wmhseg.batch.cohort_rows import read_cohort, read_rows
from wmhseg.batch.compute import How, compute_jobs
from wmhseg.batch.frequency import write_frequency
from wmhseg.batch.jobs import Job
from wmhseg.batch.run_batch import prepare_folder, report_failures, write_cohort
from wmhseg.batch.table import cohort_table
from wmhseg.bids.dataset import BidsScan, Dataset, Selection, find_scans
from wmhseg.bids.derivatives import (
    CHANGES,
    describe,
    job_of,
    write_sidecars,
)
from wmhseg.bids.parcellations import find_parcellation
from wmhseg.bids.participants import join_participants
from wmhseg.bids.sessions import people_of
from wmhseg.change.people import Person
from wmhseg.change.run_people import gather_people, run_people
from wmhseg.errors import InputError
from wmhseg.io.files import few
from wmhseg.io.writing import make_folder
from wmhseg.report.described_table import write_described_table

log = logging.getLogger("wmhseg")


@dataclass(frozen=True)
class Besides:
    """What to do besides segmenting.

    Attributes:
        change: Compare the sessions of participants that have more than one.
        parcellations: Derivative data set with label images to count WMH by.
        desc: Description (`desc-`) of those to take; None takes any.
    """

    change: bool = False
    parcellations: Path | None = None
    desc: str | None = None


def run_participants(
    root: Path, output: Path, selection: Selection, how: How, besides: Besides | None = None
) -> None:
    """Segment every selected FLAIR and write its derivatives and each participant's table.

    Args:
        root: BIDS data set.
        output: Derivatives' folder.
        selection: Participants and sessions.
        how: How.
        besides: What else to do.

    Raises:
        InputError: There is nothing to segment, or to compare.
        WeightsError: The weights are missing, changed or unfit.
        OutputError: The folder cannot be written.
        ScansFailedError: Everything is written, but some scans failed.
    """
    besides = besides or Besides()
    dataset = find_scans(root, selection)
    for path in dataset.misnamed:
        log.warning("%s: expected a BIDS name that fits its folder, found another; it is left out", path)
    jobs = [_with_parcellation(job_of(scan, root, output), scan, besides) for scan in dataset.scans]
    if besides.parcellations is not None and not any(job.parcellation or job.error for job in jobs):
        raise InputError(
            f"{besides.parcellations}: expected sub-*/[ses-*/]anat/*_dseg.nii.gz of the participants, "
            "found none; check the path, and --parcellation-desc"
        )
    prepare_folder(output)
    describe(root, output)
    errors = compute_jobs(jobs, how)
    for job in jobs:
        write_sidecars(job)
    # A run for one session must not take the others out of the table.
    everything = find_scans(root, Selection(selection.participants)).scans
    for subject, group in groupby((job_of(scan, root, output) for scan in everything), _subject):
        rows = [row for row in read_rows(list(group), errors) if row.is_computed]
        if rows:
            make_folder(output / subject)
            write_described_table(output / subject / f"{subject}_label-WMH_volumes.tsv", cohort_table(rows))
    _say_left_out(dataset)
    if besides.change:
        _compare_sessions(dataset, output, how)
    report_failures(read_rows(jobs, errors), output)


def _with_parcellation(job: Job, scan: BidsScan, besides: Besides) -> Job:
    if besides.parcellations is None or job.error:
        return job
    try:
        found = find_parcellation(besides.parcellations, scan.flair, besides.desc)
    except InputError as error:
        return replace(job, error=str(error))
    if found is None:
        log.warning("%s: no parcellation in %s", job.name, besides.parcellations)
    return replace(job, parcellation=found)


def _compare_sessions(dataset: Dataset, output: Path, how: How) -> None:
    run_people(_people(dataset), output / CHANGES, how.settings, again=how.again)


def _people(dataset: Dataset) -> list[Person]:
    people = people_of(dataset.scans)
    if not people:
        raise InputError(
            "--change: expected participants with FLAIRs of two or more sessions, found none; leave it out"
        )
    return people


def run_group(root: Path, output: Path, selection: Selection, *, change: bool = False) -> None:
    """Write the cohort's table, page and frequency map from the participants' results.

    Args:
        root: BIDS data set.
        output: Derivatives' folder.
        selection: Participants and sessions.
        change: Also write the table of what changed between sessions.

    Raises:
        InputError: There are no scans, or nobody to compare, or participants.tsv is no such table.
        OutputError: The folder cannot be written.
        ScansFailedError: All is written, but some scans have no result.
    """
    dataset = find_scans(root, selection)
    rows = read_cohort([job_of(scan, root, output) for scan in dataset.scans])
    rows, people = join_participants(rows, root)
    prepare_folder(output)
    write_frequency(rows, output)
    write_cohort(rows, output, f"White matter hyperintensities: {root.resolve().name}", people)
    _say_left_out(dataset)
    if change:
        gather_people(_people(dataset), output / CHANGES)
    report_failures(rows, output)


def _say_left_out(dataset: Dataset) -> None:
    if made := dataset.resampled:
        log.info("%d FLAIR(s) with space- beside others left out: %s", len(made), few(made))
    if others := dataset.misnamed:
        log.warning("%d image(s) left out, because of their names: %s", len(others), few(others))


def _subject(job: Job) -> str:
    return job.name.split("_")[0]
