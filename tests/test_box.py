"""Boxes about masks, read off by hand."""

import numpy as np

from wmhseg.box import box_around


def test_the_box_holds_the_mask_and_the_margin_stays_inside_the_array() -> None:
    mask = np.zeros((10, 10, 10), bool)
    mask[1, 4:6, 9] = True
    assert box_around(mask) == (slice(1, 2), slice(4, 6), slice(9, 10))
    assert box_around(mask, 2) == (slice(0, 4), slice(2, 8), slice(7, 10))
    mask[7, 0, 3] = True
    assert box_around(mask) == (slice(1, 8), slice(0, 6), slice(3, 10))


def test_the_box_of_nothing_is_empty() -> None:
    assert np.zeros((3, 4, 5))[box_around(np.zeros((3, 4, 5)), 1)].size == 0
