"""A convolution of a doubled image, computed on the image before it is doubled.

After nearest-neighbour doubling, the nine taps of a 3x3 kernel fall on four different pixels only. Which
four depends on the row and column being even or odd, so four 2x2 kernels, whose taps are sums of the nine,
give the same result with 4/9 of the multiplications.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from numpy.typing import NDArray

from wmhseg.model.unet import CONVOLUTIONS, Join

Array = NDArray[np.float32]

# Their kernels read the doubled feature maps first, then those beside.
_AFTER_DOUBLING = {name for name in CONVOLUTIONS if name.startswith("dec") and name.endswith("a")}
_UP = "_up"


def split_kernel(kernel: Array) -> Array:
    """Return the four 2x2 kernels of a 3x3 one: (3, 3, C, F) to (2, 2, C, 4 * F).

    The even rows of a doubled image see the row above once and their own twice, the odd ones their own
    twice and the one below once; so with columns. Order: even/even, even/odd, odd/even, odd/odd
    (row/column).
    """
    both = [_merge(rows, axis=1) for rows in _merge(kernel, axis=0)]
    return np.concatenate([one for columns in both for one in columns], axis=-1)


def _merge(kernel: Array, axis: int) -> tuple[Array, Array]:
    """Return the two taps of even pixels, and of odd ones."""
    first, middle, last = np.moveaxis(kernel, axis, 0)
    pairs = (first, middle + last), (first + middle, last)
    even, odd = (np.stack(pair, axis=axis) for pair in pairs)
    return even, odd


class UpsampledConv(layers.Layer):  # type: ignore[misc]
    """`Conv2D(filters, 3, padding="same", use_bias=False)` of `UpSampling2D(2)` of the input.

    Its one weight is what `split_kernel` returns. Input (N, Y, X, C), output (N, 2 * Y, 2 * X, filters).
    """

    def __init__(self, filters: int, **options: Any) -> None:
        super().__init__(**options)
        self.filters = filters

    def build(self, shape: tuple[int, ...]) -> None:
        """Make the weight."""
        self.kernel = self.add_weight(shape=(2, 2, shape[-1], 4 * self.filters), name="kernel")

    def compute_output_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return (N, 2 * Y, 2 * X, filters)."""
        return (shape[0], 2 * shape[1], 2 * shape[2], self.filters)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Convolve once for all four, with a border of zeros, and put the pixels in their places."""
        _, rows, columns, _ = x.shape
        border = ((0, 0), (1, 1), (1, 1), (0, 0))
        four = ops.conv(ops.pad(x, border), self.kernel, padding="valid")
        # At the place y, x of `four` are the rows y - 1 and y: an odd row begins one place further.
        parts = [
            part[:, odd_row : odd_row + rows, odd_column : odd_column + columns]
            for part, (odd_row, odd_column) in zip(
                ops.split(four, 4, axis=-1), ((0, 0), (0, 1), (1, 0), (1, 1)), strict=True
            )
        ]
        return tf.nn.depth_to_space(ops.concatenate(parts, axis=-1), 2)


def make_join(dtype: str) -> Join:
    """Return what `build_unet` takes for `join`.

    Args:
        dtype: Keras dtype policy.
    """

    def join(x: keras.KerasTensor, skip: keras.KerasTensor, width: int, name: str) -> keras.KerasTensor:
        up = UpsampledConv(width, dtype=dtype, name=name + _UP)(x)
        beside = layers.Conv2D(width, 3, padding="same", dtype=dtype, name=name)(skip)
        total = layers.Add(dtype=dtype, name=f"{name}_add")([up, beside])
        return layers.Activation("relu", dtype=dtype, name=f"{name}_relu")(total)

    return join


def split_weights(weights: Sequence[Array]) -> dict[str, list[Array]]:
    """Return the weights of a network that `make_join` is in, by layer.

    Args:
        weights: Kernel and bias of each convolution of the network without it, in order.
    """
    split: dict[str, list[Array]] = {}
    doubled = 0
    for name, kernel, bias in zip(CONVOLUTIONS, weights[::2], weights[1::2], strict=True):
        if name in _AFTER_DOUBLING:
            split[name + _UP] = [split_kernel(kernel[:, :, :doubled])]
            split[name] = [kernel[:, :, doubled:], bias]
        else:
            split[name] = [kernel, bias]
        doubled = kernel.shape[-1]
    return split
