"""Colours of overlays and the slices they show."""

import numpy as np

from wmhseg.experiments.overlay import FOUND, MISSED, WRONG, most_wmh, painted


def test_found_is_green_missed_red_wrong_black_and_the_rest_grey() -> None:
    grey = np.full((1, 4), 0.5, np.float32)
    truth = np.array([[True, True, False, False]])
    result = np.array([[True, False, True, False]])
    picture = painted(grey, truth, result)
    np.testing.assert_allclose(picture[0], [FOUND, MISSED, WRONG, (0.5, 0.5, 0.5)], atol=1e-6)
    assert FOUND[1] == max(FOUND) and MISSED[0] == max(MISSED) and WRONG == (0, 0, 0)


def test_the_four_slices_with_most_wmh_from_bottom_to_top() -> None:
    truth = np.zeros((6, 4, 4), bool)
    for z, count in enumerate((1, 0, 3, 2, 9, 4)):
        truth[z].flat[:count] = True
    assert most_wmh(truth) == [2, 3, 4, 5]
    assert most_wmh(truth[:2]) == [0, 1]
