"""Geometry for any grid: what is turned or cut comes back exactly, and every voxel stays where it was."""

from itertools import permutations, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wmhseg.imaging.geometry import (
    crop_pad,
    in_plane_grid,
    resample,
    shrunk,
    to_axial_lps,
    undo_crop_pad,
)
from wmhseg.io.volume import Grid, Volume

AXES = list(permutations(range(3)))
SIGNS = list(product((1.0, -1.0), repeat=3))
FEW = settings(max_examples=60, deadline=None, derandomize=True, database=None)


@st.composite
def rotations(draw: st.DrawFn, degrees: float) -> np.ndarray:
    """Any order and sign of axes, turned by at most so much about each."""
    turned = np.eye(3)[list(draw(st.sampled_from(AXES)))] * draw(st.sampled_from(SIGNS))
    for first, second in ((0, 1), (0, 2), (1, 2)):
        angle = np.deg2rad(draw(st.integers(-1000, 1000)) / 1000 * degrees)
        turn = np.eye(3)
        turn[[first, second], [first, second]] = np.cos(angle)
        turn[first, second], turn[second, first] = -np.sin(angle), np.sin(angle)
        turned = turn @ turned
    return turned


@st.composite
def volumes(draw: st.DrawFn, degrees: float = 20.0) -> Volume:
    """Up to 9 voxels along each axis, each with a value of its own."""
    size = draw(st.tuples(*[st.integers(1, 9)] * 3))
    spacing = draw(st.tuples(*[st.floats(0.3, 8)] * 3))
    origin = draw(st.tuples(*[st.floats(-300, 300)] * 3))
    grid = Grid(size, spacing, origin, tuple(draw(rotations(degrees)).ravel().tolist()))
    return Volume(np.arange(np.prod(size), dtype=np.float32).reshape(size[::-1]), grid)


def positions_mm(volume: Volume) -> dict[float, np.ndarray]:
    """Where each value lies (x, y, z)."""
    grid = volume.grid
    index = np.argwhere(np.ones(volume.array.shape, bool))
    cosines = np.reshape(grid.direction, (3, 3))
    where = (index[:, ::-1] * grid.spacing_mm) @ cosines.T + grid.origin_mm
    return dict(zip(volume.array.ravel().tolist(), where, strict=True))


@FEW
@given(volumes())
def test_turned_to_axial_every_voxel_stays_where_it_is_and_comes_back(volume: Volume) -> None:
    turned, way = to_axial_lps(volume)
    before, after = positions_mm(volume), positions_mm(turned)
    assert before.keys() == after.keys()
    for value, where in before.items():
        np.testing.assert_allclose(after[value], where, atol=1e-9)
    np.testing.assert_array_equal(way.undo(turned.array), volume.array)
    # Each axis runs towards left, posterior and superior: within 20 degrees about each, no other is closer.
    assert (np.diag(np.reshape(turned.grid.direction, (3, 3))) > 0.5).all()


@FEW
@given(volumes(0.0))
def test_turned_twice_is_turned_once(volume: Volume) -> None:
    once, _ = to_axial_lps(volume)
    twice, way = to_axial_lps(once)
    assert (way.axes, way.flips) == ((0, 1, 2), (False, False, False))
    np.testing.assert_array_equal(twice.array, once.array)
    assert twice.grid.same_as(once.grid)


@FEW
@given(
    shape=st.tuples(*[st.integers(1, 12)] * 3),
    start=st.tuples(*[st.integers(-15, 15)] * 2),
    size=st.tuples(*[st.integers(1, 20)] * 2),
)
def test_a_window_comes_back_where_it_was(
    shape: tuple[int, int, int], start: tuple[int, int], size: tuple[int, int]
) -> None:
    array = 1 + np.arange(np.prod(shape)).reshape(shape)
    window = crop_pad(array, start, size, fill=-1)
    back = undo_crop_pad(window, start, shape[1:], fill=-1)
    for index in np.ndindex(shape):
        row, column = index[1] - start[0], index[2] - start[1]
        inside = 0 <= row < size[0] and 0 <= column < size[1]
        assert back[index] == (array[index] if inside else -1)
        if inside:
            assert window[index[0], row, column] == array[index]
    assert np.count_nonzero(window > 0) == np.count_nonzero(back > 0)


@FEW
@given(volumes(), st.floats(0.3, 3))
def test_another_pixel_size_keeps_the_middle_and_the_slices(volume: Volume, target: float) -> None:
    grid = volume.grid
    other = in_plane_grid(grid, (target, target), target)

    def middle(one: Grid) -> np.ndarray:
        return np.asarray(one.origin_mm) + np.reshape(one.direction, (3, 3)) @ (
            (np.asarray(one.size_xyz) - 1) / 2 * one.spacing_mm
        )

    np.testing.assert_allclose(middle(other), middle(grid), atol=1e-9)
    assert (other.size_xyz[2], other.spacing_mm[2]) == (grid.size_xyz[2], grid.spacing_mm[2])
    for axis in (0, 1):
        fields = [one.size_xyz[axis] * one.spacing_mm[axis] for one in (grid, other)]
        assert abs(fields[0] - fields[1]) <= max(target, fields[0] * 1e-12)


@FEW
@given(volumes())
def test_resampling_onto_the_same_grid_changes_nothing(volume: Volume) -> None:
    np.testing.assert_allclose(resample(volume, volume.grid, -1).array, volume.array, rtol=1e-4, atol=1e-3)


@FEW
@given(volumes(), st.floats(1, 9))
def test_a_shrunk_volume_lies_within_the_whole_one(volume: Volume, spacing: float) -> None:
    small = shrunk(volume, spacing)
    assert small.array.min() >= volume.array.min() and small.array.max() <= volume.array.max()
    span = (np.asarray(volume.grid.size_xyz) - 0.5) * volume.grid.spacing_mm
    cosines = np.reshape(volume.grid.direction, (3, 3))
    for where in positions_mm(
        Volume(np.arange(small.array.size).reshape(small.array.shape), small.grid)
    ).values():
        along = cosines.T @ (where - volume.grid.origin_mm)
        assert (along > -0.5 * np.asarray(volume.grid.spacing_mm)).all() and (along < span).all()
