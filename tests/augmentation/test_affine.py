"""Rotation, shear, scale and mirroring worked out by hand."""

import numpy as np
import pytest

from wmhseg.augmentation.affine import (
    AffineParameters,
    AffineRange,
    affine_matrix,
    apply_affine,
    sample_affine,
)

IDENTITY = AffineParameters(0.0, 0.0, (1.0, 1.0), False)


def changed(**values: object) -> AffineParameters:
    return AffineParameters(**{**vars(IDENTITY), **values})


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (IDENTITY, [[1, 0], [0, 1]]),
        # (y, x): what lay to the right (0, 1) goes up (-1, 0), what lay below goes to the right.
        (changed(rotation_deg=90.0), [[0, -1], [1, 0]]),
        (changed(mirror=True), [[1, 0], [0, -1]]),
        (changed(scale_yx=(2.0, 0.5)), [[2, 0], [0, 0.5]]),
        # tan 45 degrees: a row one below moves one to the right.
        (changed(shear_deg=45.0), [[1, 0], [1, 1]]),
        # Mirror, then scale, then shear, then turn: R @ S @ D @ M.
        (AffineParameters(90.0, 45.0, (2.0, 3.0), True), [[-2, 3], [2, 0]]),
    ],
)
def test_matrix(parameters: AffineParameters, expected: list[list[float]]) -> None:
    np.testing.assert_allclose(affine_matrix(parameters), expected, rtol=0, atol=1e-12)


def test_identity_cuts_a_window_exactly() -> None:
    array = np.arange(10 * 12, dtype=np.float32).reshape(10, 12)
    # Rows 2-5 and columns 4-9: their centre is (3.5, 6.5).
    window = apply_affine(array, IDENTITY, (3.5, 6.5), (4, 6), -1.0)
    assert window.dtype == np.float32
    np.testing.assert_array_equal(window, array[2:6, 4:10])


def test_outside_the_slice_is_filled() -> None:
    array = np.ones((4, 4), np.float32)
    window = apply_affine(array, IDENTITY, (1.5, 1.5), (6, 8), -7.0)
    expected = np.full((6, 8), -7.0)
    expected[1:5, 2:6] = 1
    np.testing.assert_array_equal(window, expected)


def single(y: int, x: int) -> np.ndarray:
    array = np.zeros((11, 11), np.float32)
    array[y, x] = 1
    return array


@pytest.mark.parametrize(
    ("parameters", "place"),
    [
        # The window's centre is (5, 5); the voxel lies 1 above it and 3 to the right.
        (changed(mirror=True), (4, 2)),
        (changed(rotation_deg=90.0), (2, 4)),
        (changed(rotation_deg=-90.0), (8, 6)),
        (changed(shear_deg=45.0), (4, 7)),
        (changed(scale_yx=(3.0, 1.0)), (2, 8)),
    ],
)
def test_where_a_voxel_goes(parameters: AffineParameters, place: tuple[int, int]) -> None:
    moved = apply_affine(single(4, 8), parameters, (5.0, 5.0), (11, 11), 0.0)
    assert np.unravel_index(moved.argmax(), moved.shape) == place
    assert moved[place] == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(affine_matrix(parameters) @ (-1, 3), np.subtract(place, 5), atol=1e-12)


def test_half_a_pixel_is_interpolated_linearly() -> None:
    moved = apply_affine(single(5, 5), IDENTITY, (5.0, 5.5), (11, 11), 0.0)
    np.testing.assert_allclose(moved[5, 4:6], [0.5, 0.5], atol=1e-6)


def test_the_same_parameters_give_the_same_voxels() -> None:
    array = np.random.default_rng(0).normal(size=(30, 40)).astype(np.float32)
    parameters = sample_affine(np.random.default_rng(1), AffineRange())
    first, second = (apply_affine(array, parameters, (14.5, 19.5), (24, 24), 0.0) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    other = sample_affine(np.random.default_rng(2), AffineRange())
    assert np.abs(apply_affine(array, other, (14.5, 19.5), (24, 24), 0.0) - first).max() > 0.1


def test_default_ranges_are_those_of_table_2() -> None:
    rng = np.random.default_rng(3)
    drawn = [sample_affine(rng, AffineRange()) for _ in range(1000)]
    for values, low, high in (
        ([one.rotation_deg for one in drawn], -15.0, 15.0),
        ([one.shear_deg for one in drawn], -18.0, 18.0),
        ([one.scale_yx[0] for one in drawn], 0.9, 1.1),
        ([one.scale_yx[1] for one in drawn], 0.9, 1.1),
    ):
        width = high - low
        # Never outside; 1000 uniform draws come within 2 % of both ends and of the middle.
        assert low <= min(values) < low + 0.02 * width
        assert high - 0.02 * width < max(values) <= high
        assert np.mean(values) == pytest.approx((low + high) / 2, abs=0.03 * width)
    assert np.corrcoef([one.scale_yx for one in drawn], rowvar=False)[0, 1] == pytest.approx(0, abs=0.1)
    assert np.mean([one.mirror for one in drawn]) == pytest.approx(0.5, abs=0.05)


def test_a_seed_gives_the_same_draws() -> None:
    first, second = ([sample_affine(np.random.default_rng(4), AffineRange())] for _ in range(2))
    assert first == second


def test_no_mirroring_when_it_is_switched_off() -> None:
    rng = np.random.default_rng(5)
    assert not any(sample_affine(rng, AffineRange(mirror_probability=0.0)).mirror for _ in range(100))
