"""One scan from files to files: what `wmhseg segment` does."""

import logging
from pathlib import Path

from wmhseg.errors import ArgumentsError, OutputError
from wmhseg.io.files import require_file, require_scan
from wmhseg.io.seg_source import read_seg_source
from wmhseg.io.writing import remove_leftovers, replacing
from wmhseg.model.provenance import hashed_files
from wmhseg.report.findings import Findings
from wmhseg.report.summary import Summary
from wmhseg.segmentation.measure_seen import Asked, measure_seen
from wmhseg.segmentation.networks import Networks
from wmhseg.segmentation.parcellation import ParcellationFiles, read_parcellation
from wmhseg.segmentation.prepare_scan import prepare_files
from wmhseg.segmentation.read_scan import ScanNames
from wmhseg.segmentation.result_files import ResultFiles
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.segmentation.write_results import write_results
from wmhseg.settings import Settings

log = logging.getLogger("wmhseg")

# Formats in a single file: others cannot be replaced in one step.
IMAGE_ENDINGS = (".nii.gz", ".nii", ".mha", ".nrrd")


def segment_files(
    flair_path: Path,
    t1_path: Path | None,
    files: ResultFiles,
    settings: Settings,
    parcellation: ParcellationFiles | None = None,
) -> Summary:
    """Segment one scan and write the mask and what else was asked for.

    Everything is computed before the first file is written, and all are written beside their targets
    before the first is renamed, so a failure leaves earlier results as they were.

    Args:
        flair_path: Image file or folder with a DICOM series.
        t1_path: Likewise; None for FLAIR alone.
        files: What to write.
        settings: How to compute.
        parcellation: Label image to count WMH by.

    Raises:
        InputError: An image is missing, unreadable or unfit.
        BrainMaskError: No head or brain was found.
        RegistrationError: The T1 that is required cannot be registered.
        WeightsError: The weights are missing, changed or unfit.
        OutputError: A result cannot be written.
        ArgumentsError: A report is asked for without what it refers to.
    """
    watch = Stopwatch()
    inputs = [require_scan(path) for path in (flair_path, t1_path) if path is not None]
    inputs += [] if parcellation is None else map(require_file, parcellation.paths)
    _check_files(files, inputs, has_t1=t1_path is not None)
    networks = Networks(settings, "segment")
    seg_source = read_seg_source(flair_path, files.dicom[0][0]) if files.dicom else None
    networks.start()
    prepared = prepare_files(flair_path, t1_path, networks.manifest.recipe, settings.inputs, watch)
    parcels = None if parcellation is None else read_parcellation(parcellation, prepared.scan.flair.grid)
    for warning in prepared.scan.warnings:
        log.warning("%s", warning)
    with ScanNames.of(flair_path, t1_path).in_errors():
        seen = networks.see(prepared, in_full=files.need_members, lap=watch.lap)
        hashes = hashed_files(flair_path, t1_path)
        measured = measure_seen(prepared, seen, hashes, Asked(settings, parcels, t1_path), watch.lap)
    _say_flags(measured.findings)
    write_results(files, measured, lambda: watch.lap("report"), seg_source)
    summary = measured.findings.summary
    log.info("%.2f ml WMH in %d lesions: %s", summary.volume_ml, summary.lesion_count, files.mask)
    return summary


def _say_flags(findings: Findings) -> None:
    # That there is no T1 has been said.
    flags = [f"{flag.name} {flag.value:.3g}" for flag in findings.flags if flag.name != "t1_missing"]
    if flags:
        log.warning("quality flags: %s (docs/reference/report.md explains them)", ", ".join(flags))


def _check_files(files: ResultFiles, inputs: list[Path], *, has_t1: bool) -> None:
    """Find out before minutes of computing whether the results can be written."""
    for path in files.images:
        if not path.is_dir() and not path.name.endswith(IMAGE_ENDINGS):
            raise OutputError(f"{path}: expected a name that ends in {', '.join(IMAGE_ENDINGS)}; add one")
    if files.dicom_sr is not None and files.dicom_seg is None:
        raise ArgumentsError("--dicom-sr: expected --dicom-seg FILE too, which the report refers to; add it")
    if files.filled_t1 is not None and not has_t1:
        raise ArgumentsError("--filled-t1: expected --t1 with it, found none; give the T1")
    for _, path in files.dicom:
        _check_dicom_name(path, inputs)
    taken = {path.resolve() for path in inputs}
    for path in files.paths:
        if path.is_dir():
            raise OutputError(
                f"{path}: expected a file name, found a folder; add the name of the file to write"
            )
        if path.resolve() in taken:
            raise OutputError(f"{path}: expected another file than the inputs and other results; rename it")
        taken.add(path.resolve())
        remove_leftovers(path.parent)
        with replacing(path, discard=True):
            pass


def _check_dicom_name(path: Path, inputs: list[Path]) -> None:
    if not path.is_dir() and path.suffix != ".dcm":
        raise OutputError(f"{path}: expected a name that ends in .dcm; add it")
    if path.resolve().parent in {folder.resolve() for folder in inputs}:
        raise OutputError(
            f"{path}: expected a place outside the inputs' folders, found one inside; "
            "a second series there would stop the next run: write it elsewhere"
        )
