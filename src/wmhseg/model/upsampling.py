"""A convolution of a doubled image, computed on the image before it is doubled, for Keras."""

from typing import Any

import keras
import tensorflow as tf
from keras import layers, ops

from wmhseg.model.split_kernels import PHASES, UP
from wmhseg.model.unet import Join


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
        parts = [
            part[:, row : row + rows, column : column + columns]
            for part, (row, column) in zip(ops.split(four, 4, axis=-1), PHASES, strict=True)
        ]
        return tf.nn.depth_to_space(ops.concatenate(parts, axis=-1), 2)


def make_join(dtype: str) -> Join:
    """Return what `build_unet` takes for `join`; its weights are those of `split_weights`.

    Args:
        dtype: Keras dtype policy.
    """

    def join(x: keras.KerasTensor, skip: keras.KerasTensor, width: int, name: str) -> keras.KerasTensor:
        up = UpsampledConv(width, dtype=dtype, name=name + UP)(x)
        beside = layers.Conv2D(width, 3, padding="same", dtype=dtype, name=name)(skip)
        total = layers.Add(dtype=dtype, name=f"{name}_add")([up, beside])
        return layers.Activation("relu", dtype=dtype, name=f"{name}_relu")(total)

    return join
