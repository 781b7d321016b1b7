"""A wider network that computes the same (Chen, Goodfellow, Shlens 2016, Net2WiderNet)."""

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from wmhseg.errors import InputError
from wmhseg.model.manifest import Widths


def widening_factor(narrow: Widths, wide: Widths) -> int:
    """Return by what whole number every level of `wide` is wider than `narrow`.

    Raises:
        InputError: There is no such number.
    """
    pairs = [(n, w) for level in (0, 1) for n, w in zip(narrow[level], wide[level], strict=True)]
    factor = pairs[0][1] // pairs[0][0]
    if factor < 1 or any(n * factor != w for n, w in pairs):
        raise InputError(f"widths: expected a whole multiple of {narrow}, found {wide}; try --full-width")
    return factor


def widen(narrow: keras.Model, wide: keras.Model, factor: int, seed: int) -> None:
    """Set the weights of `wide` so that it computes what `narrow` computes.

    Every channel becomes `factor` equal ones next to each other; what reads them splits its kernel
    among the copies in random parts that sum to 1, so that training can tell the copies apart.

    Args:
        narrow: A network of `build_unet`.
        wide: The same with every width times `factor`.
        factor: 1 copies the weights.
        seed: Of the random parts.
    """
    if factor == 1:
        wide.set_weights(narrow.get_weights())
        return
    rng = np.random.default_rng(seed)
    first = True
    for layer in wide.layers:
        weights = narrow.get_layer(layer.name).get_weights()
        if isinstance(layer, layers.Conv2D):
            kernel, bias = weights
            if not first:
                kernel = _split_inputs(kernel, factor, rng, copies=1 if layer.name == "score" else factor)
            else:
                kernel = np.repeat(kernel, factor, axis=3)
            layer.set_weights([kernel, bias if layer.name == "score" else np.repeat(bias, factor)])
            first = False
        elif weights:
            layer.set_weights([np.repeat(values, factor) for values in weights])


def _split_inputs(
    kernel: NDArray[np.float32], factor: int, rng: np.random.Generator, copies: int
) -> NDArray[np.float32]:
    """Return (rows, columns, inputs * factor, outputs * copies); copies of an input share its kernel."""
    _, _, inputs, outputs = kernel.shape
    shape = (inputs, factor, outputs * copies)
    parts = rng.normal(1 / factor, 0.5 / factor, shape).astype(np.float32)
    parts += (1 - parts.sum(axis=1, keepdims=True)) / factor
    repeated = np.repeat(np.repeat(kernel, factor, axis=2), copies, axis=3)
    return np.asarray(repeated * parts.reshape(inputs * factor, outputs * copies), np.float32)
