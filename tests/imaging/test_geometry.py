"""Reorientation against SimpleITK's own, resampling and windows in numbers worked out by hand."""

from collections.abc import Callable
from itertools import permutations, product

import numpy as np
import pytest
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.imaging.geometry import (
    Reorientation,
    centre_start,
    crop_pad,
    in_plane_grid,
    resample,
    resample_slices,
    shrunk,
    smooth_for,
    to_axial_lps,
    undo_crop_pad,
)
from wmhseg.io.volume import Grid, Volume

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
Positions = Callable[[Grid], NDArray[np.float64]]

# Every axis-aligned direction matrix: 6 permutations x 8 flips.
AXIS_ALIGNED = [
    tuple((np.eye(3)[:, list(order)] * signs).ravel().tolist())
    for order in permutations(range(3))
    for signs in product((1.0, -1.0), repeat=3)
]
SPACINGS = (0.8, 1.1, 4.0)


def tilted(degrees: tuple[float, float, float], base: tuple[float, ...] = IDENTITY) -> tuple[float, ...]:
    """A direction turned about x, then y, then z."""
    turn = np.eye(3)
    for axis, angle in enumerate(np.deg2rad(degrees)):
        a, b = [i for i in range(3) if i != axis]
        step = np.eye(3)
        step[a, a] = step[b, b] = np.cos(angle)
        step[a, b], step[b, a] = -np.sin(angle), np.sin(angle)
        turn = step @ turn
    return tuple((turn @ np.asarray(base).reshape(3, 3)).ravel().tolist())


OBLIQUE = [
    tilted(angles, base)
    for angles in ((8.0, -11.0, 5.0), (-20.0, 3.0, 17.0), (30.0, 10.0, -25.0))
    for base in (IDENTITY, AXIS_ALIGNED[9], AXIS_ALIGNED[22], AXIS_ALIGNED[46])
]


def numbered(direction: tuple[float, ...]) -> Volume:
    """A volume with another value in every voxel."""
    return Volume(
        np.arange(60, dtype=np.float32).reshape(3, 4, 5),
        Grid((5, 4, 3), SPACINGS, (7.0, -9.0, 2.5), direction),
    )


def oriented_by_itk(volume: Volume) -> sitk.Image:
    image = sitk.GetImageFromArray(volume.array)
    image.SetSpacing(volume.grid.spacing_mm)
    image.SetOrigin(volume.grid.origin_mm)
    image.SetDirection(volume.grid.direction)
    orient = sitk.DICOMOrientImageFilter()
    orient.SetDesiredCoordinateOrientation("LPS")
    return orient.Execute(image)


def test_there_are_48_orientations() -> None:
    assert len(set(AXIS_ALIGNED)) == 48


@pytest.mark.parametrize("direction", [*AXIS_ALIGNED, *OBLIQUE])
def test_axial_lps_as_simpleitk_does_it(direction: tuple[float, ...]) -> None:
    volume = numbered(direction)
    found, _ = to_axial_lps(volume)
    expected = oriented_by_itk(volume)
    np.testing.assert_array_equal(found.array, sitk.GetArrayFromImage(expected))
    assert found.grid.size_xyz == expected.GetSize()
    assert found.grid.spacing_mm == expected.GetSpacing()
    np.testing.assert_allclose(found.grid.origin_mm, expected.GetOrigin(), atol=1e-12)
    np.testing.assert_allclose(found.grid.direction, expected.GetDirection(), atol=1e-12)


@pytest.mark.parametrize("direction", [*AXIS_ALIGNED, *OBLIQUE])
def test_every_voxel_stays_at_its_place_and_comes_back(
    direction: tuple[float, ...], voxel_positions_mm: Positions
) -> None:
    volume = numbered(direction)
    turned, reorientation = to_axial_lps(volume)
    before, after = np.empty((60, 3)), np.empty((60, 3))
    before[volume.array.ravel().astype(int)] = voxel_positions_mm(volume.grid).reshape(-1, 3)
    after[turned.array.ravel().astype(int)] = voxel_positions_mm(turned.grid).reshape(-1, 3)
    np.testing.assert_allclose(after, before, atol=1e-12)
    np.testing.assert_array_equal(reorientation.undo(turned.array), volume.array)
    np.testing.assert_array_equal(reorientation.apply(volume.array), turned.array)


def test_reversed_y_in_numbers() -> None:
    # LAS, as the Tabriz scans are stored: y runs towards anterior.
    volume = Volume(
        np.arange(6, dtype=np.float32).reshape(1, 3, 2),
        Grid((2, 3, 1), (0.9, 0.9, 6.5), (10.0, 20.0, 30.0), (1.0, 0, 0, 0, -1.0, 0, 0, 0, 1.0)),
    )
    turned, reorientation = to_axial_lps(volume)
    assert turned.array.tolist() == [[[4, 5], [2, 3], [0, 1]]]
    np.testing.assert_allclose(turned.grid.origin_mm, (10.0, 20.0 - 2 * 0.9, 30.0))
    assert turned.grid.direction == IDENTITY
    assert reorientation == Reorientation((0, 1, 2), (False, True, False))


def test_axial_lps_is_left_alone() -> None:
    volume = numbered(IDENTITY)
    turned, reorientation = to_axial_lps(volume)
    assert turned.grid == volume.grid
    assert reorientation == Reorientation((0, 1, 2), (False, False, False))


def ramp(grid: Grid, positions: NDArray[np.float64]) -> Volume:
    """A value that is linear in the world: 3 + 0.5 x - 0.25 y + 2 z."""
    return Volume((3 + positions @ (0.5, -0.25, 2.0)).astype(np.float32), grid)


def test_linear_ramp_is_resampled_exactly(voxel_positions_mm: Positions) -> None:
    coarse = Grid((20, 18, 12), (1.3, 1.7, 4.0), (-12.0, -14.0, -22.0), tilted((8.0, -11.0, 5.0)))
    fine = Grid((9, 8, 7), (0.9, 1.1, 2.0), (-4.0, -4.5, -5.0), AXIS_ALIGNED[13])
    moved = resample(ramp(coarse, voxel_positions_mm(coarse)), fine, outside=-999.0)
    steps = (voxel_positions_mm(fine) - coarse.origin_mm) @ np.asarray(coarse.direction).reshape(3, 3)
    index = steps / coarse.spacing_mm
    inside = np.all((index > 0) & (index < np.asarray(coarse.size_xyz) - 1), axis=-1)
    assert moved.grid == fine
    assert inside.mean() > 0.5
    expected = ramp(fine, voxel_positions_mm(fine)).array
    np.testing.assert_allclose(moved.array[inside], expected[inside], atol=1e-4)


@pytest.mark.parametrize(
    ("spacing_mm", "factors"), [(2.0, (2, 2, 1)), (3.0, (4, 3, 1)), (4.0, (5, 4, 1)), (5.0, (6, 5, 2))]
)
def test_a_shrunk_ramp_says_where_it_is(
    voxel_positions_mm: Positions, spacing_mm: float, factors: tuple[int, ...]
) -> None:
    grid = Grid((23, 18, 12), (0.8, 1.0, 2.5), (-12.0, -14.0, -22.0), tilted((8.0, -11.0, 5.0)))
    small = shrunk(ramp(grid, voxel_positions_mm(grid)), spacing_mm)
    np.testing.assert_allclose(small.grid.spacing_mm, np.multiply(factors, grid.spacing_mm))
    np.testing.assert_allclose(small.array, ramp(small.grid, voxel_positions_mm(small.grid)).array, atol=1e-4)


def test_outside_gets_the_value_asked_for() -> None:
    volume = Volume(np.full((2, 2, 2), 8, np.int16), Grid((2, 2, 2), (1, 1, 1), (0, 0, 0), IDENTITY))
    # A voxel reaches half its size beyond its centre: 0.5 is still inside, 1 mm further is not.
    moved = resample(volume, Grid((4, 2, 2), (1, 1, 1), (-1, 0, 0), IDENTITY), outside=-5.0)
    assert moved.array.dtype == np.float32
    assert moved.array[0, 0].tolist() == [-5, 8, 8, -5]


def test_spacing_within_the_range_is_left_alone() -> None:
    grid = Grid((200, 210, 30), (0.85, 1.25, 5.0), (1, 2, 3), IDENTITY)
    assert in_plane_grid(grid, (0.85, 1.25), 1.0) is grid


def test_in_plane_grid_in_numbers() -> None:
    # 320 x 0.5 mm = 160 mm: 160 pixels of 1 mm. Pixel edges stay at 10 - 0.25 = 9.75 mm.
    grid = Grid((320, 100, 30), (0.5, 1.0, 3.0), (10.0, 20.0, 30.0), IDENTITY)
    new = in_plane_grid(grid, (0.85, 1.25), 1.0)
    assert new.size_xyz == (160, 100, 30)
    assert new.spacing_mm == (1.0, 1.0, 3.0)
    np.testing.assert_allclose(new.origin_mm, (10.25, 20.0, 30.0))


@pytest.mark.parametrize("spacing", [(0.5, 0.5), (0.72, 0.72), (1.5, 1.5), (2.0, 0.6), (0.9, 0.3)])
@pytest.mark.parametrize("direction", [IDENTITY, AXIS_ALIGNED[13], tilted((8.0, -11.0, 5.0))])
def test_in_plane_centre_stays(spacing: tuple[float, float], direction: tuple[float, ...]) -> None:
    grid = Grid((123, 150, 20), (*spacing, 4.0), (-30.0, 12.0, 5.0), direction)
    new = in_plane_grid(grid, (0.85, 1.25), 1.0)
    turn = np.asarray(direction).reshape(3, 3)
    centres = [
        np.asarray(g.origin_mm) + turn @ ((np.asarray(g.size_xyz) - 1) / 2 * g.spacing_mm)
        for g in (grid, new)
    ]
    np.testing.assert_allclose(centres[1], centres[0], atol=1e-9)
    assert new.direction == direction
    assert (new.size_xyz[2], new.spacing_mm[2]) == (20, 4.0)
    for axis in (0, 1):
        view = new.size_xyz[axis] * new.spacing_mm[axis]
        assert abs(view - grid.size_xyz[axis] * grid.spacing_mm[axis]) <= 1.0
        assert new.spacing_mm[axis] == (0.9 if grid.spacing_mm[axis] == 0.9 else 1.0)


def test_nothing_is_blurred_for_a_finer_grid() -> None:
    volume = numbered(IDENTITY)
    assert smooth_for(volume, Grid((9, 9, 9), (0.4, 1.1, 4.0), (0, 0, 0), IDENTITY)) is volume


def test_blur_in_numbers() -> None:
    # From 0.5 to 1.3 mm along x: sqrt(2.6^2 - 1) = 2.4, so a Gaussian with SD 1.2 pixels along x.
    array = np.zeros((3, 3, 21), np.float32)
    array[1, 1, 10] = 1
    volume = Volume(array, Grid((21, 3, 3), (0.5, 1.0, 3.0), (0, 0, 0), IDENTITY))
    blurred = smooth_for(volume, Grid((8, 3, 3), (1.3, 1.0, 3.0), (0, 0, 0), IDENTITY)).array
    weights = np.exp(-0.5 * ((np.arange(21) - 10) / 1.2) ** 2)
    np.testing.assert_allclose(blurred[1, 1], weights / weights.sum(), atol=1e-4)
    assert np.count_nonzero(np.delete(blurred[1], 1, axis=0)) == 0
    assert np.count_nonzero(np.delete(blurred, 1, axis=0)) == 0


def test_blur_of_integers_keeps_fractions() -> None:
    array = np.zeros((1, 1, 9), np.int16)
    array[0, 0, 4] = 1
    volume = Volume(array, Grid((9, 1, 1), (0.5, 1.0, 1.0), (0, 0, 0), IDENTITY))
    blurred = smooth_for(volume, Grid((4, 1, 1), (1.0, 1.0, 1.0), (0, 0, 0), IDENTITY)).array
    assert 0 < blurred[0, 0, 4] < 1


def test_finer_slices_are_cubic_splines_within_the_range() -> None:
    """Against SciPy's splines, where both have data."""
    array = np.random.default_rng(3).integers(0, 2, (3, 12, 10)).astype(np.float32)
    grid = Grid((10, 12, 3), (2.0, 1.6, 5.0), (0, 0, 0), IDENTITY)
    fine = in_plane_grid(grid, (0.85, 1.25), 1.0)
    moved = resample_slices(Volume(array, grid), fine)
    assert moved.grid == fine
    x = (np.arange(20) + fine.origin_mm[0]) / 2.0
    y = (np.arange(19) + fine.origin_mm[1]) / 1.6
    where = np.meshgrid(np.arange(3.0), y, x, indexing="ij")
    expected = ndimage.map_coordinates(array.astype(float), where, order=3, mode="mirror")
    inside = np.ix_(range(3), (y >= 0) & (y <= 11), (x >= 0) & (x <= 9))
    assert expected[inside].max() > 1.05  # splines swing over
    assert expected[inside].min() < -0.05
    np.testing.assert_allclose(moved.array[inside], expected[inside].clip(0, 1), atol=1e-4)


def test_coarser_slices_are_blurred_and_linear() -> None:
    array = np.random.default_rng(3).normal(size=(3, 12, 10)).astype(np.float32)
    volume = Volume(array, Grid((10, 12, 3), (0.5, 0.6, 5.0), (0, 0, 0), IDENTITY))
    coarse = in_plane_grid(volume.grid, (0.85, 1.25), 1.0)
    by_hand = resample(smooth_for(volume, coarse), coarse, outside=float(array.min()))
    np.testing.assert_array_equal(resample_slices(volume, coarse).array, by_hand.array)


SQUARE = np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])


@pytest.mark.parametrize(
    ("start", "size", "expected"),
    [
        ((0, 0), (3, 3), [[1, 2, 3], [4, 5, 6], [7, 8, 9]]),
        ((1, 1), (2, 2), [[5, 6], [8, 9]]),
        ((-1, 0), (3, 2), [[0, 0], [1, 2], [4, 5]]),
        ((-1, -1), (5, 5), [[0] * 5, [0, 1, 2, 3, 0], [0, 4, 5, 6, 0], [0, 7, 8, 9, 0], [0] * 5]),
        ((2, 2), (2, 3), [[9, 0, 0], [0, 0, 0]]),
        ((3, 0), (2, 2), [[0, 0], [0, 0]]),
        ((-4, 1), (2, 2), [[0, 0], [0, 0]]),
        ((9, -9), (1, 2), [[0, 0]]),
    ],
)
def test_crop_pad_by_hand(start: tuple[int, int], size: tuple[int, int], expected: list[list[int]]) -> None:
    found = crop_pad(SQUARE, start, size)
    assert found.tolist() == expected
    assert (
        crop_pad(np.stack([SQUARE, 10 * SQUARE]), start, size)[1].tolist()
        == (10 * np.array(expected)).tolist()
    )


def test_crop_pad_fills_and_keeps_the_type() -> None:
    found = crop_pad(SQUARE.astype(np.float32), (2, 2), (2, 2), fill=-1.5)
    assert found.dtype == np.float32
    assert found.tolist() == [[9, -1.5], [-1.5, -1.5]]


@pytest.mark.parametrize(
    ("shape", "size", "expected"),
    [
        ((256, 232), (200, 200), (28, 16)),
        ((201, 203), (200, 200), (0, 1)),  # half of 1 and 3, rounded down
        ((199, 197), (200, 200), (-1, -2)),  # half of -1 and -3, rounded down
        ((200, 132), (200, 200), (0, -34)),
    ],
)
def test_centre_in_numbers(shape: tuple[int, int], size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert centre_start(shape, size) == expected


def test_centred_window_by_hand() -> None:
    wide = np.arange(1, 6).reshape(1, 5)
    assert crop_pad(wide, centre_start((1, 5), (1, 2)), (1, 2)).tolist() == [[2, 3]]
    assert crop_pad(wide, centre_start((1, 5), (1, 8)), (1, 8)).tolist() == [[0, 0, 1, 2, 3, 4, 5, 0]]
    assert crop_pad(wide, centre_start((1, 5), (2, 5)), (2, 5)).tolist() == [[0] * 5, [1, 2, 3, 4, 5]]


@pytest.mark.parametrize("shape", [(6, 7), (7, 6), (5, 12), (20, 3), (11, 11)])
@pytest.mark.parametrize("start", [None, (-2, 3), (4, -5), (2, 2)])
def test_undo_restores_what_the_window_held(shape: tuple[int, int], start: tuple[int, int] | None) -> None:
    size = (8, 9)
    start = start or centre_start(shape, size)
    slices = np.random.default_rng(0).normal(size=(2, *shape))
    back = undo_crop_pad(crop_pad(slices, start, size), start, shape, fill=-7)
    rows, columns = np.indices(shape)
    seen = (rows >= start[0]) & (rows < start[0] + 8) & (columns >= start[1]) & (columns < start[1] + 9)
    np.testing.assert_array_equal(back, np.where(seen, slices, -7))


def test_smoothing_goes_by_the_axes_that_run_alike() -> None:
    # A sagittal volume, 1 mm everywhere, for an axial grid with slices of 5 mm: only up and down, its
    # second axis, is blurred, with an SD of 0.5 * sqrt(24) = 2.449 voxels.
    sagittal = Grid((9, 31, 9), (1, 1, 1), (0, 0, 0), (0, 0, 1, 1, 0, 0, 0, -1, 0))
    axial = Grid((9, 9, 3), (1, 1, 5), (0, 0, 0), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    array = np.zeros((9, 31, 9), np.float32)
    array[4, 15, 4] = 1
    found = smooth_for(Volume(array, sagittal), axial).array
    assert np.count_nonzero(found.sum(axis=1)) == 1
    expected = 1 / (0.5 * np.sqrt(24) * np.sqrt(2 * np.pi))
    assert found[4, 15, 4] == pytest.approx(expected, rel=1e-3)
