"""The files of one scan."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from wmhseg.batch.jobs import ScanFiles
from wmhseg.errors import OutputError
from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.io.files import make_folder, replacing, write_text
from wmhseg.io.volume import Volume, write_volume
from wmhseg.report.overlay import draw_overlay
from wmhseg.segmentation.segment_scan import Segmentation

SLICES, COLUMNS = 12, 6
MM_PER_PIXEL = 1.5
JPEG_QUALITY = 70


def write_scan(files: ScanFiles, flair: Volume, result: Segmentation, report: dict[str, Any]) -> None:
    """Write a scan's results, the report last: it says that they are complete.

    Raises:
        OutputError: One cannot be written.
    """
    for path in (files.mask, files.thumbnail):
        make_folder(path.parent)
    write_volume(files.mask, result.mask)
    if files.probability is not None:
        write_volume(files.probability, result.probability)
    _write_thumbnail(files.thumbnail, flair, result.mask)
    _remove(files.error)
    write_text(files.report, json.dumps(report, indent=2) + "\n")


def write_error(files: ScanFiles, error: str) -> None:
    """Record why a scan failed; results of an earlier run stay as they are.

    Raises:
        OutputError: It cannot be written.
    """
    make_folder(files.error.parent)
    write_text(files.error, error + "\n")


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot be removed ({error.strerror}); check who owns it") from None


def _write_thumbnail(path: Path, flair: Volume, mask: Volume) -> None:
    """Draw a few slices with contours, small enough for a page with hundreds of scans."""
    axial, turn = to_axial_lps(flair)
    depth = len(axial.array)
    # Below and above there is little white matter.
    chosen = np.unique(np.linspace(0.2 * depth, 0.9 * depth, SLICES).astype(int).clip(0, depth - 1))
    spacing = axial.grid.spacing_mm
    pixels = spacing[1] / MM_PER_PIXEL, spacing[0] / MM_PER_PIXEL
    picture = draw_overlay(axial.array[chosen], turn.apply(mask.array)[chosen], pixels, COLUMNS)
    with replacing(path, ".jpg") as temporary:
        picture.save(temporary, quality=JPEG_QUALITY)
