"""One scan from files to files: what `wmhseg segment` does."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wmhseg import loading
from wmhseg.errors import OutputError
from wmhseg.geometry import to_axial_lps
from wmhseg.loading import Settings
from wmhseg.manifest import default_weights, read_manifest
from wmhseg.pipeline import Segmentation, finish
from wmhseg.report import Summary, draw_overlay, summarise
from wmhseg.stages import Stopwatch, make_report, read_and_prepare
from wmhseg.volume import Volume, replacing, require_file, write_volume

log = logging.getLogger("wmhseg")

# Formats in a single file: others cannot be replaced in one step.
MASK_ENDINGS = (".nii.gz", ".nii", ".mha", ".nrrd")


@dataclass(frozen=True)
class Outputs:
    """Files to write; None leaves one out."""

    mask: Path
    report: Path | None = None
    overlay: Path | None = None


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
    inputs = [require_file(path) for path in (flair_path, t1_path) if path is not None]
    _check_outputs(outputs, inputs)
    manifest = read_manifest(settings.weights or default_weights())
    # TensorFlow takes seconds to import: meanwhile, images are read and prepared.
    starting = loading.in_background(lambda: loading.load_ensemble(manifest, settings))
    ready = read_and_prepare(flair_path, t1_path, manifest.recipe, watch)
    for warning in ready.warnings:
        log.warning("%s", warning)
    ensemble = starting.result()
    watch.lap("wait_for_tensorflow")
    slices = ready.scan.prepared.slices
    log.debug("%d slices to compute in %s", len(slices), ensemble.precision)
    predicted = ensemble.predict(slices, only_above=manifest.recipe.threshold)
    watch.lap("network")
    result = finish(ready.scan, predicted, manifest.recipe)
    watch.lap("postprocess")
    summary = summarise(result.mask.array, ready.flair.grid.voxel_volume_mm3)
    report = make_report(summary, result, manifest, ensemble.precision)
    _write(outputs, ready.flair, result, report, watch)
    log.info("%.2f ml WMH in %d lesions: %s", summary.volume_ml, summary.lesion_count, outputs.mask)
    return summary


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
