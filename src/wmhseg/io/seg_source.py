"""The DICOM series that results refer to, checked before anything is computed."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import InputError
from wmhseg.extras import require_packages
from wmhseg.io.dicom_object import Made, SegSource
from wmhseg.io.dicom_picture import to_dicom_picture
from wmhseg.io.dicom_seg import to_dicom_seg
from wmhseg.io.dicom_series import sorted_files
from wmhseg.io.dicom_sr import SrContent, to_dicom_sr
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


def read_seg_source(path: Path, option: str = "--dicom-seg") -> SegSource:
    """Read the headers of the series in a folder and try whether a segmentation can be made from them.

    Args:
        path: The FLAIR, which must be a folder with a DICOM series of one file for each slice.
        option: What asks for it, for messages.

    Raises:
        InputError: It is something else, or its headers lack what a segmentation needs.
    """
    require_packages("highdicom", "pydicom", extra="dicom", purpose=option)
    if not path.is_dir():
        raise InputError(
            f"{path}: expected a folder with a DICOM series for {option}, found a file; "
            f"give the folder or leave {option} out"
        )
    try:
        with itk_name(path) as name:
            # Files are where the link led.
            files = [path / file.relative_to(name) for file in sorted_files(Path(name))]
    except RuntimeError:
        raise InputError(f"{path}: not a readable DICOM series; check or copy the files again") from None
    if len(files) == 1:
        raise InputError(
            f"{path}: expected one file for each slice for {option}, found a single file; "
            f"split the multi-frame image or leave {option} out"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = SegSource(tuple(_header(path, file, option) for file in files))
    # An empty mask: what cannot be written is said now, not after minutes of computing.
    try:
        shape = (len(files), int(source.headers[0].Rows), int(source.headers[0].Columns))
        _try_all(source, np.zeros(shape, np.uint8))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(
            f"{path}: expected a series that {option} can refer to, found: {reason}; "
            f"export the series again or leave {option} out"
        ) from None
    return source


def _try_all(source: SegSource, mask: NDArray[np.uint8]) -> None:
    """Make every object that refers to a series, of a mask and a picture without anything."""
    made = Made.of(mask, "none", "none")
    seg = to_dicom_seg(mask, source, made.weights, made.identity)
    to_dicom_sr(SrContent(0.0, 0, ()), source, made, seg)
    to_dicom_picture(np.zeros((8, 8, 3), np.uint8), source, made)


def _header(folder: Path, file: Path, option: str) -> "Dataset":
    from pydicom import dcmread

    header = dcmread(file, stop_before_pixels=True, force=True)
    missing = [keyword for keyword in _REQUIRED if not header.get(keyword)]
    if missing:
        raise InputError(
            f"{folder}: expected slices with {missing[0]} for {option}, found {file.name} without; "
            f"export the series again or leave {option} out"
        )
    return header
