"""Networks that Keras computes with TensorFlow: the reference, and the way of graphics cards and bfloat16."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from wmhseg.errors import ArgumentsError
from wmhseg.model.architecture import widths_of
from wmhseg.model.graph import Graph
from wmhseg.model.manifest import Widths
from wmhseg.model.network import Network
from wmhseg.model.split_kernels import split_weights

Array = NDArray[np.float32]


class KerasNetwork:
    """A network with its weights.

    Args:
        weights: Kernel and bias of each convolution, in order.
        graphs: Those that networks of one ensemble share: they differ in their variables.
    """

    def __init__(self, weights: Sequence[Array], graphs: "Graphs") -> None:
        self._widths, self._outputs = widths_of(weights), weights[-1].shape[0]
        self._by_layer, self._graphs = split_weights(weights), graphs

    def predict(self, slices: Array) -> Array:
        """Return the probabilities (N, Y, X, outputs) float32 of slices (N, Y, X, 2).

        Raises:
            WeightsError: They are NaN or infinite.
        """
        graph = self._graphs.get((slices.shape[1], slices.shape[2]), self._widths, self._outputs)
        graph.set_weights(self._by_layer)
        return graph.predict(slices)


class Graphs:
    """One graph per size, widths and outputs, built when it is first asked for.

    Args:
        policy: Keras dtype policy.
    """

    def __init__(self, policy: str) -> None:
        self._policy = policy
        self._built: dict[tuple[tuple[int, int], Widths, int], Graph] = {}

    def get(self, size_yx: tuple[int, int], widths: Widths, outputs: int) -> Graph:
        """Return the graph."""
        key = size_yx, widths, outputs
        if key not in self._built:
            self._built[key] = Graph(size_yx, widths, self._policy, outputs)
        return self._built[key]


def keras_networks(members: Sequence[Sequence[Array]], policy: str) -> list[Network]:
    """Return a network for each member.

    Args:
        members: Kernel and bias of each convolution, in order.
        policy: Keras dtype policy.
    """
    graphs = Graphs(policy)
    return [KerasNetwork(weights, graphs) for weights in members]


def gpu_missing() -> bool:
    """Tell whether this TensorFlow could use a GPU but finds none."""
    return bool(tf.test.is_built_with_cuda()) and not tf.config.list_physical_devices("GPU")


def use_threads(count: int) -> None:
    """Limit TensorFlow to `count` threads; to be called before anything is computed.

    Raises:
        ArgumentsError: Something was computed in this process, with another number.
    """
    if tf.config.threading.get_intra_op_parallelism_threads() == count:
        return
    try:
        tf.config.threading.set_intra_op_parallelism_threads(count)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        raise ArgumentsError(
            f"threads: expected to be set before anything is computed in this process, found {count} asked "
            "for later; start another process"
        ) from None
