"""Reading a multi-frame DICOM file: its frames are checked and ordered as the slices of a series are.

Position, orientation, pixel size and slope of each frame stand in the functional groups
(DICOM PS3.3 C.7.6.16), which ITK does not follow: it takes frames as they lie in the file.
"""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import SimpleITK as sitk

from wmhseg.errors import InputError
from wmhseg.extras import require_packages
from wmhseg.io.dicom_header import DicomHeader
from wmhseg.io.dicom_stack import Slice, make_slice, stack_slices

if TYPE_CHECKING:
    from pydicom import Dataset

_GROUPS = {
    "ImagePositionPatient": "PlanePositionSequence",
    "ImageOrientationPatient": "PlaneOrientationSequence",
    "PixelSpacing": "PixelMeasuresSequence",
    "RescaleSlope": "PixelValueTransformationSequence",
    "RescaleIntercept": "PixelValueTransformationSequence",
}
# What differs between the volumes of a file.
_VOLUMES = {
    "StackID": "FrameContentSequence",
    "TemporalPositionIndex": "FrameContentSequence",
    "EffectiveEchoTime": "MREchoSequence",
}


def read_frames(header: DicomHeader) -> tuple[sitk.Image, tuple[str, ...]]:
    """Read the one volume in a multi-frame file; its frames may lie in any order.

    Returns:
        The image and what the user should know about it.

    Raises:
        InputError: pydicom is not installed, the file has no functional groups, holds a part of a volume
            or several, or its frames are no volume (`stack_slices`).
        RuntimeError: The pixels cannot be read.
    """
    purpose = f"{header.file}: multi-frame DICOM (or convert it with dcm2niix)"
    require_packages("pydicom", extra="dicom", purpose=purpose)
    frames = _frames(header)
    stack = stack_slices(header.file, frames)
    scales = np.array([[frame.rescale[0] or 1.0, frame.rescale[1] or 0.0] for frame in frames])
    if (scales == scales[0]).all():
        array = sitk.GetArrayFromImage(sitk.ReadImage(str(header.file), sitk.sitkFloat32))
    else:
        # ITK takes the first frame's slope for all: back to what is stored, whole numbers.
        scaled = sitk.GetArrayFromImage(sitk.ReadImage(str(header.file), sitk.sitkFloat64))
        slopes, intercepts = scales.T[..., None, None]
        array = np.rint((scaled - intercepts[0]) / slopes[0]) * slopes + intercepts
    image = sitk.GetImageFromArray(array[stack.order].astype(np.float32))
    stack.place(image)
    return image, stack.warnings


def _frames(header: DicomHeader) -> list[Slice]:
    from pydicom import dcmread

    path = header.file
    try:
        with warnings.catch_warnings():
            # Of values that do not conform: those that count are checked.
            warnings.simplefilter("ignore")
            data = dcmread(path, stop_before_pixels=True, force=True)
            shared = _item(data, "SharedFunctionalGroupsSequence")
            groups = list(data.get("PerFrameFunctionalGroupsSequence") or ())
            part = int(data.get("InConcatenationTotalNumber") or 1) > 1
            texts = [_texts(data, shared, group, _GROUPS) for group in groups]
            volumes = [_texts(data, shared, group, _VOLUMES) for group in groups]
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"{path}: not a readable image ({reason}); check or copy the file again") from None
    if len(groups) != header.size[2]:
        raise InputError(
            f"{path}: expected functional groups for {header.size[2]} frames, found {len(groups)}; "
            "convert it with dcm2niix"
        )
    if part:
        raise InputError(f"{path}: expected a whole volume, found a part of one; join its files first")
    _check_one_volume(path, volumes)
    size = header.size[:2]
    return [make_slice(path, f"frame {index + 1}", size, one) for index, one in enumerate(texts)]


def _check_one_volume(path: Path, volumes: list[dict[str, str]]) -> None:
    for keyword in _VOLUMES:
        found = sorted({one[keyword] for one in volumes})
        if len(found) > 1:
            raise InputError(
                f"{path}: expected one volume, found {len(found)} ({keyword} {str(found[:5])[1:-1]}); "
                "split the volumes"
            )


def _item(data: "Dataset", keyword: str) -> "Dataset | None":
    sequence = data.get(keyword)
    return sequence[0] if sequence else None


def _texts(
    data: "Dataset", shared: "Dataset | None", group: "Dataset", where: dict[str, str]
) -> dict[str, str]:
    """Return the values of one frame by keyword: those of all frames, else its own, else the file's.

    ITK looks for slopes in this order.
    """
    texts = {}
    for keyword, sequence in where.items():
        items = [_item(part, sequence) for part in (shared, group) if part is not None]
        values = [item.get(keyword) for item in (*items, data) if item is not None]
        value = next((value for value in values if value is not None), "")
        many = value if not isinstance(value, str) and hasattr(value, "__iter__") else [value]
        texts[keyword] = "\\".join(map(str, many))
    return texts
