"""The DICOM series that a segmentation refers to, checked before anything is computed."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wmhseg.errors import InputError
from wmhseg.extras import require_packages
from wmhseg.io.dicom_seg import SegSource, to_dicom_seg
from wmhseg.io.dicom_series import sorted_files
from wmhseg.io.itk_names import itk_name

if TYPE_CHECKING:
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


def read_seg_source(path: Path) -> SegSource:
    """Read the headers of the series in a folder and try whether a segmentation can be made from them.

    Args:
        path: The FLAIR, which must be a folder with a DICOM series of one file for each slice.

    Raises:
        InputError: It is something else, or its headers lack what a segmentation needs.
    """
    require_packages("highdicom", "pydicom", extra="dicom", purpose="--dicom-seg")
    if not path.is_dir():
        raise InputError(
            f"{path}: expected a folder with a DICOM series for --dicom-seg, found a file; "
            "give the folder or leave --dicom-seg out"
        )
    try:
        with itk_name(path) as name:
            # Files are where the link led.
            files = [path / file.relative_to(name) for file in sorted_files(Path(name))]
    except RuntimeError:
        raise InputError(f"{path}: not a readable DICOM series; check or copy the files again") from None
    if len(files) == 1:
        raise InputError(
            f"{path}: expected one file for each slice for --dicom-seg, found a single file; "
            "split the multi-frame image or leave --dicom-seg out"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = SegSource(tuple(_header(path, file) for file in files))
    # An empty mask: what cannot be written is said now, not after minutes of computing.
    try:
        shape = (len(files), int(source.headers[0].Rows), int(source.headers[0].Columns))
        to_dicom_seg(np.zeros(shape, np.uint8), source, "none", "none")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(
            f"{path}: expected a series that --dicom-seg can refer to, found: {reason}; "
            "export the series again or leave --dicom-seg out"
        ) from None
    return source


def _header(folder: Path, file: Path) -> "Dataset":
    from pydicom import dcmread

    header = dcmread(file, stop_before_pixels=True, force=True)
    missing = [keyword for keyword in _REQUIRED if not header.get(keyword)]
    if missing:
        raise InputError(
            f"{folder}: expected slices with {missing[0]} for --dicom-seg, found {file.name} without; "
            "export the series again or leave --dicom-seg out"
        )
    return header
