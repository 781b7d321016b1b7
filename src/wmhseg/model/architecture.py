"""The U-Net of Li et al. 2018 (Fig. 4) in numbers: what every runtime builds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import WeightsError
from wmhseg.model.manifest import Widths

CHANNELS = 2  # FLAIR and T1
LEVELS = 5
# Sizes that leave the remainder of 200 in every pooling, so that each crop falls as at 200.
SIZE_STEP, SIZE_REMAINDER = 32, 8
# The convolutions, in the order of their weights.
CONVOLUTIONS = (
    *(f"enc{level}{part}" for level in range(LEVELS) for part in "ab"),
    *(f"dec{level}{part}" for level in (3, 2, 1, 0) for part in "ab"),
    "score",
)


def kernel_sizes(level: int) -> tuple[int, int]:
    """Return the sides of both kernels of an encoder level; those of the decoder are 3.

    5x5 on the first level; the second 256 convolution is 4x4 in the published models.
    """
    return (5, 5) if level == 0 else (3, 4) if level == 3 else (3, 3)


def kernel_shapes(widths: Widths, outputs: int = 1) -> list[tuple[int, int, int, int]]:
    """Return (rows, columns, channels in, channels out) of each of `CONVOLUTIONS`.

    Args:
        widths: Channels of the encoder and decoder levels.
        outputs: Probabilities per pixel.
    """
    encoder, decoder = widths
    shapes, channels = [], CHANNELS
    for level, width in enumerate(encoder):
        for side in kernel_sizes(level):
            shapes.append((side, side, channels, width))
            channels = width
    for beside, width in zip(encoder[-2::-1], decoder, strict=True):
        shapes += [(3, 3, channels + beside, width), (3, 3, width, width)]
        channels = width
    return [*shapes, (1, 1, channels, outputs)]


def widths_of(weights: Sequence[NDArray[np.float32]]) -> Widths:
    """Return the channels of the encoder and decoder levels.

    Args:
        weights: Layer by layer, with batch normalisation or without.
    """
    kernels = [values for values in weights if values.ndim == 4]
    found = {name: kernel.shape[-1] for name, kernel in zip(CONVOLUTIONS, kernels, strict=True)}
    return tuple(found[f"enc{level}a"] for level in range(LEVELS)), tuple(
        found[f"dec{level}a"] for level in (3, 2, 1, 0)
    )


def require_size(size_yx: tuple[int, int]) -> None:
    """Check that windows of a size align encoder and decoder as 200 does.

    Raises:
        WeightsError: They do not.
    """
    if any(size % SIZE_STEP != SIZE_REMAINDER for size in size_yx):
        raise WeightsError(f"network: expected sizes that leave 8 when divided by 32, found {size_yx}")
