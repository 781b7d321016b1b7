"""Small windows see what whole slices see: the same pooling, cropping and padding at every size."""

import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from wmhseg.model.unet import build_unet

sys.path.insert(0, str(Path(__file__).parent))
from network_reference import TINY, Array, drawn_weights


def predict_window(model: keras.Model, image: Array, start: tuple[int, int]) -> Array:
    """Predict what the network sees when its window starts at `start`."""
    rows, columns = model.input_shape[1:3]
    window = image[start[0] : start[0] + rows, start[1] : start[1] + columns]
    return np.asarray(model(window[np.newaxis], training=False))[0, ..., 0]


@pytest.mark.parametrize(
    ("start", "equal"), [((16, 48), True), ((64, 32), True), ((56, 48), False), ((48, 40), False)]
)
def test_a_window_at_a_multiple_of_16_sees_what_the_slice_sees(start: tuple[int, int], equal: bool) -> None:
    # Borders reach 112 pixels into a window (measured: 0.0 beyond), so 136 in 200 would leave
    # nothing: the same remainders with 328 in 456.
    whole, window = (build_unet((size, size), widths=TINY, batch_normalisation=False) for size in (456, 328))
    whole.set_weights(drawn_weights(whole))
    window.set_weights(whole.get_weights())
    image = np.random.default_rng(2).normal(size=(456, 456, 2)).astype(np.float32)
    expected = predict_window(whole, image, (0, 0))[start[0] : start[0] + 328, start[1] : start[1] + 328]
    difference = np.abs(predict_window(window, image, start) - expected)
    inside = difference[112:-112, 112:-112]
    if equal:
        assert inside.max() <= 1e-6
        assert difference.max() > 1e-2
    else:
        assert inside.max() > 1e-2


@pytest.mark.parametrize("start", [(0, 64), (16, 48), (32, 32)])
def test_training_windows_are_aligned_like_whole_slices(start: tuple[int, int]) -> None:
    # With kernels that see their own pixel alone, only pooling, cropping and padding are left:
    # windows of a training's 136 pixels equal the whole slice up to the last pooled block.
    whole, window = (build_unet((size, size), widths=TINY, batch_normalisation=False) for size in (200, 136))
    weights = drawn_weights(whole, seed=3)
    for weight in weights:
        if weight.ndim == 4:
            middle = (weight.shape[0] - 1) // 2
            centre = weight[middle, middle] * weight.shape[0]
            weight[:] = 0
            weight[middle, middle] = centre
    weights[-2] *= 10  # so that the deep levels show in the output
    whole.set_weights(weights)
    window.set_weights(weights)
    image = np.random.default_rng(4).normal(size=(200, 200, 2)).astype(np.float32)
    expected = predict_window(whole, image, (0, 0))[start[0] : start[0] + 136, start[1] : start[1] + 136]
    difference = np.abs(predict_window(window, image, start) - expected)
    assert expected[4:-4, 4:-4].std() > 1e-2
    assert difference[4:-4, 4:-4].max() <= 1e-6
