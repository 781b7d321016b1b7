"""Rotation, shear, scale and mirroring worked out by hand."""

import numpy as np
import pytest

from wmhseg.augmentation.affine import (
    AffineParameters,
    AffineRange,
    affine_matrix,
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
