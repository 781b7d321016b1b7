"""Many scans through one loaded ensemble, while others are read and prepared, and measured and written."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from tqdm import tqdm

from wmhseg.batch.ahead import Answer, Computable, Failed, Finished, Task, prepare_ahead, reason
from wmhseg.batch.jobs import Job, is_foreign
from wmhseg.batch.made_from import FILLED_T1, KEY
from wmhseg.batch.one_behind import one_behind
from wmhseg.batch.workers import Died, work_ahead
from wmhseg.batch.write import write_error, write_scan
from wmhseg.errors import OutputError
from wmhseg.io.files import is_file
from wmhseg.model.provenance import hashed_files
from wmhseg.segmentation.make_dicom import make_dicom
from wmhseg.segmentation.measure_seen import Asked, measure_seen
from wmhseg.segmentation.networks import Networks, Seen
from wmhseg.segmentation.parcellation import read_parcellation
from wmhseg.segmentation.read_scan import ScanNames
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import Settings

log = logging.getLogger("wmhseg")


@dataclass(frozen=True)
class How:
    """How to compute many scans.

    Attributes:
        settings: Weights, threads, precision.
        workers: Processes that read and prepare; each holds one scan at most.
        again: Compute finished scans, too.
    """

    settings: Settings
    workers: int
    again: bool


def compute_jobs(jobs: Sequence[Job], how: How) -> dict[str, str]:
    """Segment all scans and write their files; a scan that fails leaves its error and stops no other.

    Returns:
        Why scans failed, by name: the reason may be one for which it cannot be written, too.

    Raises:
        WeightsError: The weights are missing, changed or unfit.
    """
    networks = Networks(how.settings, "segmentation")
    if how.again or not all(is_file(job.files.report) for job in jobs):
        networks.start()
    tasks = [Task(job, networks.manifest, how.settings, how.again, networks.anatomy) for job in jobs]
    done, errors = 0, {}
    with closing(work_ahead(prepare_ahead, tasks, how.workers)) as answers:
        predictions = (_predict(task.job, answer, networks) for task, answer in answers)
        # Measuring and writing a scan takes one processor while the networks see the next.
        with closing(one_behind(partial(_finish, networks), predictions)) as ends:
            for end in _with_progress(ends, len(jobs)):
                done += end.done_before
                if end.error:
                    errors[end.job.name] = end.error
    if done:
        log.info("%d of %d scans were finished already", done, len(jobs))
    return errors


@dataclass(frozen=True)
class _End:
    """What became of a scan: written now, or by an earlier run, or an error."""

    job: Job
    error: str = ""
    done_before: bool = False


@dataclass(frozen=True)
class _Prediction:
    """What the networks said of a scan that waited for them."""

    job: Job
    answer: Computable
    seen: Seen
    seconds: dict[str, float]


def _predict(job: Job, answer: Answer | Died, networks: Networks) -> _Prediction | _End:
    """Show a scan that is ready to the networks.

    Raises:
        WeightsError: The weights are missing, changed or unfit.
    """
    if isinstance(answer, Finished):
        return _End(job, done_before=True)
    if isinstance(answer, Failed):
        return _End(job, answer.error)
    if isinstance(answer, Died):
        return _End(
            job,
            f"{job.flair}: the process that read it was ended (exit code {answer.exit_code}), "
            "perhaps for want of memory; try fewer --workers",
        )
    watch = Stopwatch()
    networks.start().result()  # weights that are wrong are no fault of a scan: they end the run
    try:
        with ScanNames.of(job.flair, job.t1).in_errors():
            # In full: the cohort's table says for every scan what members and thresholds change.
            seen = networks.see(answer.prepared, in_full=True, lap=watch.lap)
    except Exception as problem:
        return _End(job, _why(job, problem))
    return _Prediction(job, answer, seen, watch.seconds)


def _finish(networks: Networks, prediction: _Prediction | _End) -> _End:
    """Write a scan's files, or its error."""
    end = prediction if isinstance(prediction, _End) else _written(networks, prediction)
    if end.error:
        _record(end.job, end.error)
    return end


def _written(networks: Networks, prediction: _Prediction) -> _End:
    try:
        _write(networks, prediction)
    except Exception as problem:
        return _End(prediction.job, _why(prediction.job, problem))
    return _End(prediction.job)


def _why(job: Job, problem: Exception) -> str:
    if isinstance(problem, MemoryError):
        return f"{job.flair}: not enough memory to segment it; try fewer --workers"
    return reason(job, problem)


def _record(job: Job, error: str) -> None:
    """Say and write why a scan failed, but write nothing beside a mask that is not ours."""
    with tqdm.external_write_mode():
        log.error("%s: %s", job.name, error)
        try:
            if not is_foreign(job.files):
                write_error(job.files, error)
        except OutputError as problem:
            log.error("%s: %s", job.name, problem)


def _write(networks: Networks, prediction: _Prediction) -> None:
    """Make the mask of a prediction, measure it and write the scan's files."""
    job, answer = prediction.job, prediction.answer
    prepared, watch, labels = answer.prepared, Stopwatch(), job.parcellation
    hashes = hashed_files(job.flair, job.t1)
    with ScanNames.of(job.flair, job.t1).in_errors():
        parcels = None if labels is None else read_parcellation(labels, prepared.scan.flair.grid)
        # What cannot be told takes no mask with it.
        asked = Asked(networks.settings, parcels, job.t1, forgiving=True)
        measured = measure_seen(prepared, prediction.seen, hashes, asked, watch.lap)
    findings = measured.findings
    laps = answer.seconds | prediction.seconds | watch.seconds
    seconds = {name: value for name, value in laps.items() if name != "total"}
    report = {
        **job.report_fields,
        "name": job.name,
        **findings.to_dict(),
        **({FILLED_T1: True} if measured.filled_t1 else {}),
        KEY: answer.source,
        "seconds": {**seconds, "total": round(sum(seconds.values()), 3)},
    }
    objects = make_dicom(measured, answer.series) if answer.series else None
    write_scan(job.files, measured, report, objects)
    summary = findings.summary
    with tqdm.external_write_mode():
        log.info("%s: %.2f ml WMH in %d lesions", job.name, summary.volume_ml, summary.lesion_count)


def _with_progress(ends: Iterable[_End], count: int) -> Iterable[_End]:
    """Show a bar with the time left, where there is a terminal."""
    return tqdm(ends, total=count, unit="scan", disable=None if log.isEnabledFor(logging.INFO) else True)
