"""A convolution after doubling: by hand, and against Keras' own layers."""

import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from wmhseg.model.split_kernels import split_kernel, split_weights
from wmhseg.model.unet import build_unet
from wmhseg.model.upsampling import UpsampledConv, make_join

sys.path.insert(0, str(Path(__file__).parent))
from network_reference import TINY, drawn_weights


def test_split_kernel_by_hand() -> None:
    kernel = np.reshape([1, 2, 3, 10, 20, 30, 100, 200, 300], (3, 3, 1, 1)).astype(np.float32)
    even_even, even_odd, odd_even, odd_odd = np.moveaxis(split_kernel(kernel)[:, :, 0], -1, 0)
    # Even rows: the first, and second + third; even columns alike.
    np.testing.assert_array_equal(even_even, [[1, 5], [110, 550]])
    np.testing.assert_array_equal(even_odd, [[3, 3], [330, 330]])
    np.testing.assert_array_equal(odd_even, [[11, 55], [100, 500]])
    np.testing.assert_array_equal(odd_odd, [[33, 33], [300, 300]])


def test_equals_doubling_and_convolving() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(2, 3, 5, 4)).astype(np.float32)
    kernel = rng.normal(size=(3, 3, 4, 6)).astype(np.float32)
    doubled = keras.layers.UpSampling2D(2)(x)
    expected = keras.ops.conv(doubled, kernel, padding="same")
    layer = UpsampledConv(6)
    layer(x)
    layer.set_weights([split_kernel(kernel)])
    np.testing.assert_allclose(layer(x), expected, rtol=0, atol=2e-5)


@pytest.mark.parametrize("size", [(40, 72), (104, 136)])
def test_the_network_stays_the_same(size: tuple[int, int]) -> None:
    plain = build_unet(size, widths=TINY, batch_normalisation=False)
    plain.set_weights(drawn_weights(plain, seed=5))
    fast = build_unet(size, widths=TINY, batch_normalisation=False, join=make_join("float32"))
    for name, values in split_weights(plain.get_weights()).items():
        fast.get_layer(name).set_weights(values)
    slices = np.random.default_rng(6).normal(size=(2, *size, 2)).astype(np.float32)
    expected = np.asarray(plain(slices, training=False))
    assert expected.std() > 1e-2
    np.testing.assert_allclose(fast(slices, training=False), expected, rtol=0, atol=1e-5)
