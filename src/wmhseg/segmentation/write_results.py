"""A measured result as files: all are written before the first takes its place, the mask is the last."""

import io
import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from PIL import Image

from wmhseg.io.dicom_object import SegSource
from wmhseg.io.volume import Volume
from wmhseg.io.write_volume import write_image
from wmhseg.io.writing import replacing, utf8
from wmhseg.mni.to_mni import InMni
from wmhseg.model.member_probabilities import disagreement
from wmhseg.report.findings import to_tsv
from wmhseg.report.label_table import label_table
from wmhseg.report.lesion_rows import lesion_tsv
from wmhseg.report.overlay import mosaic
from wmhseg.report.page import draw_page
from wmhseg.report.parcel_rows import parcel_tsv
from wmhseg.segmentation.make_dicom import DicomObjects, make_dicom
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
        source: The FLAIR's series, which DICOM objects need.

    Raises:
        OutputError: A file cannot be written.
    """
    dicom = make_dicom(measured, source) if source is not None else None
    images = [
        (files.mask, lambda: measured.result.mask),
        (files.probability, lambda: measured.result.probability),
        (files.disagreement, lambda: _disagreement(measured)),
        (files.lesions, lambda: _compact(measured.labels)),
        (files.regions_image, lambda: _regions(measured)),
        (files.mni_mask, lambda: _in_mni(measured).mask),
        (files.mni_probability, lambda: _in_mni(measured).probability),
        (files.filled_t1, lambda: _filled_t1(measured)),
    ]
    others = [
        (files.overlay, lambda: _png(mosaic(measured.view))),
        (files.html, lambda: utf8(draw_page(measured.view, measured.findings))),
        (files.tsv, lambda: utf8(to_tsv([measured.findings]))),
        (files.lesion_table, lambda: utf8(lesion_tsv(measured.findings))),
        (files.parcellation_table, lambda: utf8(_parcels(measured))),
        (files.region_names, lambda: utf8(label_table())),
        *_dicom(files, dicom),
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


def _dicom(files: ResultFiles, made: DicomObjects | None) -> list[tuple[Path | None, Callable[[], bytes]]]:
    if made is None:
        return []
    return [
        (files.dicom_seg, lambda: made.segmentation),
        (files.dicom_sr, lambda: made.report),
        (files.dicom_picture, lambda: made.picture),
    ]


def _disagreement(measured: Measured) -> Volume:
    members = tuple(member.array for member in measured.result.members)
    return Volume(disagreement(members), measured.result.mask.grid)


def _regions(measured: Measured) -> Volume:
    if measured.regions is None:
        raise ValueError("an image of regions needs the structures of the head")
    return measured.regions


def _in_mni(measured: Measured) -> InMni:
    if measured.mni is None:
        raise ValueError("images in MNI space need a way there")
    return measured.mni


def _filled_t1(measured: Measured) -> Volume:
    if measured.filled_t1 is None:
        raise ValueError("a filled T1 was not made")
    return measured.filled_t1


def _parcels(measured: Measured) -> str:
    if measured.findings.parcels is None:
        raise ValueError("a table of labels needs a parcellation")
    return parcel_tsv(measured.findings.parcels)


def _compact(labels: Volume) -> Volume:
    """Return labels as uint16 where that holds them, else as they are (int32)."""
    fits = labels.array.max(initial=0) <= np.iinfo(np.uint16).max
    return Volume(labels.array.astype(np.uint16), labels.grid) if fits else labels


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _json(values: Mapping[str, object]) -> bytes:
    return (json.dumps(values, indent=2) + "\n").encode()
