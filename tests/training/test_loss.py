"""The Dice loss worked out by hand."""

import numpy as np
import pytest
from keras import ops

from wmhseg.training.loss import dice_loss, make_loss


def loss(truth: object, probability: object) -> float:
    shape = (-1, 2, 2, 1)
    arrays = [np.asarray(values, np.float32).reshape(shape) for values in (truth, probability)]
    return float(dice_loss(*map(ops.convert_to_tensor, arrays)))


@pytest.mark.parametrize(
    ("truth", "probability", "expected"),
    [
        # Overlap 1.5; sums 2 and 1.75: 1 - (3 + 1) / (2 + 1.75 + 1).
        ([1, 1, 0, 0], [0.5, 1, 0.25, 0], 1 - 4 / 4.75),
        ([1, 1, 0, 0], [1, 1, 0, 0], 0),
        # Nothing to find, nothing found: the smoothing of 1 makes it perfect.
        ([0, 0, 0, 0], [0, 0, 0, 0], 0),
        # Nothing to find, three found: 1 - 1 / (3 + 1).
        ([0, 0, 0, 0], [1, 1, 1, 0], 0.75),
        # Three to find, none found: the same.
        ([1, 1, 1, 0], [0, 0, 0, 0], 0.75),
    ],
)
def test_by_hand(truth: list[float], probability: list[float], expected: float) -> None:
    assert loss(truth, probability) == pytest.approx(expected, abs=1e-6)


def test_the_whole_batch_is_one_sum() -> None:
    # Slice by slice it would be 0 and 0.75, 0.375 on average.
    truth, probability = [1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1, 1, 0]
    assert loss(truth, probability) == pytest.approx(1 - 9 / 12, abs=1e-6)


def test_half_precision_is_summed_in_single() -> None:
    # 40 000 ones: bfloat16 sums would stop at 256.
    ones = ops.ones((1, 200, 200, 1), "bfloat16")
    half = ops.cast(ones * 0.5, "bfloat16")
    found = dice_loss(ones, half)
    assert ops.convert_to_numpy(found).dtype == np.float32
    assert float(found) == pytest.approx(1 - 40_001 / 60_001, abs=1e-6)


def test_cross_entropy_is_added_with_its_weight() -> None:
    truth, probability = ([np.float32(v) for v in row] for row in ([1, 1, 0, 0], [0.5, 1, 0.25, 0]))
    arrays = [ops.convert_to_tensor(np.reshape(v, (1, 2, 2, 1))) for v in (truth, probability)]
    # Mean of -ln 0.5, 0, -ln 0.75, 0.
    entropy = (0.693147 + 0.287682) / 4
    assert float(make_loss(3.0)(*arrays)) == pytest.approx(1 - 4 / 4.75 + 3 * entropy, abs=1e-5)
    assert make_loss(0.0) is dice_loss


def test_windows_without_lesions_count_as_often_as_asked() -> None:
    truth = np.reshape([1, 1, 0, 0, 0, 0, 0, 0], (2, 2, 2, 1)).astype(np.float32)
    probability = np.reshape([0.5, 1, 0.25, 0, 0.5, 0, 0, 0], (2, 2, 2, 1)).astype(np.float32)
    arrays = [ops.convert_to_tensor(v) for v in (truth, probability)]
    # Overlap 1.5; sum of g 2; sum of p 1.75 + 4 * 0.5. Entropy: -ln 0.5, -ln 0.75, 4 * -ln 0.5, of 8.
    entropy = (0.693147 + 0.287682 + 4 * 0.693147) / 8
    expected = 1 - 4 / (2 + 3.75 + 1)
    assert float(make_loss(3.0, 4.0)(*arrays)) == pytest.approx(expected + 3 * entropy, abs=1e-5)
    assert float(make_loss(0.0, 4.0)(*arrays)) == pytest.approx(expected, abs=1e-5)


def test_what_nobody_judged_has_no_weight() -> None:
    truth = np.reshape([1, 1, 0, -1, -1, 0, 0, 0], (2, 2, 2, 1)).astype(np.float32)
    probability = np.reshape([0.5, 1, 0.25, 0.9, 0.8, 0.5, 0, 0], (2, 2, 2, 1)).astype(np.float32)
    arrays = [ops.convert_to_tensor(v) for v in (truth, probability)]
    # Overlap 1.5; sum of g 2; of p without the unsure 1.75 + 0.5, the second window counted 4 times 1.75 + 2.
    assert float(dice_loss(*arrays)) == pytest.approx(1 - 4 / (2 + 2.25 + 1), abs=1e-6)
    entropy = (0.693147 + 0.287682 + 4 * 0.693147) / 8
    expected = 1 - 4 / (2 + 3.75 + 1) + 3 * entropy
    assert float(make_loss(3.0, 4.0)(*arrays)) == pytest.approx(expected, abs=1e-5)
    # Whatever is said there changes nothing.
    other = probability.copy()
    other[truth < 0] = 0.1
    assert float(make_loss(3.0, 4.0)(arrays[0], ops.convert_to_tensor(other))) == pytest.approx(
        expected, abs=1e-5
    )
