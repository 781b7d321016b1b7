"""One scan from files to files: what `wmhseg segment` does."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wmhseg.errors import BrainMaskError, OutputError
from wmhseg.inputs import InputOptions, load_scan
from wmhseg.manifest import Manifest, default_weights, read_manifest
from wmhseg.members import Members
from wmhseg.outcome import conclude, write_outcome
from wmhseg.outputs import Outputs
from wmhseg.pipeline import segment
from wmhseg.provenance import trace
from wmhseg.report.findings import Findings
from wmhseg.report.summary import Summary
from wmhseg.volume import replacing, require_scan

if TYPE_CHECKING:
    from wmhseg.ensemble import Ensemble, Precision

log = logging.getLogger("wmhseg")

# Formats in a single file: others cannot be replaced in one step.
IMAGE_ENDINGS = (".nii.gz", ".nii", ".mha", ".nrrd")


@dataclass(frozen=True)
class Settings:
    """How to compute: weights folder, threads, precision, preparation; None takes the default."""

    weights: Path | None = None
    threads: int | None = None
    precision: "Precision" = "auto"
    inputs: InputOptions = field(default_factory=InputOptions)


class Stopwatch:
    """Seconds per named step, in order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._start = self._last = time.monotonic()

    def lap(self, name: str) -> dict[str, float]:
        """Book the time since the last lap under `name`; return what is booked so far."""
        now = time.monotonic()
        self.seconds[name] = round(now - self._last, 3)
        self.seconds["total"] = round(now - self._start, 3)
        self._last = now
        return self.seconds


def run(flair_path: Path, t1_path: Path | None, outputs: Outputs, settings: Settings) -> Summary:
    """Segment one scan and write the mask and what else was asked for.

    Everything is computed before the first file is written, and each file is written beside its
    target and renamed, so a failure leaves earlier results as they were.

    Raises:
        InputError: An image is missing, unreadable or unfit.
        BrainMaskError: No head or brain was found.
        WeightsError: The weights are missing, changed or unfit.
        OutputError: A result cannot be written.
    """
    watch = Stopwatch()
    inputs = [require_scan(path) for path in (flair_path, t1_path) if path is not None]
    _check_outputs(outputs, inputs)
    manifest = read_manifest(settings.weights or default_weights())
    # TensorFlow takes seconds to import: meanwhile, images are read and prepared.
    loading = _in_background(lambda: _load_ensemble(manifest, settings))
    scan = load_scan(flair_path, t1_path, settings.inputs)
    flair = scan.flair
    watch.lap("read")
    for warning in scan.warnings:
        log.warning("%s", warning)
    only_above = None if outputs.need_members else manifest.recipe.threshold
    predict = _predictor(loading, only_above, watch)
    with _named(flair_path, t1_path):
        result = segment(flair, scan.t1, manifest.recipe, predict)
    watch.lap("postprocess")
    outcome = conclude(scan, result, trace(flair_path, t1_path, manifest, loading.result().precision))
    _say_flags(outcome.findings)
    write_outcome(outputs, outcome, lambda: watch.lap("report"))
    summary = outcome.findings.summary
    log.info("%.2f ml WMH in %d lesions: %s", summary.volume_ml, summary.lesion_count, outputs.mask)
    return summary


def _say_flags(findings: Findings) -> None:
    # That there is no T1 has been said.
    flags = [f"{flag.name} {flag.value:.3g}" for flag in findings.flags if flag.name != "t1_missing"]
    if flags:
        log.warning("quality flags: %s (docs/report.md explains them)", ", ".join(flags))


@contextmanager
def _named(flair_path: Path, t1_path: Path | None) -> Iterator[None]:
    """Name the file in errors that know only "FLAIR" or "T1"."""
    try:
        yield
    except BrainMaskError as error:
        path = t1_path if str(error).startswith("T1:") else flair_path
        raise BrainMaskError(f"{path}: {error}") from None


def _in_background(work: "Callable[[], Ensemble]") -> "Future[Ensemble]":
    """Start `work` in a thread that nobody has to wait for when something else fails first."""
    future: Future[Ensemble] = Future()

    def target() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # handed to whoever asks for the result
            future.set_exception(error)

    threading.Thread(target=target, daemon=True).start()
    return future


def _load_ensemble(manifest: Manifest, settings: Settings) -> "Ensemble":
    from wmhseg.ensemble import Ensemble, gpu_missing, use_threads

    if settings.threads:
        use_threads(settings.threads)
    if gpu_missing():
        log.info("no GPU found: computing on the CPU")
    return Ensemble(manifest, settings.precision)


def _predictor(
    loading: "Future[Ensemble]", only_above: float | None, watch: Stopwatch
) -> Callable[[np.ndarray], np.ndarray | Members]:
    """Return what asks the ensemble, for all members in full where `only_above` is None."""

    def predict(slices: np.ndarray) -> np.ndarray | Members:
        watch.lap("prepare")
        ensemble = loading.result()
        watch.lap("wait_for_tensorflow")
        log.debug("%d slices to compute in %s", len(slices), ensemble.precision)
        probability = (
            Members(tuple(ensemble.predict_members(slices)))
            if only_above is None
            else ensemble.predict(slices, only_above=only_above)
        )
        watch.lap("network")
        return probability

    return predict


def _check_outputs(outputs: Outputs, inputs: list[Path]) -> None:
    """Find out before minutes of computing whether the results can be written."""
    for path in outputs.images:
        if not path.is_dir() and not path.name.endswith(IMAGE_ENDINGS):
            raise OutputError(f"{path}: expected a name that ends in {', '.join(IMAGE_ENDINGS)}; add one")
    taken = {path.resolve() for path in inputs}
    for path in outputs.paths:
        if path.is_dir():
            raise OutputError(
                f"{path}: expected a file name, found a folder; add the name of the file to write"
            )
        if path.resolve() in taken:
            raise OutputError(f"{path}: expected another file than the inputs and other results; rename it")
        taken.add(path.resolve())
        with replacing(path, discard=True):
            pass
