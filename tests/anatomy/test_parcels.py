"""WMH by label, counted by hand."""

import numpy as np

from wmhseg.anatomy.parcels import Parcel, measure_parcels

# Two slices of 2 x 4 voxels of 0.5 ml.
PARCELS = np.array([[[7, 7, 9, 9], [7, 7, 0, 0]], [[7, 7, 9, 9], [0, 0, 0, 0]]], np.int32)
LESIONS = np.array([[[1, 1, 1, 0], [0, 0, 2, 0]], [[0, 0, 0, 3], [0, 0, 0, 3]]], np.int32)


def test_volumes_shares_and_counts() -> None:
    found = measure_parcels(LESIONS, PARCELS, (7, 9, 12), 0.5)
    assert found == (
        # 6 voxels, two of lesion 1.
        Parcel(7, 3.0, 1.0, 33.3333, 1),
        # 4 voxels, one of lesion 1 and one of lesion 3, which lies half outside: a label goes first.
        Parcel(9, 2.0, 1.0, 50.0, 1),
        # In the file, but not here.
        Parcel(12, 0.0, 0.0, None, 0),
        # Lesion 2 and half of lesion 3.
        Parcel(0, None, 1.0, None, 1),
    )
    assert sum(one.wmh_ml for one in found) == np.count_nonzero(LESIONS) * 0.5
    assert sum(one.lesion_count for one in found) == 3


def test_of_equals_the_smallest_label() -> None:
    lesions = np.array([[[1, 1, 0, 0]]], np.int32)
    for parcels in ([[[8, 5, 0, 0]]], [[[5, 8, 0, 0]]]):
        found = measure_parcels(lesions, np.array(parcels, np.int32), (), 1.0)
        assert [(one.index, one.lesion_count) for one in found] == [(5, 1), (8, 0), (0, 0)]


def test_no_lesions() -> None:
    found = measure_parcels(np.zeros_like(LESIONS), PARCELS, (), 0.5)
    assert [(one.index, one.wmh_ml, one.lesion_count) for one in found] == [(7, 0, 0), (9, 0, 0), (0, 0, 0)]
