"""Many scans through one loaded ensemble, while other processes read and prepare the next ones."""

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tqdm import tqdm

from wmhseg.batch.ahead import Answer, Computable, Failed, Finished, Task, prepare_ahead, reason
from wmhseg.batch.jobs import Job, is_foreign
from wmhseg.batch.made_from import FILLED_T1, KEY
from wmhseg.batch.workers import Died, work_ahead
from wmhseg.batch.write import write_error, write_scan
from wmhseg.errors import OutputError
from wmhseg.io.files import is_file
from wmhseg.model import ensemble_loader
from wmhseg.model.manifest import Manifest, chosen_manifest
from wmhseg.model.provenance import hashed_files, trace
from wmhseg.segmentation import anatomist
from wmhseg.segmentation.anatomist import Anatomist, Structures
from wmhseg.segmentation.make_dicom import make_dicom
from wmhseg.segmentation.measure_asked import Asked, measure_asked
from wmhseg.segmentation.parcellation import read_parcellation
from wmhseg.segmentation.prepare_scan import PreparedScan
from wmhseg.segmentation.read_scan import ScanNames
from wmhseg.segmentation.segment_scan import finish, predict_slices
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import Settings

if TYPE_CHECKING:
    from wmhseg.model.ensemble import Ensemble

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
    ensemble_loader.require_runtime(how.settings, "segmentation")
    manifest = chosen_manifest(how.settings)
    model = _Model(manifest, how.settings)
    if how.again or not all(is_file(job.files.report) for job in jobs):
        model.start()
    network = anatomist.anatomy_weights() if how.settings.need_structures else None
    tasks = [Task(job, manifest, how.settings, how.again, network) for job in jobs]
    finished, errors = 0, {}
    with closing(work_ahead(prepare_ahead, tasks, how.workers)) as answers:
        for task, answer in _with_progress(answers, len(tasks)):
            finished += isinstance(answer, Finished)
            if error := _take(task.job, answer, model):
                errors[task.job.name] = error
                _record(task.job, error)
    if finished:
        log.info("%d of %d scans were finished already", finished, len(jobs))
    return errors


class _Model:
    """The ensemble, loaded in the background, or not at all where nothing is to be computed."""

    def __init__(self, manifest: Manifest, settings: Settings) -> None:
        self.manifest = manifest
        self.settings = settings
        self._starting: Future[Ensemble] | None = None
        self._anatomist: Anatomist | None = None

    def start(self) -> "Future[Ensemble]":
        if self._starting is None:
            self._starting = ensemble_loader.load_in_background(self.manifest, self.settings)
        return self._starting

    def structures(self, prepared: PreparedScan) -> Structures | None:
        """Return those of a head, where something needs them; the network is loaded for the first."""
        if not self.settings.need_structures:
            return None
        if self._anatomist is None:
            self._anatomist = anatomist.load_anatomist(self.settings.threads)
        return self._anatomist.look_at(prepared, self.manifest.recipe)


def _take(job: Job, answer: Answer | Died, model: _Model) -> str:
    """Segment a scan that is ready; return why it could not be done, "" where it could."""
    if isinstance(answer, Computable):
        ensemble = model.start().result()
        try:
            _segment(job, answer, model, ensemble)
        except MemoryError:
            return f"{job.flair}: not enough memory to segment it; try fewer --workers"
        except Exception as problem:
            return reason(job, problem)
    elif isinstance(answer, Failed):
        return answer.error
    elif isinstance(answer, Died):
        return (
            f"{job.flair}: the process that read it was ended (exit code {answer.exit_code}), "
            "perhaps for want of memory; try fewer --workers"
        )
    return ""


def _record(job: Job, error: str) -> None:
    """Say and write why a scan failed, but write nothing beside a mask that is not ours."""
    with tqdm.external_write_mode():
        log.error("%s: %s", job.name, error)
        try:
            if not is_foreign(job.files):
                write_error(job.files, error)
        except OutputError as problem:
            log.error("%s: %s", job.name, problem)


def _segment(job: Job, answer: Computable, model: _Model, ensemble: "Ensemble") -> None:
    """Segment a scan and write its files."""
    manifest = model.manifest
    prepared = answer.prepared
    watch = Stopwatch()
    # All of it: the cohort's table says for every scan what members and thresholds change.
    predicted = predict_slices(ensemble, prepared.windows.slices, None)
    watch.lap("network")
    result = finish(prepared, predicted, manifest.recipe)
    source = trace(*hashed_files(job.flair, job.t1), manifest, ensemble.precision)
    with ScanNames.of(job.flair, job.t1).in_errors():
        structures = model.structures(prepared)
        parcels = None if job.parcellation is None else read_parcellation(job.parcellation, result.mask.grid)
        # What cannot be told takes no mask with it.
        asked = Asked(model.settings, structures, parcels, job.t1, forgiving=True)
        measured = measure_asked(prepared.scan, result, source, asked)
    findings = measured.findings
    watch.lap("postprocess")
    seconds = {name: value for name, value in (answer.seconds | watch.seconds).items() if name != "total"}
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


def _with_progress(
    answers: Iterable[tuple[Task, Answer | Died]], count: int
) -> Iterable[tuple[Task, Answer | Died]]:
    """Show a bar with the time left, where there is a terminal."""
    return tqdm(answers, total=count, unit="scan", disable=None if log.isEnabledFor(logging.INFO) else True)
