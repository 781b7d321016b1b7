"""Moving arrays between grids: reorientation, resampling, crop/pad and their inverses."""

from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.io.volume import Grid, Volume, from_image, to_image


@dataclass(frozen=True)
class Reorientation:
    """A permutation and flips of array axes: lossless, and undone exactly.

    Attributes:
        axes: For each new (Z, Y, X) axis the old one.
        flips: For each new axis whether it runs backwards.
    """

    axes: tuple[int, int, int]
    flips: tuple[bool, bool, bool]

    def apply(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return `array` (Z, Y, X) in the new orientation."""
        flipped = tuple(axis for axis, flip in enumerate(self.flips) if flip)
        return np.ascontiguousarray(np.flip(np.transpose(array, self.axes), flipped))

    def undo(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return `array` in the orientation it had before `apply`."""
        flipped = tuple(axis for axis, flip in enumerate(self.flips) if flip)
        back = tuple(int(axis) for axis in np.argsort(self.axes))
        return np.ascontiguousarray(np.transpose(np.flip(array, flipped), back))


def to_axial_lps(volume: Volume) -> tuple[Volume, Reorientation]:
    """Bring a volume to the axial LPS orientation closest to its own, without interpolation.

    Returns:
        The volume with x towards left, y towards posterior, z towards superior, as far as an
        oblique grid allows, and the reorientation that was applied.
    """
    grid = volume.grid
    direction = np.asarray(grid.direction).reshape(3, 3)
    # The assignment of image axes to world axes with the largest total cosine.
    order = max(permutations(range(3)), key=lambda p: sum(abs(direction[w, p[w]]) for w in range(3)))
    backwards = tuple(bool(direction[world, order[world]] < 0) for world in range(3))
    corner = np.zeros(3)
    for world, axis in enumerate(order):
        if backwards[world]:
            corner[axis] = grid.size_xyz[axis] - 1
    origin = np.asarray(grid.origin_mm) + direction @ (corner * np.asarray(grid.spacing_mm))
    signs = np.where(backwards, -1.0, 1.0)
    turned = Grid(
        size_xyz=(grid.size_xyz[order[0]], grid.size_xyz[order[1]], grid.size_xyz[order[2]]),
        spacing_mm=(grid.spacing_mm[order[0]], grid.spacing_mm[order[1]], grid.spacing_mm[order[2]]),
        origin_mm=(float(origin[0]), float(origin[1]), float(origin[2])),
        direction=tuple((direction[:, list(order)] * signs).ravel().tolist()),
    )
    # Array axes run z, y, x: the reverse of the grid's order.
    axes = (2 - order[2], 2 - order[1], 2 - order[0])
    reorientation = Reorientation(axes, (backwards[2], backwards[1], backwards[0]))
    return Volume(reorientation.apply(volume.array), turned), reorientation


def resample(volume: Volume, grid: Grid, outside: float = 0.0, *, cubic: bool = False) -> Volume:
    """Resample linearly onto another grid, by the headers alone.

    Args:
        volume: Any volume; computed as float32.
        grid: Where to sample.
        outside: Value where `volume` has no data.
        cubic: By cubic B-splines instead, which may leave the range of values a little.
    """
    image = sitk.Cast(to_image(volume), sitk.sitkFloat32)
    reference = sitk.Image(grid.size_xyz, sitk.sitkUInt8)
    reference.SetSpacing(grid.spacing_mm)
    reference.SetOrigin(grid.origin_mm)
    reference.SetDirection(grid.direction)
    way = sitk.sitkBSpline3 if cubic else sitk.sitkLinear
    moved = sitk.Resample(image, reference, sitk.Transform(), way, outside, sitk.sitkFloat32)
    return Volume(from_image(moved).array, grid)


def in_plane_grid(grid: Grid, range_mm: tuple[float, float], target_mm: float) -> Grid:
    """Return the grid with x and y brought to `target_mm` where they lie outside `range_mm`.

    The field of view stays the same to within one voxel, and its centre exactly.
    """
    size, spacing = list(grid.size_xyz), list(grid.spacing_mm)
    for axis in (0, 1):
        if not range_mm[0] <= spacing[axis] <= range_mm[1]:
            size[axis] = max(1, round(size[axis] * spacing[axis] / target_mm))
            spacing[axis] = target_mm
    if tuple(spacing) == grid.spacing_mm:
        return grid
    old_span = (np.asarray(grid.size_xyz) - 1) * grid.spacing_mm
    new_span = (np.asarray(size) - 1) * np.asarray(spacing)
    direction = np.asarray(grid.direction).reshape(3, 3)
    origin = np.asarray(grid.origin_mm) + direction @ ((old_span - new_span) / 2)
    return replace(
        grid,
        size_xyz=(size[0], size[1], size[2]),
        spacing_mm=(spacing[0], spacing[1], spacing[2]),
        origin_mm=(float(origin[0]), float(origin[1]), float(origin[2])),
    )


def smooth_for(volume: Volume, grid: Grid) -> Volume:
    """Blur along each axis that `grid` samples more coarsely, so that sampling does not alias.

    The Gaussian's SD is half of what separates the two sampling distances, in quadrature.
    """
    # The axis of `grid` that runs most nearly along each axis of the volume.
    old, new = (np.asarray(g.direction).reshape(3, 3) for g in (volume.grid, grid))
    along = np.abs(old.T @ new).argmax(axis=1)
    sigmas = [
        0.5 * np.sqrt(max(0.0, (grid.spacing_mm[axis] / spacing) ** 2 - 1.0))
        for axis, spacing in zip(along, volume.grid.spacing_mm, strict=True)
    ]
    if not any(sigmas):
        return volume
    blurred = ndimage.gaussian_filter(volume.array, sigmas[::-1], output=np.float32, mode="nearest")
    return Volume(blurred, volume.grid)


def shrunk(volume: Volume, spacing_mm: float) -> Volume:
    """Return the volume at about `spacing_mm` along the axes that are finer: means of blocks of voxels."""
    factors = [max(1, int(spacing_mm / value + 0.3)) for value in volume.grid.spacing_mm]
    factors = [min(factor, size) for factor, size in zip(factors, volume.grid.size_xyz, strict=True)]
    if max(factors) == 1:
        return volume
    image = to_image(Volume(volume.array.astype(np.float32, copy=False), volume.grid))
    return from_image(sitk.BinShrink(image, factors))


def resample_slices(volume: Volume, grid: Grid) -> Volume:
    """Bring slices to other pixels: blurred for coarser ones, by cubic B-splines for finer ones.

    Linear interpolation of large pixels blurs: masks of 1.5 mm pixels then agree less with those of the
    1 mm scan they were made of (Dice 0.825 instead of 0.869, docs/reference/variants.md).

    Args:
        volume: Slices (Z, Y, X).
        grid: The same slices with other rows and columns, as `in_plane_grid` returns it.
    """
    low, high = float(volume.array.min()), float(volume.array.max())
    finer = any(new < old for new, old in zip(grid.spacing_mm, volume.grid.spacing_mm, strict=True))
    moved = resample(smooth_for(volume, grid), grid, outside=low, cubic=finer)
    return Volume(np.clip(moved.array, low, high), grid)


def crop_pad(
    array: NDArray[Any], start_yx: tuple[int, int], size_yx: tuple[int, int], fill: float = 0.0
) -> NDArray[Any]:
    """Cut a window out of the last two axes of `array` (..., Y, X), filling what lies outside.

    Args:
        array: Slices (..., Y, X).
        start_yx: Row and column of the window's first pixel; may be negative.
        size_yx: Rows and columns of the window.
        fill: Value outside the array.
    """
    window = np.full((*array.shape[:-2], *size_yx), fill, dtype=array.dtype)
    (to_y, from_y), (to_x, from_x) = (
        _overlap(start, size, length)
        for start, size, length in zip(start_yx, size_yx, array.shape[-2:], strict=True)
    )
    window[..., to_y, to_x] = array[..., from_y, from_x]
    return window


def centre_start(shape_yx: tuple[int, int], size_yx: tuple[int, int]) -> tuple[int, int]:
    """Return the first row and column of the centred window (floor, as the authors' code)."""
    return (shape_yx[0] - size_yx[0]) // 2, (shape_yx[1] - size_yx[1]) // 2


def undo_crop_pad(
    window: NDArray[Any], start_yx: tuple[int, int], shape_yx: tuple[int, int], fill: float = 0.0
) -> NDArray[Any]:
    """Put a window (..., h, w) back where `crop_pad` cut it out of slices of `shape_yx`."""
    return crop_pad(window, (-start_yx[0], -start_yx[1]), shape_yx, fill)


def _overlap(start: int, size: int, length: int) -> tuple[slice, slice]:
    """Return where the overlap lies in the window and in the array."""
    low, high = max(start, 0), max(min(start + size, length), start, 0)
    return slice(low - start, high - start), slice(low, high)
