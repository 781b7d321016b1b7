"""Numbers from masks drawn by hand."""

import numpy as np
import pytest

from wmhseg.io.volume import Grid
from wmhseg.lesions import label_lesions, number_by_volume
from wmhseg.report.summary import Lesion, Summary, measure_lesions, summarise


def test_numbers_by_hand() -> None:
    mask = np.zeros((3, 8, 8), np.uint8)
    mask[0, 0:2, 0:2] = 1  # 4 voxels ...
    mask[1, 2, 2] = 1  # ... and a fifth that touches by a corner
    mask[2, 5, 5:7] = 1  # 2 voxels
    mask[0, 7, 7] = 1  # 1 voxel
    # Voxels of 3 mm3: 15, 6 and 3 mm3.
    assert summarise(mask, 3.0) == Summary(0.024, 3, [0.015, 0.006, 0.003])


def test_nothing_found() -> None:
    assert summarise(np.zeros((3, 4, 5), np.uint8), 2.76).to_dict() == {
        "volume_ml": 0.0,
        "lesion_count": 0,
        "lesion_volumes_ml": [],
    }


def test_lesions_add_up_to_the_volume() -> None:
    mask = (np.random.default_rng(5).random((10, 30, 30)) > 0.9).astype(np.uint8)
    found = summarise(mask, 0.9 * 0.9 * 6.5)
    assert found.volume_ml == pytest.approx(int(mask.sum()) * 0.9 * 0.9 * 6.5 / 1000, abs=1e-6)
    assert sum(found.lesion_volumes_ml) == pytest.approx(found.volume_ml, abs=1e-5)
    assert found.lesion_volumes_ml == sorted(found.lesion_volumes_ml, reverse=True)
    assert found.lesion_count == len(found.lesion_volumes_ml) > 1


def test_lesions_by_hand() -> None:
    mask = np.zeros((3, 8, 8), np.uint8)
    mask[2, 5, 5:7] = 1  # 2 voxels
    mask[0, 0:2, 0:2] = 1  # 4 voxels
    probability = np.full(mask.shape, 0.1, np.float32)
    probability[2, 5, 5:7] = (0.96, 1.0)
    probability[0, 0:2, 0:2] = 0.975
    # x runs to the right and y to the front: the first voxel lies at LPS (10, 20, -30).
    grid = Grid((8, 8, 3), (0.5, 2.0, 3.0), (10.0, 20.0, -30.0), (-1, 0, 0, 0, -1, 0, 0, 0, 1))
    found = measure_lesions(number_by_volume(*label_lesions(mask)), probability, grid)
    assert found == (
        # Centre at x = 0.5, y = 0.5, z = 0 voxels: LPS (10 - 0.25, 20 - 1, -30).
        Lesion(1, 0.012, 4, (-9.75, -19.0, -30.0), 0.975),
        # x = 5.5, y = 5, z = 2 voxels: LPS (10 - 2.75, 20 - 10, -24).
        Lesion(2, 0.006, 2, (-7.25, -10.0, -24.0), 0.98),
    )


def test_no_lesions() -> None:
    empty = np.zeros((2, 3, 4), np.int32)
    grid = Grid((4, 3, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    assert measure_lesions(empty, empty.astype(np.float32), grid) == ()
