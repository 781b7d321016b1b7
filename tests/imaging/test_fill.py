"""Holes filled with the tissue around them: phantoms whose answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from wmhseg.errors import InputError
from wmhseg.imaging.fill import fill

SIZE = 40
ISO = (1.0, 1.0, 1.0)


def cube(low: int, high: int) -> NDArray[np.bool_]:
    mask = np.zeros((SIZE,) * 3, bool)
    mask[low:high, low:high, low:high] = True
    return mask


ALL, HOLE = np.ones((SIZE,) * 3, bool), cube(18, 22)


def test_constant_tissue_is_restored_whatever_lies_between() -> None:
    image = np.full(ALL.shape, 100, np.int16)
    # Half WMH, half white matter, where they touch; then WMH; and fluid that was taken for white matter.
    image[cube(17, 23)] = 80
    image[HOLE] = 60
    image[2:4, 2:4] = 7
    filled = fill(image, HOLE, ALL, ISO)
    assert filled.dtype == np.int16
    assert (filled[HOLE] == 100).all()
    np.testing.assert_array_equal(filled[~HOLE], image[~HOLE])


def test_only_tissue_counts() -> None:
    """Cortex on one side, white matter on the other: the latter's brightness, not the mean of both."""
    image = np.where(np.arange(SIZE) < 18, 70.0, 100.0) * np.ones(ALL.shape)
    image[HOLE] = 50
    white = ALL & (np.arange(SIZE) >= 18)
    np.testing.assert_allclose(fill(image, HOLE, white, ISO)[HOLE], 100, atol=1e-9)


def test_brightness_that_changes_slowly() -> None:
    ramp = np.broadcast_to(10.0 * np.arange(SIZE), ALL.shape).copy()
    image = ramp.copy()
    image[HOLE] = 0
    filled = fill(image, HOLE, ALL, ISO)
    # 180, 190, 200, 210 from column to column; one mean for all would be 15 off at either side.
    found = filled[HOLE].reshape(4, 4, 4).mean(axis=(0, 1))
    np.testing.assert_allclose(found, [180, 190, 200, 210], atol=8)
    assert (np.diff(found) > 3).all()


def test_texture_is_that_of_the_tissue() -> None:
    """White matter of mean 100 and SD 4: so is what is filled, and no part of it is a copy of the mean."""
    image = np.random.default_rng(1).normal(100, 4, ALL.shape)
    hole = cube(15, 25)
    filled = fill(image, hole, ALL, ISO)
    # 1000 voxels: standard errors of mean and SD are 0.13 and 0.09.
    assert filled[hole].mean() == pytest.approx(100, abs=0.6)
    assert filled[hole].std() == pytest.approx(4, abs=0.4)
    np.testing.assert_array_equal(filled, fill(image, hole, ALL, ISO))
    np.testing.assert_array_equal(filled[~hole], image[~hole])


def test_far_from_any_tissue_and_on_thick_slices() -> None:
    image = np.full(ALL.shape, 100.0)
    hole = cube(5, 35)
    white = ALL & (np.arange(SIZE) < 3)
    image[~white] = 30
    np.testing.assert_allclose(fill(image, hole, white, (6.0, 1.0, 1.0))[hole], 100, atol=1e-9)


def test_nothing_to_fill_and_nothing_to_fill_with() -> None:
    image = np.full(ALL.shape, 100.0)
    assert fill(image, ~ALL, ALL, ISO) is image
    with pytest.raises(InputError, match=r"T1: expected 100 voxels or more of white matter .* found 0; look"):
        fill(image, HOLE, HOLE, ISO)
    with pytest.raises(InputError, match="found 27;"):
        fill(image, HOLE, cube(0, 3), ISO)
