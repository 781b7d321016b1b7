"""Which structure a voxel belongs to, of all that have a share in it."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.structure import Structure


def most_of(shares: Iterable[tuple[Structure, NDArray[np.float32]]]) -> NDArray[np.uint8]:
    """Return the structure with the largest share of each voxel; of equal ones the first.

    Args:
        shares: At least one structure and its shares, arrays of one shape; one is held at a time, so that
            eight need no more memory than two.

    Returns:
        uint8 values of `Structure`.
    """
    each = iter(shares)
    structure, share = next(each)
    found, largest = np.full(share.shape, structure, np.uint8), share.copy()
    for structure, share in each:
        more = share > largest
        largest[more], found[more] = share[more], structure
    return found
