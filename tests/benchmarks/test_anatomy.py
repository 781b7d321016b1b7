"""What counts as third and fourth ventricle where a hand marked all of them."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wmhseg.anatomy.structure import Structure
from wmhseg.io.volume import Grid, Volume
from wmhseg.io.write_volume import write_volume

ROOT = Path(__file__).parents[2]


@pytest.fixture
def module() -> Iterator[Any]:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    yield importlib.import_module("anatomy")
    sys.path.remove(str(ROOT / "benchmarks"))


def test_pieces_in_the_middle(module: Any) -> None:
    marked = np.zeros((3, 9, 61), bool)
    x_mm = np.arange(61) - 30.0
    middle = np.zeros_like(marked)
    marked[0, 2, 28:33] = middle[0, 2, 28:33] = True  # -2 to 2 mm: the third
    marked[0, 5, 36:50] = True  # 6 to 19: a horn
    marked[1, 4, 20:41] = True  # -10 to 10, but
    marked[1, 5, 41:50] = True  # joined at a corner to what reaches 19: both bodies with the third
    marked[2, 4, 20:41] = middle[2, 4, 20:41] = True  # the same alone: the fourth
    marked[2, 7, 36:42] = True  # 6 to 11: does not come near
    np.testing.assert_array_equal(module.midline_pieces(marked, x_mm), middle)


def test_scores_of_ventricles_by_hand(module: Any, tmp_path: Path) -> None:
    grid = Grid((61, 9, 3), (1.0, 1.0, 5.0), (0.0, 0.0, 0.0), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    truth, found = np.zeros((3, 9, 61), np.uint8), np.full((3, 9, 61), Structure.WHITE_MATTER, np.uint8)
    truth[0, 2, 28:32] = 1
    truth[0, 5, 40:50] = 1
    found[0, 5, 45:55] = Structure.VENTRICLES
    write_volume(tmp_path / "ventricles.nii.gz", Volume(truth, grid))
    scores = module.scores(found, tmp_path)
    # 5 of 10 and 10; with the third, of 14 and 10.
    assert scores == {"ventricles": pytest.approx(10 / 20), "all_marked": pytest.approx(10 / 24)}


def test_scores_of_structures_by_hand(module: Any, tmp_path: Path) -> None:
    grid = Grid((6, 1, 1), (1.0, 1.0, 5.0), (0.0, 0.0, 0.0), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    truth = np.array([0, 1, 1, 2, 5, 6], np.uint8).reshape(1, 1, 6)
    found = np.array([0, 1, 2, 2, 0, 6], np.uint8).reshape(1, 1, 6)
    write_volume(tmp_path / "structures.nii.gz", Volume(truth, grid))
    scores = module.scores(found, tmp_path)
    assert scores["white_matter"] == pytest.approx(2 / 3)
    assert scores["cortex"] == pytest.approx(2 / 3)
    assert scores["cortex+white"] == scores["brain"] == 1
    assert scores["csf"] == 0
    assert np.isnan(scores["deep_grey"])
