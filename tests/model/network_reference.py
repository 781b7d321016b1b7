"""Networks for tests: weights to try them with and an independent forward pass."""

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from scipy import signal

from wmhseg.model.export import Trained, write_ensemble
from wmhseg.model.manifest import Manifest, read_manifest
from wmhseg.model.unet import build_unet
from wmhseg.recipe import DEFAULT

Array = NDArray[np.float32]

# A network of the right depth that computes in no time.
TINY = ((2, 3, 4, 5, 6), (5, 4, 3, 2))
# The same, twice as wide.
DOUBLE = ((4, 6, 8, 10, 12), (10, 8, 6, 4))


def drawn_weights(model: keras.Model, seed: int = 0) -> list[Array]:
    """Weights that keep the signal's size; batch-norm statistics far from (1, 0, 0, 1)."""
    rng = np.random.default_rng(seed)
    drawn = []
    for weight in model.weights:
        kind = weight.path.rsplit("/", 1)[-1]
        if kind == "kernel":
            value = rng.normal(0, np.sqrt(2 / np.prod(weight.shape[:-1])), weight.shape)
        elif kind in ("gamma", "moving_variance"):
            value = rng.uniform(0.6, 1.6, weight.shape)
        else:
            value = rng.normal(0, 0.3, weight.shape)
        drawn.append(value.astype(np.float32))
    return drawn


def write_random_ensemble(folder: Path, kinds: tuple[bool, ...]) -> Manifest:
    """Write full-size members with different weights; `kinds` tells which have batch normalisation."""
    networks = []
    for seed, kind in enumerate(kinds):
        model = build_unet((40, 40), batch_normalisation=kind)
        model.set_weights(drawn_weights(model, seed))
        networks.append(Trained(model, kind, {"seed": seed}))
    write_ensemble(folder, "random", DEFAULT, networks)
    return read_manifest(folder)


def formula_weights(shapes: list[tuple[int, ...]]) -> list[Array]:
    """Weights from a formula, so that the golden values depend on no random generator."""
    weights = []
    for index, shape in enumerate(shapes):
        counter = np.arange(np.prod(shape), dtype=np.float64) + 1
        # The digits of a sine far behind the point: uniform in 0..1.
        uniform = np.sin(counter * 12.9898 + index) * 43758.5453 % 1
        sd = np.sqrt(2 / np.prod(shape[:-1])) if len(shape) == 4 else 0.1
        weights.append((np.sqrt(12) * sd * (uniform - 0.5)).reshape(shape).astype(np.float32))
    return weights


def numpy_unet(image: Array, weights: list[Array]) -> Array:
    """Figure 4 written down again with NumPy and SciPy: (Y, X, 2) to (Y, X)."""
    remaining = [weight.astype(np.float64) for weight in weights]

    def convolve(x: Array) -> Array:
        kernel, bias = remaining.pop(0), remaining.pop(0)
        side = kernel.shape[0]
        before = (side - 1) // 2
        padded = np.pad(x, ((before, side - 1 - before),) * 2 + ((0, 0),))
        out = np.zeros((*x.shape[:2], kernel.shape[3]))
        for o in range(kernel.shape[3]):
            for i in range(kernel.shape[2]):
                out[..., o] += signal.correlate2d(padded[..., i], kernel[:, :, i, o], mode="valid")
        return out + bias

    def twice(x: Array) -> Array:
        return np.maximum(convolve(np.maximum(convolve(x), 0)), 0)

    def halve(x: Array) -> Array:
        rows, columns = x.shape[0] // 2, x.shape[1] // 2
        return x[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2, -1).max(axis=(1, 3))

    levels = [twice(image.astype(np.float64))]
    for _ in range(4):
        levels.append(twice(halve(levels[-1])))
    x = levels.pop()
    for skip in reversed(levels):
        x = x.repeat(2, axis=0).repeat(2, axis=1)
        top, left = ((skip.shape[axis] - x.shape[axis]) // 2 for axis in (0, 1))
        cropped = skip[top : top + x.shape[0], left : left + x.shape[1]]
        x = twice(np.concatenate([x, cropped], axis=-1))
    x = np.pad(x, ((4, 4), (4, 4), (0, 0)))
    assert len(remaining) == 2
    return 1 / (1 + np.exp(-convolve(x)[..., 0]))
