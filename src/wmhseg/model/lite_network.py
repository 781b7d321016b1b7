"""A network that LiteRT computes: no TensorFlow is imported, and it is ready in a tenth of a second."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from wmhseg.model.architecture import CHANNELS, SIZE_REMAINDER, SIZE_STEP, kernel_shapes
from wmhseg.model.lite_model import lite_model
from wmhseg.model.network import require_finite
from wmhseg.processors import processors

Array = NDArray[np.float32]

SMALLEST = ((1,) * 5, (1,) * 4)


class LiteNetwork:
    """A network with its weights, float32; slices go through it one by one.

    Args:
        weights: Kernel and bias of each convolution, in order.
        threads: Threads to compute with; None for one a processor that this process may use.
    """

    def __init__(self, weights: Sequence[Array], threads: int | None) -> None:
        self._weights, self._threads = weights, threads or processors()
        # One at a time: each takes memory for its feature maps, and scans of a cohort are of few sizes.
        self._size_yx: tuple[int, int] | None = None
        self._interpreter: Any = None

    def predict(self, slices: Array) -> Array:
        """Return the probabilities (N, Y, X, outputs) float32 of slices (N, Y, X, 2).

        Raises:
            WeightsError: They are NaN or infinite.
        """
        interpreter = self._ready((slices.shape[1], slices.shape[2]))
        given, wanted = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
        probability = np.empty((*slices.shape[:3], int(wanted["shape"][-1])), np.float32)
        for number in range(len(slices)):
            interpreter.set_tensor(given["index"], slices[number : number + 1])
            interpreter.invoke()
            probability[number] = interpreter.get_tensor(wanted["index"])[0]
        return require_finite(probability)

    def _ready(self, size_yx: tuple[int, int]) -> Any:
        if size_yx != self._size_yx:
            self._interpreter, self._size_yx = None, None
            model = lite_model(self._weights, size_yx)
            self._interpreter = Interpreter(model_content=model, num_threads=self._threads)
            self._interpreter.allocate_tensors()
            self._size_yx = size_yx
        return self._interpreter


def try_smallest() -> None:
    """Compute the smallest network there is."""
    one = tuple(
        np.zeros(shape, np.float32) for kernel in kernel_shapes(SMALLEST) for shape in (kernel, kernel[-1:])
    )
    side = SIZE_STEP + SIZE_REMAINDER
    LiteNetwork(one, 1).predict(np.zeros((1, side, side, CHANNELS), np.float32))
