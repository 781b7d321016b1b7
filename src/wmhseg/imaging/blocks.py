"""Scans on larger voxels, where measuring takes a fraction of a second."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import BrainMaskError
from wmhseg.imaging.head import head_mask

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
Spacing = tuple[float, float, float]


@dataclass(frozen=True)
class Blocks:
    """Voxels that become one: every `step`-th slice, `rows` x `columns` pixels.

    Attributes:
        spacing_zyx_mm: Size of a block and distance of the slices that are kept.
    """

    step: int
    rows: int
    columns: int
    spacing_zyx_mm: Spacing

    @classmethod
    def of(cls, spacing_zyx_mm: tuple[float, ...], pixel_mm: float, slice_mm: float) -> "Blocks":
        """Return blocks of about `pixel_mm` in slices about `slice_mm` apart, none smaller than a voxel."""
        z, y, x = spacing_zyx_mm
        rows, columns = (max(1, round(pixel_mm / size)) for size in (y, x))
        step = max(1, round(slice_mm / z))
        return cls(step, rows, columns, (z * step, y * rows, x * columns))

    def whole(self, image: Array) -> Array:
        """Return the slices that count, without pixels that fill no block."""
        rows, columns = (image.shape[1] // self.rows, image.shape[2] // self.columns)
        return image[:: self.step, : rows * self.rows, : columns * self.columns]

    def coarse(self, image: Array) -> Array:
        """Return the mean of each block."""
        kept = self.whole(image)
        shape = (
            len(kept),
            kept.shape[1] // self.rows,
            self.rows,
            kept.shape[2] // self.columns,
            self.columns,
        )
        return kept.reshape(shape).mean(axis=(2, 4), dtype=np.float32)

    def fine(self, mask: Mask) -> Mask:
        """Return a coarse mask on the voxels of `whole`."""
        return np.repeat(np.repeat(mask, self.rows, axis=1), self.columns, axis=2)


def head_or_nothing(flair: Array, spacing_zyx_mm: Spacing) -> Mask:
    """Return the head (Z, Y, X) as `head_mask` does, and no voxel where it finds none."""
    try:
        return head_mask(flair, spacing_zyx_mm[1:], "FLAIR")
    except BrainMaskError:  # recipes with raw thresholds get further than this
        return np.zeros(flair.shape, bool)


def upper_slices(head: Mask) -> slice:
    """Return the slices from 40 % of the head's height on: the brain's own level, no face and neck."""
    found = np.flatnonzero(head.any(axis=(1, 2)))
    return slice(int(found[int(0.4 * len(found))]), None) if found.size else slice(0)
