"""Slices of one DICOM volume: the values that place them, checked and put in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from wmhseg.errors import InputError
from wmhseg.io.direction import skew_degrees

# Share of the slice distance: less is rounding, more is said, and much more is a missing slice.
_UNEVEN_SILENT, _UNEVEN_LIMIT = 0.01, 0.1
_SAME_POSITION_MM = 0.01
_TURNED = 1e-3
_SAME_SPACING = 1e-3
_SPLIT = "copy one series there"


@dataclass(frozen=True)
class Slice:
    """One file or frame.

    Attributes:
        name: What to call it in errors.
        size: Columns and rows.
        position: LPS mm of its first pixel.
        axes: Direction cosines of its rows and columns, (2, 3).
        spacing_mm: Distance between rows, and between columns.
        rescale: Slope and intercept of its values; None where it has none.
    """

    name: str
    size: tuple[int, int]
    position: NDArray[np.float64]
    axes: NDArray[np.float64]
    spacing_mm: NDArray[np.float64]
    rescale: tuple[float | None, float | None]


@dataclass(frozen=True)
class Stack:
    """Where a volume lies.

    Attributes:
        order: Index of each slice, along their normal.
        origin_mm: LPS position of the first pixel of the first slice.
        spacing_mm: Along x, y, z.
        direction: Axes as columns.
        warnings: What the user should know, one line each.
    """

    order: list[int]
    origin_mm: NDArray[np.float64]
    spacing_mm: tuple[float, float, float]
    direction: NDArray[np.float64]
    warnings: tuple[str, ...]

    def place(self, image: sitk.Image) -> None:
        """Set the grid of an image whose slices are in order."""
        image.SetOrigin(self.origin_mm.tolist())
        image.SetSpacing(self.spacing_mm)
        image.SetDirection(self.direction.ravel().tolist())


def make_slice(where: Path, name: str, size: tuple[int, int], texts: Mapping[str, str]) -> Slice:
    """Return a slice from the values of its header.

    Args:
        where: The file or folder, for errors.
        name: The slice, for errors.
        size: Columns and rows.
        texts: Values by keyword, several in one text parted by backslashes.

    Raises:
        InputError: A value is missing or cannot be.
    """

    def numbers(keyword: str, count: int) -> NDArray[np.float64]:
        try:
            found = np.array([float(word) for word in texts[keyword].split("\\")])
        except ValueError:
            found = np.empty(0)
        if len(found) != count or not np.isfinite(found).all():
            stated = repr(texts[keyword][:80]) if texts[keyword] else "none"
            raise InputError(
                f"{where}: expected slices with {keyword} ({count} number{'s' * (count > 1)}), "
                f"found {stated} in {name}; export the series again"
            )
        return found

    position = numbers("ImagePositionPatient", 3)
    axes = numbers("ImageOrientationPatient", 6).reshape(2, 3)
    spacing = numbers("PixelSpacing", 2)
    slope, intercept = (
        float(numbers(keyword, 1)[0]) if texts[keyword] else None
        for keyword in ("RescaleSlope", "RescaleIntercept")
    )
    if spacing.min() <= 0 or slope == 0:
        keyword = "PixelSpacing" if spacing.min() <= 0 else "RescaleSlope"
        raise InputError(
            f"{where}: expected slices with a {keyword} that is not 0 or less, found "
            f"{texts[keyword]!r} in {name}; export the series again"
        )
    return Slice(name, size, position, axes, spacing, (slope, intercept))


def stack_slices(where: Path, slices: Sequence[Slice]) -> Stack:
    """Order slices by their positions, whatever else their headers say of order and distance.

    Args:
        where: The file or folder, for errors.
        slices: At least two, in any order.

    Raises:
        InputError: They are no volume: missing, double, tilted, or of different sizes, pixel sizes,
            orientations or ways to store values.
    """
    first = slices[0]
    _check_alike(where, slices)
    rows, columns = first.axes
    normal = np.cross(rows, columns)
    direction = np.column_stack([rows, columns, normal])
    if skew_degrees(direction) is None:
        raise InputError(
            f"{where}: expected rows and columns at right angles and of length 1 (ImageOrientationPatient), "
            f"found {np.array2string(first.axes.ravel(), precision=3)} in {first.name}; export it again"
        )
    order = sorted(range(len(slices)), key=lambda index: float(slices[index].position @ normal))
    step_mm, warnings = _check_distances(where, [slices[index] for index in order], normal)
    between_rows, between_columns = map(float, first.spacing_mm)
    spacing = (between_columns, between_rows, step_mm)
    return Stack(order, slices[order[0]].position, spacing, direction, warnings)


def _check_alike(where: Path, slices: Sequence[Slice]) -> None:
    first = slices[0]
    for other in slices[1:]:
        if other.size != first.size:
            expected, found, do = "slices of one size", "several sizes", _SPLIT
        elif np.abs(other.spacing_mm - first.spacing_mm).max() > _SAME_SPACING * first.spacing_mm.min():
            expected, found, do = "slices of one PixelSpacing", "several", _SPLIT
        elif np.abs(other.axes - first.axes).max() > _TURNED:
            expected, found, do = "parallel slices", "several orientations", "remove the localizer"
        elif [value is None for value in other.rescale] != [value is None for value in first.rescale]:
            expected, found, do = "RescaleSlope in all slices or in none", "both", "export the series again"
        else:
            continue
        raise InputError(
            f"{where}: expected {expected}, found {found} ({first.name} and {other.name} differ); {do}"
        )


def _check_distances(
    where: Path, slices: list[Slice], normal: NDArray[np.float64]
) -> tuple[float, tuple[str, ...]]:
    """Return the distance between slices, and a warning where it varies; refuse gaps, doubles and tilts."""
    positions = np.array([part.position for part in slices])
    along = positions @ normal
    steps = np.diff(along)
    double = int(np.argmin(steps))
    if steps[double] < _SAME_POSITION_MM:
        names = " and ".join(slices[double + k].name for k in (0, 1))
        raise InputError(
            f"{where}: expected one slice at each position, found two ({names}); remove one or "
            "split the volumes"
        )
    usual = float(np.median(steps))
    uneven = np.abs(steps - usual) / usual
    worst = int(np.argmax(uneven))
    if uneven[worst] > _UNEVEN_LIMIT:
        before, after = (slices[worst + k].name for k in (0, 1))
        raise InputError(
            f"{where}: expected slices every {usual:.2f} mm, found {steps[worst]:.2f} mm between "
            f"{before} and {after}; copy the missing slices"
        )
    drift = positions[-1] - positions[0] - (along[-1] - along[0]) * normal
    if np.linalg.norm(drift) > _UNEVEN_SILENT * (along[-1] - along[0]):
        raise InputError(
            f"{where}: expected slices stacked at right angles, found a tilted stack; resample it first"
        )
    step_mm = float(along[-1] - along[0]) / (len(slices) - 1)
    if uneven[worst] > _UNEVEN_SILENT:
        warning = f"{where}: slice distances vary by up to {uneven[worst]:.0%}; {step_mm:.2f} mm counts"
        return step_mm, (warning,)
    return step_mm, ()
