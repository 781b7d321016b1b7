"""The files of one scan."""

import io
import json
from contextlib import ExitStack
from typing import Any

import numpy as np

from wmhseg.batch.jobs import ScanFiles
from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.io.volume import Volume
from wmhseg.io.write_volume import write_image
from wmhseg.io.writing import make_folder, remove_file, replacing, write_text
from wmhseg.report.overlay import draw_overlay
from wmhseg.segmentation.segment_scan import Segmentation

SLICES, COLUMNS = 12, 6
MM_PER_PIXEL = 1.5
JPEG_QUALITY = 70


def write_scan(files: ScanFiles, flair: Volume, result: Segmentation, report: dict[str, Any]) -> None:
    """Write a scan's results: all or, where one cannot be written, none.

    Wherever a run is ended, the next one knows by `files.unfinished` that it has to make them again.

    Raises:
        OutputError: One cannot be written.
    """
    for path in (files.mask, files.thumbnail):
        make_folder(path.parent)
    write_text(files.unfinished, "Results are being written, or were when a run ended: run it again.\n")
    with ExitStack() as all_or_none:
        all_or_none.enter_context(replacing(files.report)).write_bytes(_json(report))
        all_or_none.enter_context(replacing(files.thumbnail)).write_bytes(_thumbnail(flair, result.mask))
        if files.probability is not None:
            write_image(all_or_none.enter_context(replacing(files.probability)), result.probability)
        write_image(all_or_none.enter_context(replacing(files.mask)), result.mask)
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


def _thumbnail(flair: Volume, mask: Volume) -> bytes:
    """Draw a few slices with contours as a JPEG, small enough for a page with hundreds of scans."""
    axial, turn = to_axial_lps(flair)
    depth = len(axial.array)
    # Below and above there is little white matter.
    chosen = np.unique(np.linspace(0.2 * depth, 0.9 * depth, SLICES).astype(int).clip(0, depth - 1))
    spacing = axial.grid.spacing_mm
    pixels = spacing[1] / MM_PER_PIXEL, spacing[0] / MM_PER_PIXEL
    picture = draw_overlay(axial.array[chosen], turn.apply(mask.array)[chosen], pixels, COLUMNS)
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=JPEG_QUALITY)
    return jpeg.getvalue()
