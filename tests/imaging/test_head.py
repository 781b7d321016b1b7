"""The head's threshold and what is refused as noise; masks of heads are in test_preprocess.py."""

import numpy as np
import pytest
from scipy import ndimage

from wmhseg.errors import BrainMaskError
from wmhseg.imaging.head import _otsu, filled, head_mask


def test_otsu_of_two_values_separates_everything():
    threshold, share = _otsu(np.array([0.1] * 30 + [0.7] * 10, np.float32))
    assert 0.1 - 1 / 256 <= threshold < 0.7  # to the width of a bin
    assert share == pytest.approx(1.0, abs=1e-9)


def test_otsu_of_a_uniform_distribution_explains_three_quarters():
    # Halves of 0..1: between-class variance 1/16, variance 1/12.
    threshold, share = _otsu(np.linspace(0, 1, 100_001, dtype=np.float32))
    assert threshold == pytest.approx(0.5, abs=1 / 256)
    assert share == pytest.approx(0.75, abs=1e-3)


@pytest.mark.parametrize("scale", [0.001, 1.0, 1000.0])
def test_noise_is_not_a_head(scale):
    noise = np.random.default_rng(0).normal(5, 1, (6, 128, 128)).astype(np.float32) * np.float32(scale)
    with pytest.raises(BrainMaskError, match="FLAIR: expected a head on a darker background, found noise"):
        head_mask(noise, (1.0, 1.0), "FLAIR")


def test_holes_are_filled_slice_by_slice():
    ring = np.zeros((5, 6), bool)
    ring[1:4, 1:4] = True
    ring[2, 2] = False
    open_to_the_edge = ring.copy()
    open_to_the_edge[2, :2] = False
    got = filled(np.stack([ring, open_to_the_edge, np.zeros((5, 6), bool)]))
    assert got[0].sum() == 9, "the hole, closed within its slice, though the next slice is open there"
    assert np.array_equal(got[1], open_to_the_edge)
    assert not got[2].any()


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_holes_as_scipy_fills_them(share):
    mask = ndimage.gaussian_filter(np.random.default_rng(3).random((4, 40, 50)), (0, 1, 1)) > share / 2 + 0.25
    assert np.array_equal(filled(mask), [ndimage.binary_fill_holes(part) for part in mask])
