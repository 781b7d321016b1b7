"""Batches for the anatomy network: augmented windows and the structures in them."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.structure import Structure
from wmhseg.augmentation.affine import apply_affine, move_labels, sample_affine
from wmhseg.augmentation.intensity import apply_intensity, sample_intensity
from wmhseg.datasets.slices import SliceSet
from wmhseg.errors import InputError
from wmhseg.recipe import INTENSITY_CLIP
from wmhseg.training.anatomy_config import AnatomyConfig

# Of the windows; the rest are drawn from all slices, those below and above the brain included.
_SHARE_WITH_BRAIN = 0.85

Window = tuple[NDArray[np.float32], NDArray[np.uint8]]


class AnatomyBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of (images (N, p, p, 2) float32, structures (N, p, p, 8) float32, 0 or 1) for `model.fit`.

    Every case is drawn as often as any other, however many slices it has. The same seed, epoch and step give
    the same batch.

    Args:
        sets: Prepared slices with structures.
        config: Window, batch, augmentation and seed.
        first_epoch: Epoch to start from, when a run is resumed.

    Raises:
        InputError: A case has no structures.
    """

    def __init__(
        self, sets: list[SliceSet], config: AnatomyConfig, first_epoch: int = 0, **options: Any
    ) -> None:
        super().__init__(**options)
        self._sets, self._config, self._epoch = sets, config, first_epoch
        self._structures = [_structures_of(one) for one in sets]
        self._with_brain = [
            np.flatnonzero((labels != Structure.OUTSIDE).any(axis=(1, 2))) for labels in self._structures
        ]

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return self._config.batches_per_epoch

    def on_epoch_end(self) -> None:
        """Move on to the next epoch's draws."""
        self._epoch += 1

    def __getitem__(self, step: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Draw the batch of this epoch and step."""
        rng = np.random.default_rng((self._config.seed, self._epoch, step))
        drawn = [self._window(rng) for _ in range(self._config.batch_size)]
        classes = np.eye(len(Structure), dtype=np.float32)
        return np.stack([image for image, _ in drawn]), classes[np.stack([labels for _, labels in drawn])]

    def _window(self, rng: np.random.Generator) -> Window:
        index, z = self._slice(rng)
        image, labels = np.asarray(self._sets[index].images[z], np.float32), self._structures[index][z]
        patch = self._config.patch
        room = max(0, len(labels) - patch) / 2
        middle = (len(labels) - 1) / 2 + rng.uniform(-room, room, 2)
        centre, size = (float(middle[0]), float(middle[1])), (patch, patch)
        affine = sample_affine(rng, self._config.affine)
        channels = [
            apply_affine(image[..., c], affine, centre, size, float(image[..., c].min())) for c in (0, 1)
        ]
        changes = sample_intensity(rng, self._config.intensity)
        window = apply_intensity(np.stack(channels, axis=-1), changes, INTENSITY_CLIP)
        return window, move_labels(labels, affine, centre, size)

    def _slice(self, rng: np.random.Generator) -> tuple[int, int]:
        index = int(rng.integers(len(self._sets)))
        with_brain = self._with_brain[index]
        if len(with_brain) and rng.random() < _SHARE_WITH_BRAIN:
            return index, int(with_brain[int(rng.integers(len(with_brain)))])
        return index, int(rng.integers(len(self._sets[index].images)))


def _structures_of(one: SliceSet) -> NDArray[np.uint8]:
    if one.structures is None:
        raise InputError(
            f"{one.site}__{one.name}: expected structures.npy beside the slices, found none; make the case "
            "again with wmhseg synthesise"
        )
    return one.structures
