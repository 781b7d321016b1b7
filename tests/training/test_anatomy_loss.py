"""The loss of the anatomy network, by hand."""

import numpy as np
import pytest

from wmhseg.training.anatomy_loss import anatomy_loss, mean_dice


def test_two_pixels_and_three_classes() -> None:
    # The first pixel is class 0, the second class 1; nothing is class 2.
    truth = np.array([[1, 0, 0], [0, 1, 0]], np.float32).reshape(1, 1, 2, 3)
    probability = np.array([[0.5, 0.25, 0.25], [0.2, 0.8, 0.0]], np.float32).reshape(1, 1, 2, 3)
    # 2 * 0.5 + 1 over 1 + 0.7 + 1; 2 * 0.8 + 1 over 1 + 1.05 + 1; 1 over 0 + 0.25 + 1.
    dice = (2.0 / 2.7 + 2.6 / 3.05 + 1 / 1.25) / 3
    entropy = -(np.log(0.5) + np.log(0.8)) / 2
    assert float(mean_dice(truth, probability)) == pytest.approx(dice, abs=1e-6)
    assert float(anatomy_loss(truth, probability)) == pytest.approx(entropy + 1 - dice, abs=1e-5)


def test_dice_is_taken_over_the_whole_batch() -> None:
    # As one slice: 2 * 3 + 1 over 4 + 3 + 1 and 2 * 4 + 1 over 4 + 5 + 1; slice by slice it would be others.
    truth = np.array([[[0, 0]], [[1, 1]], [[0, 0]], [[1, 1]]])
    found = np.array([[[0, 0]], [[1, 1]], [[0, 1]], [[1, 1]]])
    classes = np.eye(2, dtype=np.float32)
    assert float(mean_dice(classes[truth], classes[found])) == pytest.approx((7 / 8 + 9 / 10) / 2, abs=1e-6)
    assert float(anatomy_loss(classes[truth], classes[truth])) == pytest.approx(0, abs=1e-5)
