"""The mask as a DICOM Segmentation, to lie beside the FLAIR's series in an archive.

A Segmentation IOD (DICOM PS3.3 A.51) of type BINARY with one segment and one frame for each slice, also for
slices without WMH, so that every reader gets the FLAIR's whole grid.
"""

import copy
import io
import uuid
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wmhseg import __version__
from wmhseg.dicom import sorted_files
from wmhseg.errors import InputError
from wmhseg.report.findings import Provenance
from wmhseg.report.overlay import CONTOUR_RGB
from wmhseg.volume import Volume

if TYPE_CHECKING:  # they take a second to import, and few runs need them
    from highdicom.seg import Segmentation, SegmentDescription
    from pydicom import Dataset

# What a segmentation must say about its source, each in the source's own words.
_REQUIRED = (
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "FrameOfReferenceUID",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
)
# May be empty, and is copied as it stands: whoever made the series answers for these values.
_COPIED = (
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ReferringPhysicianName",
    "SpecificCharacterSet",
)
_DATES = ("Content", "Acquisition", "Series", "Study")
_NO_DATE = ("19000101", "000000")
_SERIES_NUMBER_OFFSET = 1000
_NAMESPACE = uuid.UUID("5f0d3e0e-6a4b-5b0e-9f0e-6f1f3b1d9a51")
_LABEL = "White matter hyperintensity"


@dataclass(frozen=True)
class SegSource:
    """The series that a segmentation refers to.

    Attributes:
        headers: One per slice, without pixels, in the order of the slices of `read_scan`'s array.
    """

    headers: tuple["Dataset", ...]


def read_seg_source(path: Path) -> SegSource:
    """Read the headers of the series in a folder and try whether a segmentation can be made from them.

    Args:
        path: The FLAIR, which must be a folder with a DICOM series of one file for each slice.

    Raises:
        InputError: It is something else, or its headers lack what a segmentation needs.
    """
    from pydicom import dcmread

    if not path.is_dir():
        raise InputError(
            f"{path}: expected a folder with a DICOM series for --dicom-seg, found a file; "
            "give the folder or leave --dicom-seg out"
        )
    try:
        files = sorted_files(path)
    except RuntimeError:
        raise InputError(f"{path}: not a readable DICOM series; check or copy the files again") from None
    if len(files) == 1:
        raise InputError(
            f"{path}: expected one file for each slice for --dicom-seg, found a single file; "
            "split the multi-frame image or leave --dicom-seg out"
        )
    headers = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for file in files:
            header = dcmread(file, stop_before_pixels=True, force=True)
            missing = [keyword for keyword in _REQUIRED if not header.get(keyword)]
            if missing:
                raise InputError(
                    f"{path}: expected slices with {missing[0]} for --dicom-seg, found {file.name} without; "
                    "export the series again or leave --dicom-seg out"
                )
            headers.append(header)
    source = SegSource(tuple(headers))
    # An empty mask: what cannot be written is said now, not after minutes of computing.
    shape = (len(headers), int(headers[0].Rows), int(headers[0].Columns))
    try:
        _to_bytes(_build(np.zeros(shape, np.uint8), source, "none", "none"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(
            f"{path}: expected a series that --dicom-seg can refer to, found: {reason}; "
            "export the series again or leave --dicom-seg out"
        ) from None
    return source


def to_dicom_seg(mask: Volume, source: SegSource, provenance: Provenance) -> bytes:
    """Return a mask as the bytes of a DICOM file.

    Identifiers are made from the inputs, the weights, the versions and the mask, and dates are the
    source's, so that the same segmentation gives the same bytes.

    Args:
        mask: (Z, Y, X), above 0 where there is WMH, on the grid that `read_scan` gives the source.
        source: The FLAIR's headers.
        provenance: Where the mask comes from.
    """
    array = (mask.array > 0).astype(np.uint8)
    packages = [f"{name} {version(name)}" for name in ("highdicom", "pydicom")]
    identity = f"{provenance} {packages} {array.shape} {sha256(array.tobytes()).hexdigest()}"
    return _to_bytes(_build(array, source, provenance.weights_name, identity))


def _build(array: NDArray[np.uint8], source: SegSource, weights: str, identity: str) -> "Segmentation":
    from highdicom.seg import Segmentation

    headers = source.headers
    date, time = _made_at(headers[0])
    result = Segmentation(
        source_images=[_without_surprises(headers), *headers[1:]],
        pixel_array=array,
        segmentation_type="BINARY",
        segment_descriptions=[_describe(weights)],
        series_instance_uid=_uid(identity, "series"),
        series_number=_SERIES_NUMBER_OFFSET + max(0, int(headers[0].get("SeriesNumber") or 0)),
        sop_instance_uid=_uid(identity, "instance"),
        instance_number=1,
        manufacturer="wmhseg",
        manufacturer_model_name="wmhseg",
        software_versions=__version__,
        device_serial_number=__version__,
        content_label="WMH",
        content_description="WMH by wmhseg; research use only",
        content_date=date,
        content_time=time,
        series_description="White matter hyperintensities (wmhseg)",
        omit_empty_frames=False,
    )
    for keyword in _COPIED:
        if keyword in headers[0]:
            result[keyword] = headers[0][keyword]
    result.ContentCreatorName = None
    # highdicom writes the time of day and draws UIDs: neither would be the same twice.
    del result.InstanceCreationDate, result.InstanceCreationTime
    for equipment in result.ContributingEquipmentSequence:
        equipment.pop("ContributionDateTime", None)
    dimensions = _uid(identity, "dimensions")
    for item in (*result.DimensionOrganizationSequence, *result.DimensionIndexSequence):
        item.DimensionOrganizationUID = dimensions
    return result


def _without_surprises(headers: Sequence["Dataset"]) -> "Dataset":
    """Return the first header as highdicom may see it.

    Without names and dates, because it refuses or prints those that it finds unusual; and with the
    distance between slices as positions give it, because headers often state another one or none.
    """
    from pydicom.valuerep import DS

    first = copy.deepcopy(headers[0])
    first.decode()
    for keyword in _COPIED:
        setattr(first, keyword, None)
    del first.SpecificCharacterSet
    ends = [np.array(header.ImagePositionPatient, float) for header in (headers[0], headers[-1])]
    step_mm = DS(float(np.linalg.norm(ends[1] - ends[0])) / (len(headers) - 1), auto_format=True)
    first.SpacingBetweenSlices = step_mm
    if not first.get("SliceThickness"):
        first.SliceThickness = step_mm
    return first


def _describe(weights: str) -> "SegmentDescription":
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.color import CIELabColor
    from highdicom.seg import SegmentDescription
    from pydicom.sr.codedict import codes

    return SegmentDescription(
        segment_number=1,
        segment_label=_LABEL,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.DCM.WhiteMatterT2Hyperintensity,
        algorithm_type="AUTOMATIC",
        algorithm_identification=AlgorithmIdentificationSequence(
            name="wmhseg",
            family=codes.DCM.ArtificialIntelligence,
            version=__version__,
            parameters={"weights": weights},
        ),
        anatomic_regions=[codes.SCT.Brain],
        display_color=CIELabColor.from_rgb(*CONTOUR_RGB),
    )


def _to_bytes(result: "Segmentation") -> bytes:
    buffer = io.BytesIO()
    result.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _made_at(header: "Dataset") -> tuple[str, str]:
    """Return date and time of the source's content, else of its acquisition, series or study."""
    for kind in _DATES:
        date = str(header.get(f"{kind}Date") or "")
        if date:
            return date, str(header.get(f"{kind}Time") or "") or _NO_DATE[1]
    return _NO_DATE


def _uid(identity: str, role: str) -> str:
    """Return a UID that the same identity gives again (DICOM PS3.5 B.2)."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, f'{role} {identity}').int}"
