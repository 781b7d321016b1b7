"""The mask as a DICOM Segmentation, to lie beside the FLAIR's series in an archive.

A Segmentation IOD (DICOM PS3.3 A.51) of type BINARY with one segment and one frame for each slice, also for
slices without WMH, so that every reader gets the FLAIR's whole grid.
"""

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wmhseg import __version__
from wmhseg.colours import WMH_RGB
from wmhseg.io.dicom_object import (
    MANUFACTURER,
    Made,
    SegSource,
    equipment,
    made_at,
    series_number,
    to_bytes,
    without_surprises,
)
from wmhseg.io.seg_title import WMH_TITLE, SegTitle

if TYPE_CHECKING:  # they take a second to import, and few runs need them
    from highdicom.seg import Segmentation, SegmentDescription


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
    made = Made.of(array, weights, identity)
    with warnings.catch_warnings():
        # Of values that do not conform, which the source has and the segmentation copies.
        warnings.simplefilter("ignore")
        return to_bytes(_build(array, source, made, title), source.headers[0])


def _build(array: NDArray[np.uint8], source: SegSource, made: Made, title: SegTitle) -> "Segmentation":
    from highdicom.seg import Segmentation

    headers = source.headers
    date, time = made_at(headers[0])
    result = Segmentation(
        source_images=[without_surprises(headers), *headers[1:]],
        pixel_array=array,
        segmentation_type="BINARY",
        segment_descriptions=[_describe(made, title)],
        series_instance_uid=made.uid("series"),
        series_number=series_number(headers[0], title.number_offset),
        sop_instance_uid=made.uid("instance"),
        instance_number=1,
        content_label="WMH",
        content_description="WMH by wmhseg; research use only",
        content_date=date,
        content_time=time,
        series_description=f"{title.series} (wmhseg)",
        omit_empty_frames=False,
        **equipment(),
    )
    result.ContentCreatorName = None
    # highdicom draws them: they would not be the same twice.
    dimensions = made.uid("dimensions")
    for item in (*result.DimensionOrganizationSequence, *result.DimensionIndexSequence):
        item.DimensionOrganizationUID = dimensions
    return result


def _describe(made: Made, title: SegTitle) -> "SegmentDescription":
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
            name=MANUFACTURER,
            family=codes.DCM.ArtificialIntelligence,
            version=__version__,
            parameters={"weights": made.ascii_weights},
        ),
        anatomic_regions=[codes.SCT.Brain],
        display_color=CIELabColor.from_rgb(*WMH_RGB),
    )
