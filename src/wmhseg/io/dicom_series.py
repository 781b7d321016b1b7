"""Reading a folder with one DICOM series, slice positions checked."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from wmhseg.errors import InputError

# Share of the slice distance: less is rounding, more is said, and much more is a missing slice.
_UNEVEN_SILENT, _UNEVEN_LIMIT = 0.01, 0.1
_SAME_POSITION_MM = 0.01
_TURNED = 1e-3
_POSITION, _ORIENTATION = "0020|0032", "0020|0037"
_DESCRIPTION, _MODALITY = "0008|103e", "0008|0060"


@dataclass(frozen=True)
class _Slice:
    """One file: its name, the position of its first pixel and its two axes, LPS mm."""

    file: str
    position: NDArray[np.float64]
    axes: NDArray[np.float64]
    size: tuple[int, ...]


@dataclass(frozen=True)
class _Stack:
    """The slices along their normal, the axes as columns, the slices' distance, and what was found."""

    slices: list[_Slice]
    direction: NDArray[np.float64]
    step_mm: float
    warnings: tuple[str, ...]


def read_series(folder: Path) -> tuple[sitk.Image, tuple[str, ...]]:
    """Read the one series in a folder; its slices may lie in any order.

    Returns:
        The image and what the user should know about it.

    Raises:
        InputError: There is no series or more than one, or slices are missing, double, tilted or of
            different sizes.
        RuntimeError: A file cannot be read.
    """
    files = _only_series(folder)
    if len(files) == 1:
        image = sitk.ReadImage(files[0])
        if image.GetDimension() < 3 or image.GetSize()[2] < 2:
            raise InputError(f"{folder}: expected a series of slices, found one; copy the whole series there")
        return image, ()
    stack = _stacked(folder, files)
    image = sitk.ReadImage([part.file for part in stack.slices])
    image.SetOrigin(stack.slices[0].position.tolist())
    image.SetSpacing([*image.GetSpacing()[:2], stack.step_mm])
    image.SetDirection(stack.direction.ravel().tolist())
    return image, stack.warnings


def sorted_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of the one series in a folder, in the order of the slices that `read_series` reads.

    Raises:
        InputError: As `read_series`.
        RuntimeError: A file cannot be read.
    """
    files = _only_series(folder)
    if len(files) > 1:
        files = [part.file for part in _stacked(folder, files).slices]
    return tuple(map(Path, files))


def is_dicom(path: Path) -> bool:
    """Tell whether a file is DICOM, by the four letters after its preamble."""
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


def _stacked(folder: Path, files: list[str]) -> _Stack:
    slices = [_slice(folder, file) for file in files]
    if len({(part.size, len(part.axes)) for part in slices}) > 1:
        raise InputError(f"{folder}: expected slices of one size, found several; copy one series there")
    rows, columns = slices[0].axes
    if max(np.abs(part.axes - slices[0].axes).max() for part in slices) > _TURNED:
        raise InputError(
            f"{folder}: expected parallel slices, found several orientations; remove the localizer"
        )
    normal = np.cross(rows, columns)
    slices.sort(key=lambda part: float(part.position @ normal))
    direction = np.column_stack([rows, columns, normal])
    return _Stack(slices, direction, *_check_distances(folder, slices, normal))


def _only_series(folder: Path) -> list[str]:
    series = {
        name: list(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder), name))
        for name in sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder))
    }
    if not series:
        raise InputError(f"{folder}: expected an image file or a DICOM series, found none; check the path")
    if len(series) > 1:
        found = "; ".join(f"{_describe(files[0])} ({len(files)} files)" for files in series.values())
        raise InputError(
            f"{folder}: expected one DICOM series, found {len(series)}: {found}; give each its own folder"
        )
    return next(iter(series.values()))


def _describe(file: str) -> str:
    reader = _header(file)
    words = [_text(reader, tag) for tag in (_MODALITY, _DESCRIPTION)]
    return " ".join(word for word in words if word) or Path(file).name


def _header(file: str) -> sitk.ImageFileReader:
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(file)
    reader.ReadImageInformation()
    return reader


def _text(reader: sitk.ImageFileReader, tag: str) -> str:
    return reader.GetMetaData(tag).strip() if reader.HasMetaDataKey(tag) else ""


def _slice(folder: Path, file: str) -> _Slice:
    reader = _header(file)
    try:
        position = np.array([float(word) for word in _text(reader, _POSITION).split("\\")])
        axes = np.array([float(word) for word in _text(reader, _ORIENTATION).split("\\")]).reshape(2, 3)
    except ValueError:
        raise InputError(
            f"{folder}: expected slices with a position, found {Path(file).name} without; export it again"
        ) from None
    return _Slice(file, position, axes, reader.GetSize())


def _check_distances(
    folder: Path, slices: list[_Slice], normal: NDArray[np.float64]
) -> tuple[float, tuple[str, ...]]:
    """Return the distance between slices, and a warning where it varies; refuse gaps, doubles and tilts."""
    positions = np.array([part.position for part in slices])
    along = positions @ normal
    steps = np.diff(along)
    double = int(np.argmin(steps))
    if steps[double] < _SAME_POSITION_MM:
        names = " and ".join(Path(slices[double + k].file).name for k in (0, 1))
        raise InputError(
            f"{folder}: expected one slice at each position, found two ({names}); remove one or "
            "split the volumes"
        )
    usual = float(np.median(steps))
    uneven = np.abs(steps - usual) / usual
    worst = int(np.argmax(uneven))
    if uneven[worst] > _UNEVEN_LIMIT:
        before, after = (Path(slices[worst + k].file).name for k in (0, 1))
        raise InputError(
            f"{folder}: expected slices every {usual:.2f} mm, found {steps[worst]:.2f} mm between "
            f"{before} and {after}; copy the missing slices"
        )
    drift = positions[-1] - positions[0] - (along[-1] - along[0]) * normal
    if np.linalg.norm(drift) > _UNEVEN_SILENT * (along[-1] - along[0]):
        raise InputError(
            f"{folder}: expected slices stacked at right angles, found a tilted stack; resample it first"
        )
    step_mm = float(along[-1] - along[0]) / (len(slices) - 1)
    if uneven[worst] > _UNEVEN_SILENT:
        warning = f"{folder}: slice distances vary by up to {uneven[worst]:.0%}; {step_mm:.2f} mm counts"
        return step_mm, (warning,)
    return step_mm, ()
