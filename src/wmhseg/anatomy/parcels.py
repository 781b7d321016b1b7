"""WMH by the labels of a parcellation."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

OUTSIDE = 0


@dataclass(frozen=True)
class Parcel:
    """WMH in one label.

    Attributes:
        index: The label; 0 is outside of all.
        volume_ml: The label's volume on the FLAIR's grid; None outside.
        wmh_ml: WMH in it.
        wmh_percent: Share of it that is WMH; None outside and where it has no voxel.
        lesion_count: Lesions with most of their voxels in it.
    """

    index: int
    volume_ml: float | None
    wmh_ml: float
    wmh_percent: float | None
    lesion_count: int


def measure_parcels(
    lesions: NDArray[np.int32], parcels: NDArray[np.int32], known: Iterable[int], voxel_ml: float
) -> tuple[Parcel, ...]:
    """Count WMH in each label; labels rise, outside comes last.

    Args:
        lesions: (Z, Y, X), 1 and up, 0 outside.
        parcels: Labels of the same shape, 0 outside of all.
        known: Labels that get a row even where none of their voxels is on the grid.
        voxel_ml: Volume of a voxel.
    """
    indices = [*sorted({*map(int, np.unique(parcels)), *map(int, known)} - {OUTSIDE}), OUTSIDE]
    sizes, wmh = _counts(parcels), _counts(parcels[lesions > 0])
    owners = _owners(lesions, parcels)
    return tuple(
        Parcel(
            index=index,
            volume_ml=None if index == OUTSIDE else round(sizes.get(index, 0) * voxel_ml, 6),
            wmh_ml=round(wmh.get(index, 0) * voxel_ml, 6),
            wmh_percent=round(100 * wmh.get(index, 0) / sizes[index], 4)
            if index != OUTSIDE and index in sizes
            else None,
            lesion_count=owners.count(index),
        )
        for index in indices
    )


def _counts(values: NDArray[np.int32]) -> dict[int, int]:
    labels, counts = np.unique(values, return_counts=True)
    return dict(zip(labels.tolist(), counts.tolist(), strict=True))


def _owners(lesions: NDArray[np.int32], parcels: NDArray[np.int32]) -> list[int]:
    """Return for each lesion the label with most of its voxels; of equals the smallest, outside last."""
    inside = lesions > 0
    pairs, counts = np.unique(np.stack([lesions[inside], parcels[inside]]), axis=1, return_counts=True)
    best: dict[int, tuple[int, bool, int]] = {}
    for (lesion, label), count in zip(pairs.T.tolist(), counts.tolist(), strict=True):
        best[lesion] = max(best.get(lesion, (0, False, 0)), (count, label != OUTSIDE, -label))
    return [-negative for _, _, negative in best.values()]
