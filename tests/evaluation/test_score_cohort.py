"""Many cases: the scores of each, and what counts as a failure."""

import math
import os
from dataclasses import astuple
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from wmhseg.errors import InputError, WmhsegError
from wmhseg.evaluation.organiser import score_files
from wmhseg.evaluation.pairs import Pair
from wmhseg.evaluation.score_cohort import FAILED, ScoredCase, largest_shift_mm, score_cohort, score_pair
from wmhseg.io.volume import Grid

AFFINE = np.diag([2.0, 2.0, 5.0, 1.0])
TRUTH = np.zeros((6, 5, 4), np.float32)
TRUTH[1:3, 1:3, 1] = 1
HALF = TRUTH.copy()
HALF[1, 1:3, 1] = 0  # 2 of the 4 voxels
VOLUMES_ML = (4 * 0.02, 2 * 0.02)  # voxels of 2 x 2 x 5 mm


def save(path: Path, array: Any, affine: Any = AFFINE) -> Path:
    nib.save(nib.Nifti1Image(array, affine), path)
    return path


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    truth, result = save(tmp_path / "wmh.nii.gz", TRUTH), save(tmp_path / "result.nii.gz", HALF)
    return Pair("Utrecht", "Utrecht/9", truth, result)


def test_a_case_scores_as_its_two_files(pair: Pair) -> None:
    row = score_pair(pair)
    assert row == ScoredCase(
        pair, "", score_files(pair.truth, pair.result), *VOLUMES_ML, lesion_f1_judged=1.0
    )
    assert row.volume_bias_percent == -50
    assert (row.scores.dsc, row.scores.avd_percent) == (2 * 2 / (4 + 2), 50)


def shifted(offset_mm: float) -> Any:
    affine = AFFINE.copy()
    affine[0, 3] = offset_mm
    return affine


def flipped() -> Any:
    return np.diag([-2.0, 2.0, 5.0, 1.0])


MISPLACED = {
    "size": (HALF[:, :, :3], AFFINE, r"expected 6x5x4 voxels .* as in .*wmh.nii.gz, found 6x5x3 voxels"),
    "origin": (
        HALF,
        shifted(0.3),
        r"expected its voxels where .*wmh.nii.gz has them, found .* to 0.3 mm away",
    ),
    "spacing": (HALF, np.diag([2.1, 2, 5, 1]), r"found them up to 0.5 mm away"),  # 5 x 0.1 mm
    "direction": (HALF, flipped(), r"found them up to 20 mm away.*--ignore-headers$"),  # 2 x 5 x 2 mm
}


@pytest.mark.parametrize("kind", MISPLACED)
def test_a_result_on_another_grid_is_a_failure(pair: Pair, kind: str) -> None:
    array, affine, message = MISPLACED[kind]
    save(pair.result, array, affine)
    row = score_pair(pair)
    assert row.scores is FAILED
    with pytest.raises(InputError, match=message):
        raise InputError(row.failure)
    assert row.failure.startswith(f"{pair.result}: ")
    assert "\n" not in row.failure


@pytest.mark.parametrize("kind", ["origin", "spacing", "direction"])
def test_headers_may_be_ignored(pair: Pair, kind: str) -> None:
    save(pair.result, HALF, MISPLACED[kind][1])
    row = score_pair(pair, ignore_headers=True)
    assert (row.failure, row.scores.dsc) == ("", 2 / 3)


def test_a_rounded_header_is_no_other_grid(pair: Pair) -> None:
    save(pair.result, HALF, shifted(0.19))  # of 2 mm
    assert score_pair(pair).failure == ""


def test_another_size_is_a_failure_whatever_the_headers(pair: Pair) -> None:
    save(pair.result, HALF[:, :, :3])
    assert score_pair(pair, ignore_headers=True).scores is FAILED


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def damage(path: Path) -> None:
    path.write_bytes(b"not an image")


def make_colour(path: Path) -> None:
    save(path, np.zeros((6, 5, 4), [("R", "u1"), ("G", "u1"), ("B", "u1")]))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (Path.unlink, "expected a mask file, found none"),
        (cut_off, "not a readable image"),
        (damage, "not a readable image"),
        (make_colour, "expected one 3D volume with one value per voxel, found 6x5x4 of colours"),
    ],
)
def test_a_missing_or_unreadable_result_is_a_failure(pair: Pair, spoil: Any, message: str) -> None:
    spoil(pair.result)
    row = score_pair(pair)
    assert row.scores is FAILED
    assert f"{pair.result}: {message}" in row.failure
    assert row.lesion_f1_judged == 0
    assert math.isnan(row.volume_bias_percent)


def test_a_failure_never_scores_well(pair: Pair) -> None:
    empty = save(pair.truth.parent / "empty.nii.gz", np.zeros_like(TRUTH))
    expected = score_files(pair.truth, empty)
    assert math.isnan(FAILED.h95_mm)
    assert math.isnan(expected.h95_mm)
    assert (FAILED.dsc, FAILED.avd_percent, FAILED.lesion_recall, FAILED.lesion_f1) == (0, 100, 0, 0)
    for name in ("dsc", "avd_percent", "lesion_recall", "lesion_f1", "abs_log_volume_difference"):
        assert getattr(FAILED, name) == getattr(expected, name)
    save(pair.truth, np.zeros_like(TRUTH))  # without WMH, an empty result would be perfect
    pair.result.unlink()
    assert score_pair(pair).scores is FAILED


def test_volume_bias_where_the_truth_is_empty(pair: Pair) -> None:
    save(pair.truth, np.zeros_like(TRUTH))
    assert score_pair(pair).volume_bias_percent == math.inf
    save(pair.result, np.zeros_like(TRUTH))
    assert score_pair(pair).volume_bias_percent == 0


def test_an_unreadable_truth_stops_everything(pair: Pair) -> None:
    cut_off(pair.truth)
    with pytest.raises(InputError, match=rf"^{pair.truth}: not a readable image"):
        list(score_cohort([pair], workers=1))


def test_any_number_of_workers_gives_the_same_rows(pair: Pair, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pairs = [Pair("Utrecht", "missing", pair.truth, tmp_path / "missing.nii.gz")]
    for number in range(5):
        truth = save(tmp_path / f"t{number}.nii.gz", (rng.random((30, 30, 4)) > 0.9).astype(np.float32))
        result = save(tmp_path / f"r{number}.nii.gz", (rng.random((30, 30, 4)) > 0.9).astype(np.uint8))
        pairs.append(Pair("Utrecht", str(number), truth, result))
    alone, shared = (list(score_cohort(pairs, workers)) for workers in (1, 2))
    assert [row.pair for row in shared] == pairs
    assert [row.failure for row in shared] == [row.failure for row in alone]
    np.testing.assert_array_equal(
        [astuple(row.scores) for row in shared], [astuple(row.scores) for row in alone]
    )


def test_an_unreadable_truth_is_reported_by_a_worker_too(pair: Pair) -> None:
    pair.truth.unlink()
    with pytest.raises(InputError, match=rf"^{pair.truth}: expected a mask file, found none"):
        list(score_cohort([pair, pair], workers=2))


class Deadly:
    """Ends the process that it is sent to."""

    def __reduce__(self) -> Any:
        return os._exit, (1,)


def test_a_worker_that_dies_is_an_error_not_a_hang() -> None:
    with pytest.raises(WmhsegError, match=r"a process was ended by the system.*--workers"):
        list(score_cohort([Deadly(), Deadly()], workers=2))


def test_largest_shift_of_a_rotation() -> None:
    one = Grid((11, 1, 1), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    turned = Grid(
        (11, 1, 1), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    )
    assert largest_shift_mm(one, one) == 0
    assert largest_shift_mm(one, turned) == pytest.approx(10 * math.sqrt(2))  # (10, 0, 0) to (0, 10, 0)
