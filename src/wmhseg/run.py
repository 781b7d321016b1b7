"""One scan from files to files: what `wmhseg segment` does."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wmhseg import __version__
from wmhseg.errors import BrainMaskError, OutputError
from wmhseg.geometry import to_axial_lps
from wmhseg.inputs import InputOptions, Scan, load_scan
from wmhseg.manifest import Manifest, default_weights, read_manifest
from wmhseg.pipeline import Segmentation, segment
from wmhseg.report import Summary, draw_overlay, summarise
from wmhseg.volume import Volume, replacing, require_scan, write_volume

if TYPE_CHECKING:
    from wmhseg.ensemble import Ensemble, Precision

log = logging.getLogger("wmhseg")

# Formats in a single file: others cannot be replaced in one step.
MASK_ENDINGS = (".nii.gz", ".nii", ".mha", ".nrrd")


@dataclass(frozen=True)
class Outputs:
    """Files to write; None leaves one out."""

    mask: Path
    report: Path | None = None
    overlay: Path | None = None


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

    def lap(self, name: str) -> None:
        """Book the time since the last lap under `name`."""
        now = time.monotonic()
        self.seconds[name] = round(now - self._last, 3)
        self.seconds["total"] = round(now - self._start, 3)
        self._last = now


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
    predict = _predictor(loading, manifest.recipe.threshold, watch)
    with _named(flair_path, t1_path):
        result = segment(flair, scan.t1, manifest.recipe, predict)
    watch.lap("postprocess")
    summary = summarise(result.mask.array, flair.grid.voxel_volume_mm3)
    report = _report(summary, result, scan, manifest, loading.result().precision)
    _write(outputs, flair, result, report, watch)
    log.info("%.2f ml WMH in %d lesions: %s", summary.volume_ml, summary.lesion_count, outputs.mask)
    return summary


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
    loading: "Future[Ensemble]", threshold: float, watch: Stopwatch
) -> Callable[[np.ndarray], np.ndarray]:
    def predict(slices: np.ndarray) -> np.ndarray:
        watch.lap("prepare")
        ensemble = loading.result()
        watch.lap("wait_for_tensorflow")
        log.debug("%d slices to compute in %s", len(slices), ensemble.precision)
        probability = ensemble.predict(slices, only_above=threshold)
        watch.lap("network")
        return probability

    return predict


def _report(
    summary: Summary, result: Segmentation, scan: Scan, manifest: Manifest, precision: str
) -> dict[str, Any]:
    from importlib.metadata import version

    packages = ("keras", "numpy", "scipy", "SimpleITK", "h5py")
    return {
        **summary.to_dict(),
        "slices_computed": result.slices_computed,
        "t1_used": result.t1_used,
        **scan.findings(),
        "recipe": manifest.recipe.to_dict(),
        "weights": {
            "name": manifest.name,
            "sha256": {member.path.name: member.sha256 for member in manifest.members},
        },
        "precision": precision,
        "versions": {"wmhseg": __version__, **{name: version(name) for name in packages}},
    }


def _write(
    outputs: Outputs, flair: Volume, result: Segmentation, report: dict[str, Any], watch: Stopwatch
) -> None:
    if outputs.overlay is not None:
        axial, turn = to_axial_lps(flair)
        spacing = axial.grid.spacing_mm
        picture = draw_overlay(axial.array, turn.apply(result.mask.array), (spacing[1], spacing[0]))
        with replacing(outputs.overlay, ".png") as temporary:
            picture.save(temporary)
    if outputs.report is not None:
        watch.lap("report")
        with replacing(outputs.report) as temporary:
            temporary.write_text(json.dumps({**report, "seconds": watch.seconds}, indent=2) + "\n")
    # Last: a mask that is there means that the run is complete.
    write_volume(outputs.mask, result.mask)


def _check_outputs(outputs: Outputs, inputs: list[Path]) -> None:
    """Find out before minutes of computing whether the results can be written."""
    if not outputs.mask.is_dir() and not outputs.mask.name.endswith(MASK_ENDINGS):
        raise OutputError(f"{outputs.mask}: expected a name that ends in {', '.join(MASK_ENDINGS)}; add one")
    taken = {path.resolve() for path in inputs}
    for path in (outputs.mask, outputs.report, outputs.overlay):
        if path is None:
            continue
        if path.is_dir():
            raise OutputError(
                f"{path}: expected a file name, found a folder; add the name of the file to write"
            )
        if path.resolve() in taken:
            raise OutputError(f"{path}: expected another file than the inputs and other results; rename it")
        taken.add(path.resolve())
        with replacing(path, discard=True):
            pass
