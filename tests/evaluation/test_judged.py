"""The lesion F1 of what was judged, on masks drawn by hand."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wmhseg.evaluation.judged import lesion_f1_judged
from wmhseg.evaluation.organiser import score
from wmhseg.io.volume import Grid

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def draw(*slices: str) -> NDArray[np.float32]:
    """Return the array (Z, Y, X) of a drawing: one string a slice, rows separated by blanks."""
    rows = [[list(row.replace(".", "0")) for row in one.split()] for one in slices]
    return np.array(rows, dtype=np.float32)


def organisers_f1(truth: NDArray[Any], result: NDArray[Any]) -> float:
    z, y, x = truth.shape
    return score(truth, result, Grid((x, y, z), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), IDENTITY)).lesion_f1


def test_what_hangs_over_an_unsure_region_is_not_false() -> None:
    truth = draw("11....... ......... ...3333..")
    result = draw("11....... ......... ..111111.")  # a voxel of it on either side of the unsure region
    assert organisers_f1(truth, result) == pytest.approx(2 * 1 / 3 / (4 / 3))  # precision 1 of 3
    assert lesion_f1_judged(truth, result) == 1


def test_a_lesion_away_from_it_stays_false() -> None:
    truth = draw("11....... ......... ...33....")
    result = draw("11....... ......... ......11.")  # one voxel lies between
    assert lesion_f1_judged(truth, result) == organisers_f1(truth, result) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "result",
    [
        draw("11... ..... ....1", "..... ..... ....."),  # touches by an edge
        draw("11... ..... .....", "..... ..... ....1"),  # by a corner, in the slice above
        draw("11... ..... ...1.", "..... ..... ....."),  # lies in it
    ],
)
def test_touching_is_by_26_neighbours(result: NDArray[np.float32]) -> None:
    truth = draw("11... ..... ...3.", "..... ..... .....")
    assert lesion_f1_judged(truth, result) == 1


def test_one_lesion_that_leads_from_wmh_through_an_unsure_region_is_found_once() -> None:
    truth = draw("1.33.....1")
    result = draw("111111..1.")  # pieces by the organisers: WMH, right of it, right of the region; another
    assert organisers_f1(truth, result) == pytest.approx(2 * (1 / 3) * 0.5 / (1 / 3 + 0.5))
    # Now two lesions: the first is found, the second false and away from label 3. One of two true ones.
    assert lesion_f1_judged(truth, result) == 0.5


def test_a_missed_lesion_stays_missed() -> None:
    truth = draw("11..11 ...... .33...")
    result = draw("11.... ...... .11...")
    assert lesion_f1_judged(truth, result) == pytest.approx(2 * 1 * 0.5 / 1.5)


def test_other_pathology_is_taken_out_as_by_the_organisers() -> None:
    truth = draw("11.22.. ...22.. ....... ......3")
    result = draw("1.11111 ....... ....... ......1")  # label 2 leaves one voxel left of it, two right of it
    # Precision 1 of 3, and the last of the result's is not judged.
    assert lesion_f1_judged(truth, result) == pytest.approx(0.5)


def test_nothing_judged_is_no_false_lesion() -> None:
    truth, result = draw(".33. .... 1..."), draw(".11. .... ....")
    assert lesion_f1_judged(truth, result) == 0  # nothing of the true one is found
    assert lesion_f1_judged(draw(".33."), draw(".11.")) == 1  # as of two empty masks
    assert lesion_f1_judged(draw(".33."), draw("....")) == 1
    assert lesion_f1_judged(draw("...."), draw("....")) == 1
    assert lesion_f1_judged(draw(".33...."), draw(".....1.")) == 0


@pytest.mark.parametrize("seed", range(20))
def test_without_unsure_voxels_it_is_the_organisers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.choice([0, 1, 2], (5, 14, 13), p=[0.9, 0.07, 0.03]).astype(np.float32)
    result = (rng.random(truth.shape) > 0.9).astype(np.uint8)
    assert lesion_f1_judged(truth, result) == organisers_f1(truth, result)


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_a_truth_of_any_number_type(dtype: type) -> None:
    truth, result = draw("11....... ......... ...3333.."), draw("11....... ......... ..111111.")
    assert lesion_f1_judged(truth.astype(dtype), result.astype(np.uint8)) == 1
