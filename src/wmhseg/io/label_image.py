"""Label images of others: atlases and parcellations."""

from pathlib import Path

import numpy as np

from wmhseg.errors import InputError
from wmhseg.io.volume import Volume, read_mask

_MOST = np.iinfo(np.int32).max


def read_labels(path: Path) -> Volume:
    """Read a label image as int32; whole numbers stored as floating point are labels too.

    Raises:
        InputError: It is missing or unreadable, holds other numbers than whole ones from 0 on, or only 0.
    """
    volume = read_mask(path)
    values = np.unique(volume.array)
    wrong = values[~((values >= 0) & (values <= _MOST) & (values == np.floor(values)))]
    if wrong.size:
        raise InputError(
            f"{path}: expected whole numbers from 0 on as labels, found {wrong[0]:g}; "
            "give a label image, resampled by nearest neighbours if at all"
        )
    if not values.any():
        raise InputError(f"{path}: expected labels, found only 0; check the file")
    return Volume(volume.array.astype(np.int32), volume.grid)
