"""The U-Net of Li et al. 2018 (Fig. 4): architecture only."""

from collections.abc import Callable

import keras
from keras import layers

from wmhseg.model.architecture import CHANNELS, kernel_sizes, require_size
from wmhseg.model.manifest import PAPER_WIDTHS, Widths

TRAINABLE_WITH_BN = 8_748_609
TRAINABLE_WITHOUT_BN = 8_742_209

# From the feature maps below and beside, the width and the layer's name to the first feature maps of a
# decoder level.
Join = Callable[[keras.KerasTensor, keras.KerasTensor, int, str], keras.KerasTensor]


def build_unet(  # noqa: PLR0913 - options by name
    size_yx: tuple[int, int] = (200, 200),
    *,
    batch_normalisation: bool = True,
    widths: Widths = PAPER_WIDTHS,
    dtype: str = "float32",
    join: Join | None = None,
    outputs: int = 1,
) -> keras.Model:
    """Build the network: (N, rows, columns, 2) FLAIR and T1 to (N, rows, columns, outputs) probability.

    Args:
        size_yx: Rows and columns: 200, or another number that leaves 8 when divided by 32
            (a smaller patch with the same alignment between encoder and decoder).
        batch_normalisation: After each of the 18 hidden convolutions, as in the paper; without
            it the network is that of the authors' released weights.
        widths: Channels of the five encoder and four decoder levels.
        dtype: Keras dtype policy; the output is always float32.
        join: What computes the same as doubling, concatenating and the first convolution of a decoder
            level; None for those themselves.
        outputs: 1 for the probability of WMH; more for those of as many classes, which sum to 1.

    Raises:
        WeightsError: `size_yx` would align encoder and decoder differently from 200.
    """
    require_size(size_yx)
    encoder, decoder = widths
    make = _Block(batch_normalisation, keras.dtype_policies.DTypePolicy(dtype))
    join = join or make.join
    inputs = keras.Input((*size_yx, CHANNELS), name="flair_t1")
    x, skips = inputs, []
    for level, width in enumerate(encoder):
        if level:
            x = layers.MaxPooling2D(2, dtype=make.policy, name=f"down{level}")(x)
        first, second = kernel_sizes(level)
        x = make(make(x, width, first, f"enc{level}a"), width, second, f"enc{level}b")
        skips.append(x)
    for level, width in zip((3, 2, 1, 0), decoder, strict=True):
        size = (2 * int(x.shape[1]), 2 * int(x.shape[2]))
        skip = _crop_to(skips[level], size, make.policy, level)
        x = make(join(x, skip, width, f"dec{level}a"), width, 3, f"dec{level}b")
    (top, bottom), (left, right) = _difference(inputs, (int(x.shape[1]), int(x.shape[2])))
    x = layers.ZeroPadding2D(((top, bottom), (left, right)), dtype=make.policy, name="pad")(x)
    score = layers.Conv2D(outputs, 1, dtype="float32", name="score")(x)
    to_probability = "sigmoid" if outputs == 1 else "softmax"
    return keras.Model(
        inputs, layers.Activation(to_probability, dtype="float32", name="probability")(score), name="unet"
    )


class _Block:
    """Convolution, batch normalisation when asked for, ReLU."""

    def __init__(self, batch_normalisation: bool, policy: keras.dtype_policies.DTypePolicy) -> None:
        self.batch_normalisation, self.policy = batch_normalisation, policy

    def __call__(self, x: keras.KerasTensor, width: int, kernel: int, name: str) -> keras.KerasTensor:
        x = layers.Conv2D(
            width, kernel, padding="same", kernel_initializer="he_normal", dtype=self.policy, name=name
        )(x)
        if self.batch_normalisation:
            # 0.9: the moving averages must settle within a short training too.
            x = layers.BatchNormalization(momentum=0.9, dtype=self.policy, name=f"{name}_bn")(x)
        return layers.Activation("relu", dtype=self.policy, name=f"{name}_relu")(x)

    def join(self, x: keras.KerasTensor, skip: keras.KerasTensor, width: int, name: str) -> keras.KerasTensor:
        """Double `x`, put `skip` beside it, convolve."""
        x = layers.UpSampling2D(2, interpolation="nearest", dtype=self.policy, name=f"{name}_double")(x)
        x = layers.Concatenate(dtype=self.policy, name=f"{name}_join")([x, skip])
        return self(x, width, 3, name)


def _difference(
    larger: keras.KerasTensor, smaller_yx: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return (before, after) for rows and columns; the odd pixel goes after."""
    rows, columns = (int(larger.shape[axis + 1]) - smaller_yx[axis] for axis in (0, 1))
    return (rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)


def _crop_to(
    skip: keras.KerasTensor, size_yx: tuple[int, int], policy: keras.dtype_policies.DTypePolicy, level: int
) -> keras.KerasTensor:
    return layers.Cropping2D(_difference(skip, size_yx), dtype=policy, name=f"crop{level}")(skip)
