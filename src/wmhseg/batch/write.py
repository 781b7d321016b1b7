"""The files of one scan."""

import io
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from wmhseg.batch.jobs import ScanFiles
from wmhseg.batch.made_from import KEY
from wmhseg.io.files import is_file, read_json
from wmhseg.io.write_volume import write_image
from wmhseg.io.writing import make_folder, remove_file, replacing, utf8, write_text
from wmhseg.report.findings import REGIONS
from wmhseg.report.label_table import label_table
from wmhseg.report.overlay import draw_overlay
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
    An earlier run's regions and DICOM objects, which another mask has made wrong, are removed.

    Raises:
        OutputError: One cannot be written.
    """
    names = names_beside(files.regions)
    # A file of this name may be somebody else's, unless an earlier run says that it wrote it, or was ended.
    earlier = read_json(files.report) or {}
    ended = is_file(files.unfinished)
    outdated: list[Path] = []
    if measured.regions is None and (ended or REGIONS in earlier):
        outdated += [names, files.regions]
    if objects is None and (ended or "dicom" in earlier.get(KEY, ())):
        outdated += files.dicom
    for path in (files.mask, files.thumbnail):
        make_folder(path.parent)
    write_text(files.unfinished, "Results are being written, or were when a run ended: run it again.\n")
    with ExitStack() as all_or_none:
        all_or_none.enter_context(replacing(files.report)).write_bytes(_json(report))
        all_or_none.enter_context(replacing(files.thumbnail)).write_bytes(_thumbnail(measured.view))
        if files.probability is not None:
            write_image(all_or_none.enter_context(replacing(files.probability)), measured.result.probability)
        if measured.regions is not None:
            write_image(all_or_none.enter_context(replacing(files.regions)), measured.regions)
            all_or_none.enter_context(replacing(names)).write_bytes(utf8(label_table()))
        if objects is not None:
            made = (objects.segmentation, objects.report, objects.picture)
            for path, data in zip(files.dicom, made, strict=True):
                all_or_none.enter_context(replacing(path)).write_bytes(data)
        write_image(all_or_none.enter_context(replacing(files.mask)), measured.result.mask)
    for path in outdated:
        remove_file(path)
    remove_file(files.error)
    remove_file(files.unfinished)


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
