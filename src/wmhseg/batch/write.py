"""The files of one scan."""

import io
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from wmhseg.batch.jobs import ScanFiles
from wmhseg.batch.made_from import FILLED_T1, KEY
from wmhseg.io.files import is_file, read_json
from wmhseg.io.volume import Volume
from wmhseg.io.write_volume import write_image
from wmhseg.io.writing import make_folder, remove_file, replacing, utf8, write_text
from wmhseg.report.findings import MNI, PARCELLATION, REGIONS
from wmhseg.report.label_table import label_table
from wmhseg.report.overlay import draw_overlay
from wmhseg.report.parcel_rows import parcel_tsv
from wmhseg.report.view import View
from wmhseg.segmentation.make_dicom import DicomObjects
from wmhseg.segmentation.measure import Measured
from wmhseg.segmentation.result_files import names_beside

SLICES, COLUMNS = 12, 6
MM_PER_PIXEL = 1.5
JPEG_QUALITY = 70


def write_scan(
    files: ScanFiles, measured: Measured, report: dict[str, Any], objects: DicomObjects | None = None
) -> None:
    """Write a scan's results: all or, where one cannot be written, none.

    Wherever a run is ended, the next one knows by `files.unfinished` that it has to make them again.
    What an earlier run made besides and this one does not, another mask has made wrong: it is removed.

    Raises:
        OutputError: One cannot be written.
    """
    outdated = _outdated(files, measured, objects)
    for path in (files.mask, files.thumbnail):
        make_folder(path.parent)
    write_text(files.unfinished, "Results are being written, or were when a run ended: run it again.\n")
    with ExitStack() as all_or_none:
        all_or_none.enter_context(replacing(files.report)).write_bytes(_json(report))
        all_or_none.enter_context(replacing(files.thumbnail)).write_bytes(_thumbnail(measured.view))
        for path, image in _images(files, measured):
            write_image(all_or_none.enter_context(replacing(path)), image)
        for path, text in _tables(files, measured):
            all_or_none.enter_context(replacing(path)).write_bytes(utf8(text))
        if objects is not None:
            made = (objects.segmentation, objects.report, objects.picture)
            for path, data in zip(files.dicom, made, strict=True):
                all_or_none.enter_context(replacing(path)).write_bytes(data)
        write_image(all_or_none.enter_context(replacing(files.mask)), measured.result.mask)
    for path in outdated:
        remove_file(path)
    remove_file(files.error)
    remove_file(files.unfinished)


def _images(files: ScanFiles, measured: Measured) -> Iterator[tuple[Path, Volume]]:
    """Yield all images but the mask."""
    if files.probability is not None:
        yield files.probability, measured.result.probability
    if measured.regions is not None:
        yield files.regions, measured.regions
    if measured.mni is not None:
        yield from zip(files.mni, (measured.mni.mask, measured.mni.probability), strict=True)
    if measured.filled_t1 is not None:
        yield files.filled_t1, measured.filled_t1


def _tables(files: ScanFiles, measured: Measured) -> Iterator[tuple[Path, str]]:
    if measured.regions is not None:
        yield names_beside(files.regions), label_table()
    if measured.findings.parcels is not None:
        yield files.parcels, parcel_tsv(measured.findings.parcels)


def _outdated(files: ScanFiles, measured: Measured, objects: DicomObjects | None) -> list[Path]:
    """Return files of an earlier run that this one does not make anew."""
    # A file of this name may be somebody else's, unless an earlier run says that it wrote it, or was ended.
    earlier = read_json(files.report) or {}
    ended = is_file(files.unfinished)
    besides = (
        (measured.regions, REGIONS in earlier, (names_beside(files.regions), files.regions)),
        (measured.mni, MNI in earlier, files.mni),
        (measured.filled_t1, FILLED_T1 in earlier, (files.filled_t1,)),
        (measured.findings.parcels, PARCELLATION in earlier, (files.parcels,)),
        (objects, "dicom" in earlier.get(KEY, ()), files.dicom),
    )
    return [path for made, said, paths in besides if made is None and (ended or said) for path in paths]


def write_error(files: ScanFiles, error: str) -> None:
    """Record why a scan failed; results of an earlier run stay as they are.

    Raises:
        OutputError: It cannot be written.
    """
    make_folder(files.error.parent)
    write_text(files.error, error + "\n")


def _json(values: dict[str, Any]) -> bytes:
    return (json.dumps(values, indent=2) + "\n").encode()


def _thumbnail(view: View) -> bytes:
    """Draw a few slices with contours as a JPEG, small enough for a page with hundreds of scans."""
    depth = len(view.flair)
    # Below and above there is little white matter.
    chosen = np.unique(np.linspace(0.2 * depth, 0.9 * depth, SLICES).astype(int).clip(0, depth - 1))
    _, y, x = view.spacing_zyx_mm
    pixels = y / MM_PER_PIXEL, x / MM_PER_PIXEL
    picture = draw_overlay(view.flair[chosen], view.contoured[chosen], pixels, COLUMNS, view.colours)
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=JPEG_QUALITY)
    return jpeg.getvalue()
