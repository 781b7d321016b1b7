"""How far probabilities can be taken at their word: voxels by probability, and how many of them are WMH."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wmhseg.evaluation.organiser import as_labels, is_wmh

BINS = 20
_BACKGROUND = 0.5


@dataclass(frozen=True)
class Reliability:
    """Voxels in BINS equal bins of probability, (BINS,) each.

    Attributes:
        voxels: How many there are.
        probability: The sum of their probabilities.
        wmh: How many of them are WMH.
    """

    voxels: NDArray[np.int64]
    probability: NDArray[np.float64]
    wmh: NDArray[np.int64]

    def __add__(self, other: "Reliability") -> "Reliability":
        """Return both together."""
        return Reliability(
            self.voxels + other.voxels, self.probability + other.probability, self.wmh + other.wmh
        )

    @property
    def mean_probability(self) -> NDArray[np.float64]:
        """Return the mean probability of each bin, NaN for an empty one."""
        return _ratio(self.probability, self.voxels)

    @property
    def wmh_share(self) -> NDArray[np.float64]:
        """Return the share of WMH in each bin, NaN for an empty one."""
        return _ratio(self.wmh, self.voxels)

    def error(self, first_bin: int = 0) -> float:
        """Return the expected calibration error (Guo et al. 2017), 0 to 1; NaN for no voxel.

        That is the distance of mean probability and share of WMH, averaged over the bins by their voxels.

        Args:
            first_bin: Bins below are left out.
        """
        distance = np.abs(self.probability - self.wmh)[first_bin:].sum()
        return float(_ratio(distance, self.voxels[first_bin:].sum()))


def reliability(
    probability: NDArray[np.floating[Any]], truth: NDArray[Any], inside: NDArray[np.bool_]
) -> Reliability:
    """Count the voxels of a scan that the truth judges.

    Args:
        probability: (Z, Y, X), 0 to 1.
        truth: The same shape; below 0.5 background, to 1.5 WMH; all others (other pathology, unsure) do
            not count.
        inside: The same shape, where voxels count.
    """
    labels = as_labels(truth)
    wmh = is_wmh(labels)
    counted = inside & (wmh | (labels < _BACKGROUND))
    values, positive = np.asarray(probability[counted], dtype=np.float64), wmh[counted]
    index = np.clip((values * BINS).astype(int), 0, BINS - 1)
    voxels = np.bincount(index, minlength=BINS)
    return Reliability(
        voxels,
        np.bincount(index, values, BINS).astype(np.float64),
        np.bincount(index[positive], minlength=BINS),
    )


def _ratio(part: Any, whole: Any) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(whole) > 0, np.divide(part, whole, dtype=np.float64), np.nan)
