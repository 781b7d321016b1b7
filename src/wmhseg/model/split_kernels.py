"""A convolution of a doubled image, computed on the image before it is doubled: its kernels.

After nearest-neighbour doubling, the nine taps of a 3x3 kernel fall on four different pixels only. Which
four depends on the row and column being even or odd, so four 2x2 kernels, whose taps are sums of the nine,
give the same result with 4/9 of the multiplications.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wmhseg.model.architecture import CONVOLUTIONS

Array = NDArray[np.float32]

# Where the pixels of even and odd rows and columns begin in a convolution of the image with a border of
# zeros, in the order of the kernels: at the place y, x are the rows y - 1 and y, so odd ones are further.
PHASES = ((0, 0), (0, 1), (1, 0), (1, 1))
# Their kernels read the doubled feature maps first, then those beside.
_AFTER_DOUBLING = {name for name in CONVOLUTIONS if name.startswith("dec") and name.endswith("a")}
UP = "_up"


def split_kernel(kernel: Array) -> Array:
    """Return the four 2x2 kernels of a 3x3 one: (3, 3, C, F) to (2, 2, C, 4 * F).

    The even rows of a doubled image see the row above once and their own twice, the odd ones their own
    twice and the one below once; so with columns. Order: even/even, even/odd, odd/even, odd/odd
    (row/column).
    """
    both = [_merge(rows, axis=1) for rows in _merge(kernel, axis=0)]
    return np.concatenate([one for columns in both for one in columns], axis=-1)


def split_weights(weights: Sequence[Array]) -> dict[str, list[Array]]:
    """Return a network's weights by layer, where doubled feature maps and those beside have layers each.

    Args:
        weights: Kernel and bias of each of `CONVOLUTIONS`, in order.

    Returns:
        Kernel and bias by name; for the doubled maps, called NAME + `UP`, a kernel alone.
    """
    split: dict[str, list[Array]] = {}
    doubled = 0
    for name, kernel, bias in zip(CONVOLUTIONS, weights[::2], weights[1::2], strict=True):
        if name in _AFTER_DOUBLING:
            split[name + UP] = [split_kernel(kernel[:, :, :doubled])]
            split[name] = [kernel[:, :, doubled:], bias]
        else:
            split[name] = [kernel, bias]
        doubled = kernel.shape[-1]
    return split


def _merge(kernel: Array, axis: int) -> tuple[Array, Array]:
    """Return the two taps of even pixels, and of odd ones."""
    first, middle, last = np.moveaxis(kernel, axis, 0)
    pairs = (first, middle + last), (first + middle, last)
    even, odd = (np.stack(pair, axis=axis) for pair in pairs)
    return even, odd
