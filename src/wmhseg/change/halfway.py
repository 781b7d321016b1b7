"""Two times in the space halfway between them, on one grid that favours neither."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.change.align import Alignment
from wmhseg.change.time_point import TimePoint
from wmhseg.errors import RegistrationError
from wmhseg.imaging.geometry import resample, smooth_for, to_axial_lps
from wmhseg.imaging.nearest import nearest
from wmhseg.imaging.rigid import Motion, carried, inverse
from wmhseg.io.direction import closest_rotation
from wmhseg.io.volume import Grid, Volume

# About the networks' own pixels. Across the slices, too: on a grid as coarse as thick slices, the same lesion
# of both times can fall into two neighbouring ones.
SPACING_MM = 1.0


@dataclass(frozen=True)
class HalfwayTime:
    """One time on the halfway grid; arrays (Z, Y, X).

    Attributes:
        flair: FLAIR.
        probability: Mean probability.
        labels: Its lesions, as they are numbered on its own grid; 0 outside.
        seen: Voxels of its OWN grid that the other time shows too.
    """

    flair: NDArray[np.float32]
    probability: NDArray[np.float32]
    labels: NDArray[np.int32]
    seen: NDArray[np.bool_]


@dataclass(frozen=True)
class Halfway:
    """Both times on one grid."""

    grid: Grid
    times: tuple[HalfwayTime, HalfwayTime]


def to_halfway(first: TimePoint, second: TimePoint, alignment: Alignment) -> Halfway:
    """Bring both times halfway.

    Raises:
        RegistrationError: Their fields of view do not overlap there.
    """
    pair = first, second
    ways = alignment.to_halfway
    grid = halfway_grid(*(carried(one.flair.grid, way) for one, way in zip(pair, ways, strict=True)))
    times = tuple(
        _time(pair[index], pair[1 - index].flair.grid, (ways[index], ways[1 - index]), grid)
        for index in (0, 1)
    )
    return Halfway(grid, (times[0], times[1]))


def halfway_grid(one: Grid, other: Grid) -> Grid:
    """Return an axial grid over what two grids of one world share, with a direction midway between theirs.

    Its voxels are cubes of 1 mm, whatever those of both are. Exchanging the two gives the same grid.

    Raises:
        RegistrationError: They share nothing.
    """
    axial = [_axial(grid) for grid in (one, other)]
    directions = [np.asarray(grid.direction).reshape(3, 3) for grid in axial]
    direction = closest_rotation((directions[0] + directions[1]) / 2)
    corners = [_corners(grid) @ direction for grid in axial]
    low = np.maximum(corners[0].min(axis=0), corners[1].min(axis=0))
    high = np.minimum(corners[0].max(axis=0), corners[1].max(axis=0))
    size = np.floor((high - low) / SPACING_MM + 1e-6).astype(int) + 1
    if (high < low).any():
        raise RegistrationError("expected two scans of one head, found fields of view that share nothing")
    # In the middle of what is shared.
    origin = direction @ ((low + high) / 2 - (size - 1) / 2 * SPACING_MM)
    return Grid(
        (int(size[0]), int(size[1]), int(size[2])),
        (SPACING_MM, SPACING_MM, SPACING_MM),
        (float(origin[0]), float(origin[1]), float(origin[2])),
        tuple(direction.ravel().tolist()),
    )


def on_grid(volume: Volume, way: Motion, grid: Grid, outside: float = 0.0) -> NDArray[np.float32]:
    """Return a volume (Z, Y, X) on the halfway grid: interpolated once; blurred for coarser voxels."""
    there = Volume(volume.array, carried(volume.grid, way))
    return np.asarray(resample(smooth_for(there, grid), grid, outside).array)


def shown_by(grid: Grid, other: Grid, motion: Motion) -> NDArray[np.bool_]:
    """Return the voxels (Z, Y, X) of a grid that another's field of view holds.

    Args:
        grid: Where.
        other: The other's grid.
        motion: Maps the other's world to that of `grid`.
    """
    ones = Volume(np.ones(other.shape_zyx, np.float32), carried(other, motion))
    return np.asarray(resample(ones, grid).array > 0.5)


def _time(one: TimePoint, other: Grid, ways: tuple[Motion, Motion], grid: Grid) -> HalfwayTime:
    own = one.flair.grid
    seen = shown_by(own, other, inverse(ways[0]) @ ways[1])
    labels = Volume(np.where(seen, one.measured.labels.array, 0), own)
    flair = on_grid(one.flair, ways[0], grid, outside=float(one.flair.array.min()))
    probability = on_grid(one.measured.result.probability, ways[0], grid)
    return HalfwayTime(flair, probability, labels_on(labels, ways[0], grid), seen)


def labels_on(labels: Volume, way: Motion, grid: Grid) -> NDArray[np.int32]:
    """Return labels (Z, Y, X) on the halfway grid by nearest voxel; a lesion between its voxels stays, too.

    What lies outside the grid is lost.
    """
    own = carried(labels.grid, way)
    found = nearest(Volume(labels.array, own), grid)
    count = int(labels.array.max(initial=0))
    lost = np.flatnonzero(np.bincount(found.ravel(), minlength=count + 1)[1 : count + 1] == 0) + 1
    where = np.argwhere(np.isin(labels.array, lost) & (labels.array > 0))
    if not len(where):
        return found
    number = labels.array[tuple(where.T)]
    world = (where[:, ::-1] * own.spacing_mm) @ np.asarray(own.direction).reshape(3, 3).T + own.origin_mm
    steps = (world - grid.origin_mm) @ np.asarray(grid.direction).reshape(3, 3) / grid.spacing_mm
    index = np.rint(steps).astype(int)[:, ::-1]
    inside = np.all((index >= 0) & (index < grid.shape_zyx), axis=1)
    free = inside.copy()
    free[inside] = found[tuple(index[inside].T)] == 0
    found[tuple(index[free].T)] = number[free]
    return found


def _axial(grid: Grid) -> Grid:
    return to_axial_lps(Volume(np.broadcast_to(np.uint8(0), grid.shape_zyx), grid))[0].grid


def _corners(grid: Grid) -> NDArray[np.float64]:
    index = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    steps = index * (np.asarray(grid.size_xyz) - 1) * grid.spacing_mm
    return np.asarray(steps @ np.asarray(grid.direction).reshape(3, 3).T + grid.origin_mm)
