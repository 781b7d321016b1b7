"""What batches are drawn as: the same for the same seed, epoch and step; `windows.py` applies it."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import keras
import numpy as np
from numpy.typing import NDArray

from wmhseg.augmentation.affine import AffineRange, affine_matrix, sample_affine
from wmhseg.augmentation.intensity import IntensityParameters, IntensityRange, sample_intensity
from wmhseg.augmentation.kernel import BLUR_TRUNCATE, NOISE_TRUNCATE, gaussian_kernels
from wmhseg.datasets.slices import SYNTHETIC_SITE
from wmhseg.training.config import TrainingConfig
from wmhseg.training.pool import Case

PAPER_AUGMENTATION = 10  # the augmented set is ten times the original one (section 3.1.1)

Draw = dict[str, NDArray[Any]]
Place = Callable[[np.random.Generator], tuple[int, tuple[float, float]]]


class Drawn(Protocol):
    """What is asked of a configuration."""

    @property
    def batch_size(self) -> int:
        """Windows a step."""

    @property
    def affine(self) -> AffineRange:
        """How they are moved."""

    @property
    def intensity(self) -> IntensityRange | None:
        """How their intensities are changed, if they are."""


def steps_per_epoch(config: TrainingConfig, slices: int) -> int:
    """Return the number of batches in an epoch."""
    return config.batches_per_epoch or max(1, slices * PAPER_AUGMENTATION // config.batch_size)


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """An epoch's draws for `model.fit`, a few numbers a window.

    Args:
        cases: What is in the pool.
        size_yx: Rows and columns of its slices.
        config: Window, batch, augmentation, balance and seed.
        epoch: Which epoch.
    """

    def __init__(
        self, cases: Sequence[Case], size_yx: tuple[int, int], config: TrainingConfig, epoch: int = 0
    ) -> None:
        super().__init__(workers=1)
        self._cases, self._size, self._config, self._epoch = cases, size_yx, config, epoch
        self._order = [(i, z) for i, one in enumerate(cases) for z in range(len(one.lesions))]
        self._positive = [np.flatnonzero([len(z) > 0 for z in one.lesions]) for one in cases]
        sites = sorted({one.site for one in cases})
        self._by_site = [[i for i, one in enumerate(cases) if one.site == site] for site in sites]
        self._site_ends = _site_ends(sites, config.synthetic_share)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return steps_per_epoch(self._config, len(self._order))

    def __getitem__(self, step: int) -> tuple[Draw]:
        """Draw the batch of this step: arrays (N, ...), N the windows.

        "slice" is a window's slice, "place" (2, 3) gives from a pixel's row and column, counted from the
        window's middle, and 1 the row and column of the slice; the others change its intensities.
        """
        rng = np.random.default_rng((self._config.seed, self._epoch, step))
        return (draw_windows(rng, self._place, self._config),)

    def _place(self, rng: np.random.Generator) -> tuple[int, tuple[float, float]]:
        """Choose a slice and the window's centre."""
        config = self._config
        if config.balance_sites:
            site = self._by_site[bisect_right(self._site_ends, rng.random())]
            index = site[int(rng.integers(len(site)))]
            z = int(rng.integers(len(self._cases[index].lesions)))
        else:
            index, z = self._order[int(rng.integers(len(self._order)))]
        one, positive = self._cases[index], self._positive[index]
        rows, columns = self._size
        if config.lesion_fraction is not None and len(positive) and rng.random() < config.lesion_fraction:
            z = int(positive[int(rng.integers(len(positive)))])
            places = one.lesions[z]
            centre = places[int(rng.integers(len(places)))] + rng.uniform(-0.3, 0.3, 2) * config.patch
        else:
            centre = np.array([rows, columns]) / 2 + rng.uniform(-1, 1, 2) * max(0, rows - config.patch) / 2
        half = config.patch / 2
        low, high = min(half, rows / 2), max(rows - half, rows / 2)
        y, x = (min(max(float(value), low), high) - 0.5 for value in centre)
        return one.first + z, (y, x)


def draw_windows(rng: np.random.Generator, place: Place, config: Drawn) -> Draw:
    """Draw a batch; see `Batches`.

    Args:
        rng: Decides about everything.
        place: Chooses a slice and the window's centre in it.
        config: How many windows, and how they are changed.
    """
    limits, slices, centres, affines, changes = config.intensity, [], [], [], []
    for _ in range(config.batch_size):
        number, centre = place(rng)
        slices.append(number)
        centres.append(centre)
        affines.append(affine_matrix(sample_affine(rng, config.affine)))
        if limits is not None:
            changes.append(sample_intensity(rng, limits))
    ways = np.concatenate([np.linalg.inv(affines), np.array(centres)[..., np.newaxis]], axis=-1)
    draw: Draw = {"slice": np.array(slices, np.int32), "place": ways.astype(np.float32)}
    if limits is not None:
        draw.update(_intensities(changes, limits))
    return draw


def _intensities(drawn: Sequence[IntensityParameters], limits: IntensityRange) -> Draw:
    """Return changes of intensity: for each window a value, or a kernel, for FLAIR and one for T1."""

    def pairs(name: str) -> NDArray[np.float64]:
        return np.array([getattr(one, name) for one in drawn])

    noise_blur = np.array([[one.noise_blur_px] for one in drawn])
    values = {name: pairs(name).astype(np.float32) for name in ("contrast", "brightness", "noise")}
    return values | {
        "power": np.exp(pairs("gamma")).astype(np.float32),
        "blur": gaussian_kernels(pairs("blur_px"), limits.blur_px, BLUR_TRUNCATE),
        "noise_blur": gaussian_kernels(noise_blur, limits.noise_blur_px, NOISE_TRUNCATE),
        "noise_seed": np.array([one.noise_seed for one in drawn], np.int32),
        "kept": np.array([(1, not one.t1_missing) for one in drawn], np.float32),
    }


def _site_ends(sites: list[str], synthetic_share: float | None) -> list[float]:
    """Return where in 0..1 each site's share of the draws ends."""
    weights = np.full(len(sites), 1 / len(sites))
    if synthetic_share is not None and SYNTHETIC_SITE in sites and len(sites) > 1:
        weights[:] = (1 - synthetic_share) / (len(sites) - 1)
        weights[sites.index(SYNTHETIC_SITE)] = synthetic_share
    ends = np.cumsum(weights)
    return list(ends / ends[-1])
