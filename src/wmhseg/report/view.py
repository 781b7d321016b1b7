"""What pictures are drawn from: everything axial, on the FLAIR's own voxels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.region import REGION_LABELS
from wmhseg.colours import WMH_RGB


@dataclass(frozen=True)
class View:
    """A scan and its result as arrays (Z, Y, X): first slice lowest, rows from anterior to posterior.

    Attributes:
        flair: FLAIR.
        t1: T1 on the same voxels, or None.
        labels: Lesions, 1 the largest, 0 outside; int32.
        probability: Mean probability.
        spacing_zyx_mm: Voxel size.
        regions: Values of `REGION_LABELS` in lesions, 0 outside; None: not told apart.
    """

    flair: NDArray[np.float32]
    t1: NDArray[np.float32] | None
    labels: NDArray[np.int32]
    probability: NDArray[np.float32]
    spacing_zyx_mm: tuple[float, float, float]
    regions: NDArray[np.uint8] | None = None

    @property
    def contoured(self) -> NDArray[np.uint8]:
        """Return what contours are drawn around: the regions, or all lesions as one."""
        return (self.labels > 0).astype(np.uint8) if self.regions is None else self.regions

    @property
    def colours(self) -> tuple[tuple[int, int, int], ...]:
        """Return the colours of the contours, of value 1 first."""
        return contour_colours(with_regions=self.regions is not None)


def contour_colours(*, with_regions: bool) -> tuple[tuple[int, int, int], ...]:
    """Return the colours of the regions' contours, of value 1 first; or the one of WMH."""
    return tuple(label.rgb for label in REGION_LABELS) if with_regions else (WMH_RGB,)


def slices_with_head(flair: NDArray[np.float32], most: int) -> NDArray[np.intp]:
    """Return up to `most` slice numbers spread over the slices that show head, or over all when none does."""
    low, high = grey_window(flair)
    shown = np.flatnonzero((flair > low + 0.15 * (high - low)).mean(axis=(1, 2)) > 0.05)
    shown = shown if shown.size else np.arange(len(flair))
    return shown[np.unique(np.linspace(0, len(shown) - 1, min(most, len(shown))).astype(int))]


def grey_window(image: NDArray[np.float32]) -> tuple[float, float]:
    """Return the intensities that are drawn black and white."""
    low, high = np.percentile(image, (1, 99.7))
    return float(low), float(high)
