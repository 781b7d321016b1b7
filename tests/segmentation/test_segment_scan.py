"""The whole way with a predictor that needs no network: WMH is where channel 0 is very bright."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.errors import InputError
from wmhseg.io.volume import Grid, Volume
from wmhseg.recipe import DEFAULT, PAPER, PUBLISHED
from wmhseg.segmentation.prepare_scan import prepare_scan, to_working_grid
from wmhseg.segmentation.read_scan import Scan
from wmhseg.segmentation.segment_scan import segment_scan

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
LAS = (1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0)
RPI = (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
SAGITTAL = (0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0)  # x: posterior, y: inferior, z: left
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, -1.0, 0.0)  # x: left, y: inferior, z: anterior
_C, _S = np.cos(np.deg2rad(12)), np.sin(np.deg2rad(12))
OBLIQUE = (1.0, 0.0, 0.0, 0.0, _C, -_S, 0.0, _S, _C)
OBLIQUE_LAS = (1.0, 0.0, 0.0, 0.0, -_C, -_S, 0.0, -_S, _C)

# The centre of each lesion of the synthetic head (LPS, mm).
LESIONS_MM = np.array([(24.0, -18.0, 8.0), (-22.0, 20.0, 14.0), (-26.0, -24.0, -18.0)])


def bright(slices: NDArray[np.float32]) -> NDArray[np.float32]:
    return (slices[..., 0] > 5.5).astype(np.float32)


def dice(a: NDArray[Any], b: NDArray[Any]) -> float:
    return 2 * np.count_nonzero((a > 0) & (b > 0)) / (np.count_nonzero(a) + np.count_nonzero(b))


def lesion_centres_mm(mask: Volume, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centres of the components of at least 0.2 ml, in the order of LESIONS_MM."""
    labels, count = ndimage.label(mask.array, np.ones((3, 3, 3)))
    sizes = np.bincount(labels.ravel())[1:] * mask.grid.voxel_volume_mm3
    centres = np.array([positions[labels == i + 1].mean(axis=0) for i in range(count) if sizes[i] > 200])
    assert len(centres) == 3
    return centres[np.argmin(np.linalg.norm(centres[None] - LESIONS_MM[:, None], axis=-1), axis=1)]


@pytest.mark.parametrize(
    "layout",
    [
        ((128, 144, 24), (1.15, 1.15, 6.0), IDENTITY),
        ((128, 144, 24), (1.15, 1.15, 6.0), LAS),
        ((128, 144, 24), (1.15, 1.15, 6.0), RPI),
        ((120, 80, 44), (1.35, 2.0, 3.0), SAGITTAL),
        ((128, 54, 50), (1.05, 3.0, 3.2), CORONAL),
        ((128, 144, 26), (1.15, 1.15, 6.0), OBLIQUE),
        ((128, 144, 26), (1.15, 1.15, 6.0), OBLIQUE_LAS),
        ((272, 320, 14), (0.5, 0.5, 9.0), IDENTITY),
        ((92, 108, 24), (1.5, 1.5, 6.0), LAS),
        ((71, 213, 24), (2.0, 0.75, 6.0), IDENTITY),
    ],
)
def test_lesions_come_back_where_they_are(
    make_head: Callable, make_grid: Callable, voxel_positions_mm: Callable, layout: tuple[Any, Any, Any]
) -> None:
    made = make_head(make_grid(*layout))
    result = segment_scan(Scan(made.flair, made.t1), DEFAULT, bright)
    for volume in (result.mask, result.probability):
        assert volume.grid == made.flair.grid
        assert volume.array.shape == made.flair.array.shape
    assert (result.mask.array.dtype, result.probability.array.dtype) == (np.uint8, np.float32)
    assert set(np.unique(result.mask.array)) == {0, 1}
    assert dice(result.mask.array, made.truth.array) > 0.9
    centres = lesion_centres_mm(result.mask, voxel_positions_mm(made.flair.grid))
    # Half a voxel in each direction.
    np.testing.assert_array_less(abs(centres - LESIONS_MM), 0.5 * max(layout[1]) + 0.1)
    np.testing.assert_array_equal(result.mask.array > 0, result.probability.array > DEFAULT.threshold)


@pytest.mark.parametrize("axes", [(0,), (1,), (2,), (0, 1, 2)])
def test_stored_backwards_the_answer_is_bit_for_bit_the_same(head: Any, axes: tuple[int, ...]) -> None:
    """Flipping the array together with its header changes nothing in the world."""
    flipped = Volume(
        np.ascontiguousarray(np.flip(head.flair.array, axes)), flipped_grid(head.flair.grid, axes)
    )
    plain = segment_scan(Scan(head.flair, None), DEFAULT, bright)
    other = segment_scan(Scan(flipped, None), DEFAULT, bright)
    np.testing.assert_array_equal(np.flip(other.mask.array, axes), plain.mask.array)


def flipped_grid(grid: Grid, array_axes: tuple[int, ...]) -> Grid:
    direction, origin = np.asarray(grid.direction).reshape(3, 3).copy(), np.asarray(grid.origin_mm)
    for axis in (2 - a for a in array_axes):
        origin = origin + direction[:, axis] * (grid.size_xyz[axis] - 1) * grid.spacing_mm[axis]
        direction[:, axis] *= -1
    return replace(grid, origin_mm=tuple(origin.tolist()), direction=tuple(direction.ravel().tolist()))


def channel_1(slices: NDArray[np.float32]) -> NDArray[np.float32]:
    return slices[..., 1]


@pytest.mark.parametrize(
    ("size", "spacing", "direction"),
    [((128, 144, 24), (1.15, 1.15, 6.0), LAS), ((100, 100, 72), (1.6, 1.6, 2.0), SAGITTAL)],
)
def test_t1_on_another_grid_is_used_by_its_header(
    make_head: Callable, make_grid: Callable, size: Any, spacing: Any, direction: Any
) -> None:
    axial = make_grid()
    here, there = make_head(axial, noise=0), make_head(make_grid(size, spacing, direction), noise=0)
    expected = segment_scan(Scan(here.flair, here.t1), DEFAULT, channel_1)
    found = segment_scan(Scan(here.flair, there.t1), DEFAULT, channel_1)
    assert found.t1_used
    assert found.mask.grid == axial
    values = expected.probability.array.ravel()
    right = np.corrcoef(found.probability.array.ravel(), values)[0, 1]
    assert right > 0.9
    # A shift by a single voxel in any direction fits worse.
    for axis in range(3):
        for step in (-1, 1):
            shifted = np.roll(found.probability.array, step, axis).ravel()
            assert np.corrcoef(shifted, values)[0, 1] < right - 0.01


def test_t1_on_the_same_grid_is_not_resampled(head: Any) -> None:
    nearly = replace(head.t1.grid, origin_mm=tuple(o + 5e-5 for o in head.t1.grid.origin_mm))
    for grid in (head.t1.grid, nearly):
        working, _ = to_working_grid(Scan(head.flair, Volume(head.t1.array, grid)), PAPER)
        assert working.t1 is not None
        np.testing.assert_array_equal(working.t1.array, head.t1.array)


def test_t1_outside_its_view_is_as_dark_as_it_gets(
    head: Any, make_head: Callable, make_grid: Callable
) -> None:
    part = make_head(make_grid((128, 144, 10), (1.15, 1.15, 6.0))).t1
    part = Volume(part.array - 1000, part.grid)
    working, _ = to_working_grid(Scan(head.flair, part), DEFAULT)
    assert working.t1 is not None
    assert np.ptp(working.t1.array[:6]) == 0
    assert working.t1.array[0, 0, 0] == part.array.min()
    np.testing.assert_allclose(working.t1.array[7:17], part.array, atol=1e-3)


def test_without_t1(head: Any) -> None:
    result = segment_scan(Scan(head.flair, None), DEFAULT, bright)
    assert not result.t1_used
    assert dice(result.mask.array, head.truth.array) > 0.9


@pytest.mark.parametrize("recipe", [PAPER, PUBLISHED], ids=lambda recipe: recipe.name)
def test_raw_recipes_take_the_image_as_given(recipe: Any, make_head: Callable, make_grid: Callable) -> None:
    # Cropped in x, padded in y, stored from top to bottom: nothing is turned or resampled.
    made = make_head(make_grid((231, 140, 20), (0.7, 1.2, 7.0), RPI), stripped=True)
    seen = []

    def predict(slices: NDArray[np.float32]) -> NDArray[np.float32]:
        seen.append(slices.shape)
        return np.ones(slices.shape[:3], np.float32)

    result = segment_scan(Scan(made.flair, made.t1), recipe, predict)
    end = 2  # int(0.1 x 20) = int(0.125 x 20)
    assert seen == [(16, 200, 200, 2)]
    assert result.slices_computed == 16
    expected = np.zeros((20, 140, 231), np.uint8)
    expected[end:-end, :, 15:215] = 1  # (231 - 200) // 2 = 15; rows fit into the window
    np.testing.assert_array_equal(result.mask.array, expected)
    assert result.mask.grid == made.flair.grid


def test_recipe_that_needs_a_t1(stripped_head: Any) -> None:
    with pytest.raises(InputError, match="T1: the paper recipe needs one, found none"):
        segment_scan(Scan(stripped_head.flair, None), PAPER, bright)


def test_minimal_lesion_counts_the_flairs_own_voxels(make_head: Callable, make_grid: Callable) -> None:
    made = make_head(make_grid((92, 108, 24), (1.5, 1.5, 6.0)))
    smallest = min(np.pi * 4 / 3 * radius**3 for radius in (9.0, 7.0, 8.0))
    result = segment_scan(Scan(made.flair, None), replace(DEFAULT, min_lesion_mm3=1.3 * smallest), bright)
    _, count = ndimage.label(result.mask.array, np.ones((3, 3, 3)))
    assert count == 2


def test_same_input_gives_the_same_bytes(head: Any) -> None:
    first, second = (segment_scan(Scan(head.flair, head.t1), DEFAULT, bright) for _ in range(2))
    assert first.mask.array.tobytes() == second.mask.array.tobytes()
    assert first.probability.array.tobytes() == second.probability.array.tobytes()


@pytest.mark.parametrize("direction", [IDENTITY, SAGITTAL])
def test_axial_slices_closer_than_2_mm_are_blurred(
    make_head: Callable, make_grid: Callable, direction: tuple[float, ...]
) -> None:
    size, spacing = ((128, 144, 100), (1.15, 1.15, 1.5))
    if direction == SAGITTAL:  # rows and columns run along y and z
        size, spacing = ((144, 100, 32), (1.15, 1.5, 5.0))
    made = make_head(make_grid(size, spacing, direction))
    sharp = prepare_scan(Scan(made.flair, made.t1), replace(DEFAULT, min_profile_mm=0.0)).windows.slices
    found = prepare_scan(Scan(made.flair, made.t1), DEFAULT).windows.slices
    across = np.exp(-0.5 * (np.arange(-4, 5) / (0.5 * np.sqrt(4 - 1.5**2) / 1.5)) ** 2)
    across /= across.sum()
    expected = sum(weight * sharp[i : len(sharp) - 8 + i] for i, weight in enumerate(across))
    np.testing.assert_allclose(found[4:-4], expected, atol=2e-3)
    assert abs(found - sharp).max() > 0.1
