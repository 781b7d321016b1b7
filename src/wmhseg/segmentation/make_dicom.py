"""What a hospital's archive gets of a result: the mask, the numbers and a picture."""

from dataclasses import dataclass

import numpy as np

from wmhseg.io.dicom_object import Made, SegSource
from wmhseg.io.dicom_picture import to_dicom_picture
from wmhseg.io.dicom_seg import to_dicom_seg
from wmhseg.io.dicom_sr import to_dicom_sr
from wmhseg.model.provenance import Provenance
from wmhseg.report.overlay import mosaic
from wmhseg.report.sr_content import sr_content
from wmhseg.segmentation.measure import Measured


@dataclass(frozen=True)
class DicomObjects:
    """The objects of one result, as the bytes of their files.

    Attributes:
        segmentation: The mask.
        report: The numbers; it refers to the segmentation.
        picture: The mosaic.
    """

    segmentation: bytes
    report: bytes
    picture: bytes


def make_dicom(measured: Measured, source: SegSource) -> DicomObjects:
    """Make all objects; the same result of the same series gives the same bytes."""
    origin = measured.findings.provenance
    identity = dicom_identity(origin)
    mask = measured.result.mask.array
    # The other two show regions as well.
    shown = (
        identity if measured.findings.anatomy is None else f"{identity} {measured.findings.anatomy.network}"
    )
    made = Made.of(mask, origin.weights_name, shown)
    segmentation = to_dicom_seg(mask, source, origin.weights_name, identity)
    return DicomObjects(
        segmentation,
        to_dicom_sr(sr_content(measured.findings), source, made, segmentation),
        to_dicom_picture(np.asarray(mosaic(measured.view)), source, made),
    )


def dicom_identity(made: Provenance) -> str:
    """Return what decides the identifiers of a DICOM object, besides its mask."""
    # Not the images' names: the same series in another folder gives the same file.
    images = [None if image is None else image.sha256 for image in (made.flair, made.t1)]
    return f"{images} {made.weights} {made.recipe} {made.precision} {made.versions}"
