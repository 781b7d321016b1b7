"""Scans stored finer than they were taken: pixels and slices interpolated, as scanners and tools do."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.datasets.slices import OTHER_PATHOLOGY, UNSURE_LABEL, WMH

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Finer:
    """One draw: whether the distance is halved.

    Attributes:
        slices: Of the slices.
        pixels: Of the pixels in a slice.
    """

    slices: bool
    pixels: bool

    @property
    def axes(self) -> tuple[int, ...]:
        """Return the axes of (Z, Y, X) that are halved."""
        return (0,) * self.slices + (1, 2) * self.pixels


def sample_finer(rng: np.random.Generator, thickness_mm: float) -> Finer:
    """Draw: slices in a third of the scans with slices of 5 mm or more, pixels in one scan of eight."""
    slices, pixels = rng.random(2)
    return Finer(bool(thickness_mm >= 5 and slices < 0.33), bool(pixels < 0.125))


def interpolate(image: Array, finer: Finer) -> Array:
    """Put the mean of both neighbours between slices or pixels: (n, ...) becomes (2 n - 1, ...)."""
    for axis in finer.axes:
        image = np.moveaxis(image, axis, 0)
        between = np.empty((2 * len(image) - 1, *image.shape[1:]), np.float32)
        between[::2] = image
        between[1::2] = (image[:-1] + image[1:]) / 2
        image = np.moveaxis(between, 0, axis)
    return np.ascontiguousarray(image)


def interpolate_labels(labels: NDArray[np.uint8], finer: Finer) -> NDArray[np.uint8]:
    """Give voxels between two the label of both; unsure where only one is WMH."""
    if not finer.axes:
        return labels
    found = np.zeros_like(interpolate(labels.astype(np.float32), finer), np.uint8)
    share = {
        label: interpolate((labels == label).astype(np.float32), finer)
        for label in (UNSURE_LABEL, WMH, OTHER_PATHOLOGY)
    }
    found[(share[UNSURE_LABEL] > 0) | (share[WMH] > 0)] = UNSURE_LABEL
    found[share[WMH] > 0.6] = WMH
    found[share[OTHER_PATHOLOGY] >= 0.5] = OTHER_PATHOLOGY
    return found
