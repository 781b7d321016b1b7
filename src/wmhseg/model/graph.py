"""A network's graph for windows of one size; the weights in it are exchanged, not the graph."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from wmhseg.model.manifest import Widths
from wmhseg.model.network import require_finite
from wmhseg.model.unet import build_unet
from wmhseg.model.upsampling import make_join

Array = NDArray[np.float32]

BATCH = 4  # larger ones are no faster on a CPU and take more memory


class Graph:
    """Built once per size and widths, which takes seconds.

    Args:
        size_yx: Rows and columns of the windows.
        widths: Channels of the encoder and decoder levels.
        policy: Keras dtype policy.
        outputs: Probabilities per pixel; see `build_unet`.
    """

    def __init__(self, size_yx: tuple[int, int], widths: Widths, policy: str, outputs: int = 1) -> None:
        model = build_unet(
            size_yx,
            batch_normalisation=False,
            widths=widths,
            dtype=policy,
            join=make_join(policy),
            outputs=outputs,
        )
        signature = [tf.TensorSpec((BATCH, *size_yx, 2), tf.float32)]
        self._model, self._outputs = model, outputs
        self._function = tf.function(lambda batch: model(batch, training=False), input_signature=signature)

    def set_weights(self, by_layer: Mapping[str, Sequence[Array]]) -> None:
        """Take a network's weights, by layer as `split_weights` returns them."""
        for name, values in by_layer.items():
            self._model.get_layer(name).set_weights(values)

    def predict(self, slices: Array) -> Array:
        """Return the probabilities (N, Y, X, outputs) float32 of slices (N, Y, X, 2).

        Raises:
            WeightsError: They are NaN or infinite.
        """
        probability = np.zeros((*slices.shape[:3], self._outputs), np.float32)
        for start in range(0, len(slices), BATCH):
            batch = slices[start : start + BATCH]
            # A batch of another size would build the graph a second time.
            padded = np.zeros((BATCH, *slices.shape[1:]), np.float32)
            padded[: len(batch)] = batch
            probability[start : start + BATCH] = self._function(padded).numpy()[: len(batch)]
        return require_finite(probability)
