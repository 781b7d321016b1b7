"""What batches for the anatomy network are drawn as, and the windows that are cut for it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from wmhseg.anatomy.structure import Structure
from wmhseg.datasets.slices import SliceSet
from wmhseg.errors import InputError
from wmhseg.training.anatomy_config import AnatomyConfig
from wmhseg.training.batches import Draw, draw_windows
from wmhseg.training.pool import joined
from wmhseg.training.windows import Windows

# Of the windows; the rest are drawn from all slices, those below and above the brain included.
_SHARE_WITH_BRAIN = 0.85


class StructureWindows(Windows):
    """From a draw to images (N, p, p, 2) and structures (N, p, p, 8): 1 for what has most of a pixel."""

    labels = tuple(Structure)

    def truth(self, shares: keras.KerasTensor) -> keras.KerasTensor:
        """Return the structures; OUTSIDE beyond the slice."""
        return ops.one_hot(ops.argmax(shares, axis=-1), len(Structure))


def structure_windows(sets: Sequence[SliceSet], patch: int) -> StructureWindows:
    """Put all slices and their structures on the device.

    Raises:
        InputError: A case has no structures.
    """
    labelled = [replace(one, labels=_structures_of(one)) for one in sets]
    return StructureWindows(joined(labelled, sum(len(one.images) for one in sets)), patch)


class AnatomyBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Draws for `model.fit`; see `Batches`.

    Every case is drawn as often as any other, however many slices it has. The same seed, epoch and step give
    the same draw.

    Args:
        sets: Prepared slices with structures.
        config: Window, batch, augmentation and seed.
        first_epoch: Epoch to start from, when a run is resumed.

    Raises:
        InputError: A case has no structures.
    """

    def __init__(
        self, sets: Sequence[SliceSet], config: AnatomyConfig, first_epoch: int = 0, **options: Any
    ) -> None:
        super().__init__(**options)
        self._config, self._epoch = config, first_epoch
        self._with_brain = [
            np.flatnonzero((_structures_of(one) != Structure.OUTSIDE).any(axis=(1, 2))) for one in sets
        ]
        self._counts = [len(one.images) for one in sets]
        self._firsts = np.cumsum([0, *self._counts])
        self._size = len(sets[0].images[0])

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return self._config.batches_per_epoch

    def on_epoch_end(self) -> None:
        """Move on to the next epoch's draws."""
        self._epoch += 1

    def __getitem__(self, step: int) -> tuple[Draw]:
        """Draw the batch of this epoch and step."""
        rng = np.random.default_rng((self._config.seed, self._epoch, step))
        return (draw_windows(rng, self._place, self._config),)

    def _place(self, rng: np.random.Generator) -> tuple[int, tuple[float, float]]:
        """Choose a slice and the window's centre."""
        index = int(rng.integers(len(self._counts)))
        with_brain = self._with_brain[index]
        if len(with_brain) and rng.random() < _SHARE_WITH_BRAIN:
            z = int(with_brain[int(rng.integers(len(with_brain)))])
        else:
            z = int(rng.integers(self._counts[index]))
        room = max(0, self._size - self._config.patch) / 2
        y, x = (self._size - 1) / 2 + rng.uniform(-room, room, 2)
        return int(self._firsts[index]) + z, (float(y), float(x))


def _structures_of(one: SliceSet) -> NDArray[np.uint8]:
    if one.structures is None:
        raise InputError(
            f"{one.site}__{one.name}: expected structures.npy beside the slices, found none; make the case "
            "again with wmhseg synthesise"
        )
    return one.structures
