"""Equal channels, merged: by hand, and the network's output."""

import sys
from pathlib import Path

import numpy as np
import pytest

from wmhseg.model.twins import without_twins
from wmhseg.model.unet import build_unet, folded_weights, widths_of
from wmhseg.training.widen import widen

sys.path.insert(0, str(Path(__file__).parent))
from network_reference import DOUBLE, TINY, drawn_weights


def kernel(values: list[list[float]]) -> np.ndarray:
    """A 1x1 kernel from a row per input."""
    return np.array(values, np.float32)[np.newaxis, np.newaxis]


def test_by_hand() -> None:
    # Two channels that are the same, read with 2 + 3 and with 4 + 1: one channel, read with 5.
    twins = [kernel([[7, 7]]), np.array([1, 1]), kernel([[2, 4], [3, 1]]), np.array([6, 6])]
    score = [kernel([[1], [-3]]), np.array([9])]
    found = without_twins([*twins, *score])
    expected = [[[[[7]]]], [1], [[[[5]]]], [6], [[[[-2]]]], [9]]
    assert [one.tolist() for one in found] == expected


@pytest.mark.parametrize("index", [0, 1, 2, 3])
def test_one_bit_apart_are_no_twins(index: int) -> None:
    weights = [kernel([[7, 7]]), np.ones(2, np.float32), kernel([[2, 4], [3, 1]]), np.ones(2, np.float32)]
    weights += [kernel([[1], [-3]]), np.ones(1, np.float32)]
    weights[index][..., -1] = np.nextafter(weights[index][..., -1], np.float32(100))
    assert [one.tolist() for one in without_twins(weights)] == [one.tolist() for one in weights]


@pytest.mark.parametrize("batch_normalisation", [True, False])
@pytest.mark.parametrize("kernels", [np.float32, np.float16])
def test_undoes_widening_without_a_seed(batch_normalisation: bool, kernels: type) -> None:
    narrow, wide = (
        build_unet((40, 40), widths=widths, batch_normalisation=batch_normalisation)
        for widths in (TINY, DOUBLE)
    )
    drawn = [w.astype(kernels) if w.ndim == 4 else w for w in drawn_weights(narrow)]
    narrow.set_weights([w.astype(np.float32) for w in drawn])
    widen(narrow, wide, 2, seed=None)
    # As the file keeps them: the halves of float16 numbers are float16 numbers.
    stored = [w.astype(kernels) if w.ndim == 4 else w for w in wide.get_weights()]
    found = without_twins([w.astype(np.float32) for w in stored])
    assert widths_of(found) == TINY
    for one, expected in zip(found, narrow.get_weights(), strict=True):
        np.testing.assert_array_equal(one, expected)


def test_folded_batch_normalisation_keeps_twins() -> None:
    narrow, wide = build_unet((40, 40), widths=TINY), build_unet((40, 40), widths=DOUBLE)
    narrow.set_weights(drawn_weights(narrow))
    widen(narrow, wide, 2, seed=None)
    for one, expected in zip(without_twins(folded_weights(wide)), folded_weights(narrow), strict=True):
        np.testing.assert_allclose(one, expected, rtol=1e-6)


def test_trained_copies_are_no_twins() -> None:
    narrow, wide = build_unet((40, 40), widths=TINY), build_unet((40, 40), widths=DOUBLE)
    widen(narrow, wide, 2, seed=0)
    assert widths_of(without_twins(wide.get_weights())) == DOUBLE
    assert widths_of(without_twins(narrow.get_weights())) == TINY
