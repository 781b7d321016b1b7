"""A picture as a DICOM Secondary Capture, for archives that show nothing else (PS3.3 A.8.1)."""

import warnings

import numpy as np
from numpy.typing import NDArray

from wmhseg.io.dicom_object import (
    MANUFACTURER,
    Made,
    SegSource,
    series_number,
    set_dates,
    to_bytes,
    without_surprises,
)

_SERIES_OFFSET = 3000


def to_dicom_picture(picture: NDArray[np.uint8], source: SegSource, made: Made) -> bytes:
    """Return a picture of axial slices as the bytes of a DICOM file; dates and UIDs as in `to_dicom_seg`.

    Args:
        picture: (Y, X, 3) RGB; the patient's left on the right, as in radiology.
        source: The FLAIR's headers.
        made: What it was made of.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: The headers lack something or do not conform.
    """
    from highdicom.sc import SCImage

    header = source.headers[0]
    with warnings.catch_warnings():
        # Of values that do not conform, which the source has and the picture copies.
        warnings.simplefilter("ignore")
        result = SCImage.from_ref_dataset(
            without_surprises(source.headers),
            picture,
            photometric_interpretation="RGB",
            bits_allocated=8,
            coordinate_system="PATIENT",
            patient_orientation=("L", "P"),
            series_instance_uid=made.uid("picture series"),
            series_number=series_number(header, _SERIES_OFFSET),
            sop_instance_uid=made.uid("picture instance"),
            instance_number=1,
            manufacturer=MANUFACTURER,
        )
        result.BodyPartExamined = "BRAIN"
        result.SeriesDescription = "WMH on FLAIR, overview (wmhseg)"
        # What is burnt in is contours, not who the patient is.
        result.BurnedInAnnotation = "NO"
        set_dates(result, header, "Content")
        result.DateOfSecondaryCapture, result.TimeOfSecondaryCapture = result.ContentDate, result.ContentTime
        return to_bytes(result, header)
