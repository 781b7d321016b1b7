"""A measured result as files: all are written before the first takes its place, the mask is the last."""

import io
import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack

import numpy as np

from wmhseg.io.dicom_seg import SegSource, to_dicom_seg
from wmhseg.io.volume import Volume
from wmhseg.io.write_volume import write_image
from wmhseg.io.writing import replacing, utf8
from wmhseg.model.member_probabilities import disagreement
from wmhseg.model.provenance import Provenance
from wmhseg.report.findings import to_tsv
from wmhseg.report.overlay import draw_overlay
from wmhseg.report.page import draw_page
from wmhseg.report.view import View
from wmhseg.segmentation.measure import Measured
from wmhseg.segmentation.result_files import ResultFiles


def write_results(
    files: ResultFiles,
    measured: Measured,
    take_time: Callable[[], Mapping[str, float]],
    source: SegSource | None = None,
) -> None:
    """Write the files that are wanted: all or, where one cannot be written, none; the mask is the last.

    Args:
        files: Which files.
        measured: What they are made from.
        take_time: Returns the seconds per step for the JSON report, once everything else is made.
        source: The FLAIR's series, which a DICOM Segmentation needs.

    Raises:
        OutputError: A file cannot be written.
    """
    images = [
        (files.mask, lambda: measured.result.mask),
        (files.probability, lambda: measured.result.probability),
        (files.disagreement, lambda: _disagreement(measured)),
        (files.lesions, lambda: _compact(measured.labels)),
    ]
    others = [
        (files.overlay, lambda: _overlay_png(measured.view)),
        (files.html, lambda: utf8(draw_page(measured.view, measured.findings))),
        (files.tsv, lambda: utf8(to_tsv([measured.findings]))),
        (files.dicom_seg, lambda: _dicom_seg(measured, source)),
        (files.report, lambda: _json({**measured.findings.to_dict(), "seconds": dict(take_time())})),
    ]
    made_images = [(path, make()) for path, make in images if path is not None]
    made_others = [(path, make()) for path, make in others if path is not None]
    with ExitStack() as all_or_none:
        # The first is renamed last: a mask that is there means that the run is complete.
        for path, image in made_images:
            write_image(all_or_none.enter_context(replacing(path)), image)
        for path, data in made_others:
            all_or_none.enter_context(replacing(path)).write_bytes(data)


def _disagreement(measured: Measured) -> Volume:
    members = tuple(member.array for member in measured.result.members)
    return Volume(disagreement(members), measured.result.mask.grid)


def _dicom_seg(measured: Measured, source: SegSource | None) -> bytes:
    if source is None:
        raise ValueError("a DICOM Segmentation needs the series that it refers to")
    made = measured.findings.provenance
    return to_dicom_seg(measured.result.mask.array, source, made.weights_name, seg_identity(made))


def seg_identity(made: Provenance) -> str:
    """Return what decides the identifiers of a DICOM Segmentation, besides its mask."""
    # Not the images' names: the same series in another folder gives the same file.
    images = [None if image is None else image.sha256 for image in (made.flair, made.t1)]
    return f"{images} {made.weights} {made.recipe} {made.precision} {made.versions}"


def _compact(labels: Volume) -> Volume:
    """Return labels as uint16 where that holds them, else as they are (int32)."""
    fits = labels.array.max(initial=0) <= np.iinfo(np.uint16).max
    return Volume(labels.array.astype(np.uint16), labels.grid) if fits else labels


def _overlay_png(view: View) -> bytes:
    spacing = view.spacing_zyx_mm
    picture = draw_overlay(view.flair, (view.labels > 0).astype(np.uint8), (spacing[1], spacing[2]))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _json(values: Mapping[str, object]) -> bytes:
    return (json.dumps(values, indent=2) + "\n").encode()
