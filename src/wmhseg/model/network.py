"""What computes probabilities: the network, whatever runs it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import WeightsError
from wmhseg.model.precision import UsedPrecision, gpu_is_there

Array = NDArray[np.float32]


class Network(Protocol):
    """A network with its weights."""

    def predict(self, slices: Array) -> Array:
        """Return the probabilities (N, Y, X, outputs) float32 of slices (N, Y, X, 2).

        Raises:
            WeightsError: They are NaN or infinite.
        """


def needs_keras(precision: UsedPrecision) -> bool:
    """Tell whether Keras and TensorFlow compute: on a GPU, and in bfloat16; else LiteRT does."""
    return precision == "bfloat16" or gpu_is_there()


def make_networks(
    members: Sequence[Sequence[Array]], precision: UsedPrecision, threads: int | None = None
) -> list[Network]:
    """Return a network for each member.

    Args:
        members: Kernel and bias of each convolution, in order, as `load_members` returns them.
        precision: Arithmetic of the convolutions.
        threads: Of LiteRT; those of TensorFlow are set for the whole process (`use_threads`). None for all.
    """
    if needs_keras(precision):
        from wmhseg.model.keras_network import keras_networks

        return keras_networks(members, "mixed_bfloat16" if precision == "bfloat16" else "float32")
    from wmhseg.model.lite_network import LiteNetwork

    return [LiteNetwork(weights, threads) for weights in members]


def require_finite(probability: Array) -> Array:
    """Return probabilities that are numbers.

    Raises:
        WeightsError: They are NaN or infinite.
    """
    if not np.isfinite(probability).all():
        raise WeightsError("expected probabilities, computed NaN; use other weights")
    return probability
