"""Windows cut from slices that lie on the device, moved and augmented there."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from wmhseg.datasets.slices import UNSURE_LABEL, WMH
from wmhseg.recipe import INTENSITY_CLIP
from wmhseg.training.loss import UNSURE

Tensors = dict[str, keras.KerasTensor]


class Windows(keras.layers.Layer):  # type: ignore[misc]
    """From a draw of `Batches` to images (N, p, p, 2) float32 and truth (N, p, p, 1) float32.

    The truth is 1 in WMH, UNSURE where nobody judged, 0 elsewhere; subclasses have others. Everything is
    written as products and sums: a graphics card rounds what goes through its matrix units, places of pixels
    too.

    Args:
        slices: (capacity, rows, columns, 3) FLAIR, T1 and label.
        patch: Rows and columns of a window, p.
    """

    # Whose shares of a pixel decide about the truth.
    labels: tuple[int, ...] = (WMH, UNSURE_LABEL)

    def __init__(self, slices: NDArray[np.float16], patch: int) -> None:
        super().__init__(autocast=False, dtype="float32")
        self._patch = patch
        self.slices = self.add_weight(
            shape=slices.shape,
            initializer=lambda *_, **__: ops.convert_to_tensor(slices),
            dtype="float16",
            trainable=False,
            autocast=False,
        )
        self._noise = keras.random.SeedGenerator(0)
        self.built = True

    @property
    def capacity(self) -> int:
        """Return how many slices there is room for."""
        return int(self.slices.shape[0])

    def write(self, first: int, slices: NDArray[np.float16]) -> None:
        """Put slices (N, rows, columns, 3) from number `first` on."""
        self.slices.assign(
            ops.slice_update(self.slices.value, (first, 0, 0, 0), ops.convert_to_tensor(slices))
        )

    def call(self, draw: Tensors) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Cut, move and augment."""
        images, shares = self._moved(draw)
        if "contrast" in draw:
            # Channels first: long rows are what a processor is fast at.
            images = ops.transpose(self._changed(ops.transpose(images, (0, 3, 1, 2)), draw), (0, 2, 3, 1))
        return images, self.truth(shares)

    def truth(self, shares: keras.KerasTensor) -> keras.KerasTensor:
        """Return the truth from the shares (N, p, p, K) that `labels` have of each pixel."""
        wmh, unsure = shares[..., :1] >= 0.5, shares[..., 1:] >= 0.5
        return ops.where(wmh, 1.0, ops.where(unsure, UNSURE, 0.0))

    def save_own_variables(self, store: Any) -> None:
        """Save nothing: slices are no weights."""

    def load_own_variables(self, store: Any) -> None:
        """Load nothing."""

    def _moved(self, draw: Tensors) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the images (N, p, p, 2) and the shares of the labels (N, p, p, K), linearly.

        Outside the slice an image is as dark as its darkest pixel.
        """
        slices = ops.cast(ops.take(self.slices, draw["slice"], axis=0), "float32")
        count, (rows, columns) = ops.shape(draw["slice"])[0], self.slices.shape[1:3]
        y, x = self._places(draw["place"])
        inside = ((y >= 0) & (y <= rows - 1) & (x >= 0) & (x <= columns - 1))[..., np.newaxis]
        top, left = ops.clip(ops.floor(y), 0, rows - 1), ops.clip(ops.floor(x), 0, columns - 1)
        low, far = ops.minimum(top + 1, rows - 1), ops.minimum(left + 1, columns - 1)
        down, right = y - top, x - left
        pixels = ops.reshape(slices, (-1, 3))
        before = ops.reshape(ops.arange(count, dtype="int32") * (rows * columns), (-1, 1, 1))
        images, labelled = 0.0, 0.0
        for row, column, share in (
            (top, left, (1 - down) * (1 - right)),
            (top, far, (1 - down) * right),
            (low, left, down * (1 - right)),
            (low, far, down * right),
        ):
            place = before + ops.cast(row, "int32") * columns + ops.cast(column, "int32")
            found, part = ops.take(pixels, place, axis=0), share[..., np.newaxis]
            is_label = ops.equal(found[..., 2:], np.array(self.labels, np.float32))
            images += found[..., :2] * part
            labelled += ops.cast(is_label, "float32") * part
        darkest = ops.min(slices, axis=(1, 2), keepdims=True)[..., :2]
        return ops.where(inside, images, darkest), ops.where(inside, labelled, 0.0)

    def _places(self, place: keras.KerasTensor) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the rows and columns (N, p, p) of the source that each pixel shows."""
        steps = np.arange(self._patch, dtype=np.float32) - (self._patch - 1) / 2
        i, j = steps[np.newaxis, :, np.newaxis], steps[np.newaxis, np.newaxis, :]
        terms = place[..., np.newaxis, np.newaxis]
        y, x = (terms[:, axis, 0] * i + terms[:, axis, 1] * j + terms[:, axis, 2] for axis in (0, 1))
        return y, x

    def _changed(self, images: keras.KerasTensor, draw: Tensors) -> keras.KerasTensor:
        """Blur, bend, stretch, shift and add noise to (N, 2, p, p), clipped to the network's range.

        The power bends that range to 0..1 and back: v' = v ** power.
        """
        low, high = INTENSITY_CLIP
        power, contrast, brightness, noise, kept = (
            draw[name][:, :, np.newaxis, np.newaxis]
            for name in ("power", "contrast", "brightness", "noise", "kept")
        )
        unit = (_blurred(images, draw["blur"]) - low) / (high - low)
        # Re-centred, so that the power bends contrast and leaves typical tissue at 0.
        bent = ops.clip(unit, 0.0, 1.0) ** power - (-low / (high - low)) ** power
        changed = bent * (high - low) * contrast + brightness
        return ops.clip(changed + noise * self._drawn_noise(draw), low, high) * kept

    def _drawn_noise(self, draw: Tensors) -> keras.KerasTensor:
        """Return noise (N, 2, p, p) of mean about 0 and SD 1, correlated from pixel to pixel.

        The batch's first seed decides about it, whatever was drawn before.
        """
        state = self._noise.state
        state.assign(ops.cast(draw["noise_seed"][0], state.dtype) * ops.array([1, 0], state.dtype))
        shape = (ops.shape(draw["slice"])[0], 2, self._patch, self._patch)
        noise = _blurred(keras.random.normal(shape, seed=self._noise), draw["noise_blur"])
        return noise / ops.std(noise, axis=(2, 3), keepdims=True)


def _blurred(images: keras.KerasTensor, kernels: keras.KerasTensor) -> keras.KerasTensor:
    """Blur (N, C, Y, X) along Y and X, mirrored at the edges, with kernels (N, C or 1, K)."""
    taps = kernels.shape[2]
    for axis in (2, 3):
        size, radius = images.shape[axis], taps // 2
        padding = [(radius, radius) if one == axis else (0, 0) for one in range(4)]
        padded = ops.pad(images, padding, mode="symmetric")
        images = 0.0
        for k in range(taps):
            part = padded[:, :, k : k + size] if axis == 2 else padded[..., k : k + size]
            images += part * kernels[:, :, k, np.newaxis, np.newaxis]
    return images
