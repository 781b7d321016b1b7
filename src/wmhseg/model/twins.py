"""Channels that compute the same are computed once.

A network that was trained at half the width and doubled without further training (`training/widen.py`) has
every channel twice. One of each pair is enough where the kernels that read both are added.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def without_twins(weights: Sequence[Array]) -> list[Array]:
    """Return the weights of a network of half the width that computes the same, up to rounding.

    Args:
        weights: Of `build_unet`, layer by layer, with batch normalisation or without.

    Returns:
        As given where not every hidden channel equals the one beside it, bit for bit.
    """
    halved: list[Array] = []
    last = len(weights) - 2  # kernel and bias of the score
    for index, values in enumerate(weights):
        reads_twins = values.ndim == 4 and index > 0
        kept = values[:, :, ::2] + values[:, :, 1::2] if reads_twins else values
        if index < last:
            if kept.shape[-1] % 2 or not np.array_equal(kept[..., ::2], kept[..., 1::2]):
                return list(weights)
            kept = kept[..., ::2]
        halved.append(kept)
    return halved
