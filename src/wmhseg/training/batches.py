"""Batches of augmented windows: the same for the same seed, epoch and step."""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from wmhseg.augmentation.affine import apply_affine, sample_affine
from wmhseg.augmentation.intensity import apply_intensity, sample_intensity
from wmhseg.datasets.slices import SYNTHETIC_SITE, UNSURE_LABEL, WMH, SliceSet
from wmhseg.recipe import INTENSITY_CLIP
from wmhseg.training.config import TrainingConfig
from wmhseg.training.loss import UNSURE

PAPER_AUGMENTATION = 10  # the augmented set is ten times the original one (section 3.1.1)


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of (images (N, p, p, 2) float32, truth (N, p, p, 1) float32) for `model.fit`.

    The truth is 1 in WMH, UNSURE where nobody judged, 0 elsewhere.

    Args:
        sets: Prepared slices of every training case.
        config: Window, batch, augmentation, balance and seed.
        first_epoch: Epoch to start from, when a run is resumed.
    """

    def __init__(
        self, sets: list[SliceSet], config: TrainingConfig, first_epoch: int = 0, **options: Any
    ) -> None:
        super().__init__(**options)
        self._sets, self._config, self._epoch = sets, config, first_epoch
        self._order = [(s, z) for s, one in enumerate(sets) for z in range(len(one.images))]
        self._positive = [np.flatnonzero((one.labels == WMH).any(axis=(1, 2))) for one in sets]
        sites = sorted({one.site for one in sets})
        self._by_site = [[i for i, one in enumerate(sets) if one.site == site] for site in sites]
        self._site_weights = _site_weights(sites, config.synthetic_share)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        if self._config.batches_per_epoch:
            return self._config.batches_per_epoch
        return max(1, len(self._order) * PAPER_AUGMENTATION // self._config.batch_size)

    def on_epoch_end(self) -> None:
        """Move on to the next epoch's draws."""
        self._epoch += 1

    def __getitem__(self, step: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Draw the batch of this epoch and step."""
        rng = np.random.default_rng((self._config.seed, self._epoch, step))
        drawn = [self._window(rng) for _ in range(self._config.batch_size)]
        return np.stack([image for image, _ in drawn]), np.stack([truth for _, truth in drawn])

    def _window(self, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        one, z, centre = self._place(rng)
        size = (self._config.patch, self._config.patch)
        image, labels = np.asarray(one.images[z], np.float32), one.labels[z]
        affine = sample_affine(rng, self._config.affine)
        channels = [
            apply_affine(image[..., c], affine, centre, size, float(image[..., c].min())) for c in (0, 1)
        ]
        truth = np.zeros(size, np.float32)
        for label, value in ((UNSURE_LABEL, UNSURE), (WMH, 1.0)):
            where = labels == label
            if where.any():
                truth[apply_affine(where.astype(np.float32), affine, centre, size, 0.0) >= 0.5] = value
        window = np.stack(channels, axis=-1)
        if self._config.intensity is not None:
            window = apply_intensity(window, sample_intensity(rng, self._config.intensity), INTENSITY_CLIP)
        return window, truth[..., np.newaxis]

    def _place(self, rng: np.random.Generator) -> tuple[SliceSet, int, tuple[float, float]]:
        """Choose a case, a slice and the window's centre."""
        config = self._config
        if config.balance_sites:
            site = self._by_site[int(rng.choice(len(self._by_site), p=self._site_weights))]
            index = site[int(rng.integers(len(site)))]
            z = int(rng.integers(len(self._sets[index].images)))
        else:
            index, z = self._order[int(rng.integers(len(self._order)))]
        one, positive = self._sets[index], self._positive[index]
        rows, columns = one.labels.shape[1:]
        if config.lesion_fraction is not None and len(positive) and rng.random() < config.lesion_fraction:
            z = int(positive[int(rng.integers(len(positive)))])
            places = np.argwhere(one.labels[z] == WMH)
            centre = places[int(rng.integers(len(places)))] + rng.uniform(-0.3, 0.3, 2) * config.patch
        else:
            centre = np.array([rows, columns]) / 2 + rng.uniform(-1, 1, 2) * max(0, rows - config.patch) / 2
        half = config.patch / 2
        low, high = min(half, rows / 2), max(rows - half, rows / 2)
        return (
            one,
            z,
            (float(np.clip(centre[0], low, high) - 0.5), float(np.clip(centre[1], low, high) - 0.5)),
        )


def _site_weights(sites: list[str], synthetic_share: float | None) -> NDArray[np.float64]:
    """Return how often each site is drawn."""
    weights = np.full(len(sites), 1 / len(sites))
    if synthetic_share is not None and SYNTHETIC_SITE in sites and len(sites) > 1:
        weights[:] = (1 - synthetic_share) / (len(sites) - 1)
        weights[sites.index(SYNTHETIC_SITE)] = synthetic_share
    return weights
