"""Build the published network with Keras 2 and write what the authors' users hold: 0.h5, 1.h5, 2.h5.

Run as a program (`python keras2_published.py FOLDER`), in a process without Keras 3. Writes the
weights, the slices `slices.npy` (N, 200, 200, 2) and Keras 2's own answers `expected.npy`
(members, N, 200, 200). Written from the architecture's description, not from `wmhseg.model.unet`.
"""

import sys
from pathlib import Path

import numpy as np
import tf_keras
from tf_keras.layers import (
    Conv2D,
    Cropping2D,
    Input,
    MaxPooling2D,
    UpSampling2D,
    ZeroPadding2D,
    concatenate,
)


def build_published(first_kernel: int = 5) -> tf_keras.Model:
    """Build the 2017 network: no batch normalisation, 4x4 second convolution at 256."""
    inputs = x = Input((200, 200, 2))
    skips = []
    for filters, kernels in (
        (64, (first_kernel, first_kernel)),
        (96, (3, 3)),
        (128, (3, 3)),
        (256, (3, 4)),
        (512, (3, 3)),
    ):
        if skips:
            x = MaxPooling2D((2, 2))(x)
        for kernel in kernels:
            x = Conv2D(filters, kernel, activation="relu", padding="same")(x)
        skips.append(x)
    # From 12 pixels up: what the encoder's 25, 50, 100 and 200 exceed 24, 48, 96 and 192 by.
    decoder = (((0, 1), 256), ((1, 1), 128), ((2, 2), 96), ((4, 4), 64))
    for skip, (crop, filters) in zip(skips[-2::-1], decoder, strict=True):
        x = concatenate([UpSampling2D((2, 2))(x), Cropping2D((crop, crop))(skip)], axis=-1)
        x = Conv2D(filters, 3, activation="relu", padding="same")(x)
        x = Conv2D(filters, 3, activation="relu", padding="same")(x)
    x = ZeroPadding2D(((4, 4), (4, 4)))(x)
    return tf_keras.Model(inputs, Conv2D(1, 1, activation="sigmoid", padding="same")(x))


def randomise(model: tf_keras.Model, seed: int) -> None:
    """Draw weights that keep the signal's size from layer to layer, biases included."""
    rng = np.random.default_rng(seed)
    drawn = []
    for weight in model.get_weights():
        fan_in = np.prod(weight.shape[:-1]) if weight.ndim == 4 else 25
        drawn.append(rng.normal(0, np.sqrt(2 / fan_in), weight.shape).astype(np.float32))
    model.set_weights(drawn)


def main(folder: Path) -> None:
    """Write three members (the second as a whole saved model) and one file of another network."""
    slices = np.random.default_rng(7).normal(size=(2, 200, 200, 2)).astype(np.float32)
    # Smooth enough that the deep levels see structure and not only noise.
    slices[:, 60:140, 40:120] += 2
    np.save(folder / "slices.npy", slices)
    model, expected = build_published(), []
    for index in range(3):
        randomise(model, index)
        write = model.save if index == 1 else model.save_weights
        write(str(folder / f"{index}.h5"))
        expected.append(model.predict(slices, verbose=0)[..., 0])
    np.save(folder / "expected.npy", np.stack(expected))
    build_published(first_kernel=3).save_weights(str(folder / "first_kernel_3.h5"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
