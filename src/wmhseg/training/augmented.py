"""A network that cuts and augments its own windows: one compiled step from a draw to the next weights."""

from typing import Any

import keras

from wmhseg.training.config import TrainingConfig
from wmhseg.training.loss import dice_loss, make_loss
from wmhseg.training.windows import Tensors


class Augmented(keras.Model):  # type: ignore[misc]
    """`windows` in front of a network.

    Args:
        network: From images (N, p, p, 2) to probability (N, p, p, 1).
        windows: From a draw to images and truth.
    """

    def __init__(self, network: keras.Model, windows: keras.layers.Layer) -> None:
        super().__init__()
        self.network, self.windows = network, windows

    def call(self, draw: Tensors, training: bool = False) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return truth and probability."""
        images, truth = self.windows(draw)
        return truth, self.network(images, training=training)

    def compute_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool) -> Any:
        """Compare the truth that was cut with the probability."""
        return super().compute_loss(x, *y_pred, sample_weight, training)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Compare the truth that was cut with the probability."""
        return super().compute_metrics(x, *y_pred, sample_weight)


def augmented(network: keras.Model, windows: keras.layers.Layer, config: TrainingConfig) -> Augmented:
    """Return a compiled network with windows in front of it, trained by that network's own optimiser.

    Args:
        network: Of `compile_model`.
        windows: As in `Augmented`.
        config: The loss.
    """
    model = Augmented(network, windows)
    model.compile(
        optimizer=network.optimizer,
        loss=make_loss(config.cross_entropy, config.lesion_free_weight),
        metrics=[dice_loss],
        jit_compile=network.jit_compile,
    )
    return model
