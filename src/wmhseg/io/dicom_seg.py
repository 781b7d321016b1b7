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
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wmhseg import __version__
from wmhseg.colours import WMH_RGB
from wmhseg.io.seg_title import WMH_TITLE, SegTitle

if TYPE_CHECKING:  # they take a second to import, and few runs need them
    from highdicom.seg import Segmentation, SegmentDescription
    from pydicom import Dataset

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
_NAMESPACE = uuid.UUID("5f0d3e0e-6a4b-5b0e-9f0e-6f1f3b1d9a51")


@dataclass(frozen=True)
class SegSource:
    """The series that a segmentation refers to.

    Attributes:
        headers: One per slice, without pixels, in the order of the slices of `read_image`'s array.
    """

    headers: tuple["Dataset", ...]


def to_dicom_seg(
    array: NDArray[np.uint8], source: SegSource, weights: str, identity: str, title: SegTitle = WMH_TITLE
) -> bytes:
    """Return a mask as the bytes of a DICOM file.

    Dates are the source's, and UIDs are made from `identity`, the mask and the versions, so that the same
    segmentation gives the same bytes.

    Args:
        array: (Z, Y, X), 1 where there is WMH, on the grid that `read_image` gives the source.
        source: The FLAIR's headers.
        weights: The ensemble's name.
        identity: All else that the file depends on: inputs, weights, recipe.
        title: What to call it.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: The headers lack something or do not conform.
    """
    versions = [f"{name} {version(name)}" for name in ("highdicom", "pydicom")]
    identity = f"{identity} {weights} {versions} {array.shape} {sha256(array.tobytes()).hexdigest()}"
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # Of values that do not conform, which the source has and the segmentation copies.
        warnings.simplefilter("ignore")
        _build(array, source, weights, identity, title).save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _build(
    array: NDArray[np.uint8], source: SegSource, weights: str, identity: str, title: SegTitle
) -> "Segmentation":
    from highdicom.seg import Segmentation

    headers = source.headers
    date, time = _made_at(headers[0])
    result = Segmentation(
        source_images=[_without_surprises(headers), *headers[1:]],
        pixel_array=array,
        segmentation_type="BINARY",
        segment_descriptions=[_describe(weights, title)],
        series_instance_uid=_uid(identity, "series"),
        series_number=title.number_offset + max(0, int(headers[0].get("SeriesNumber") or 0)),
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
        series_description=f"{title.series} (wmhseg)",
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


def _describe(weights: str, title: SegTitle) -> "SegmentDescription":
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.color import CIELabColor
    from highdicom.seg import SegmentDescription
    from pydicom.sr.codedict import codes

    return SegmentDescription(
        segment_number=1,
        segment_label=title.segment,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.DCM.WhiteMatterT2Hyperintensity,
        algorithm_type="AUTOMATIC",
        algorithm_identification=AlgorithmIdentificationSequence(
            name="wmhseg",
            family=codes.DCM.ArtificialIntelligence,
            version=__version__,
            # ASCII: the source's character set need not hold other letters.
            parameters={"weights": weights.encode("ascii", "replace").decode()},
        ),
        anatomic_regions=[codes.SCT.Brain],
        display_color=CIELabColor.from_rgb(*WMH_RGB),
    )


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
