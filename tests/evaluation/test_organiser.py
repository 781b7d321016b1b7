"""The organisers' metrics on masks drawn by hand, with the expected counts written down."""

import math
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from wmhseg.errors import InputError
from wmhseg.evaluation.organiser import Scores, score, score_files
from wmhseg.io.volume import Grid, Volume, to_image

sys.path.insert(0, str(Path(__file__).parent))
from organiser_reference import binary_masks

PERFECT = {"lesion_recall": 1.0, "lesion_precision": 1.0, "lesion_f1": 1.0}
IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def assert_scores(scores: Scores, **expected: float) -> None:
    values = {name: asdict(scores)[name] for name in expected}
    assert values == pytest.approx(expected, rel=0, abs=1e-9, nan_ok=True)


def grid_for(shape: tuple[int, ...], spacing_mm: Any = (1, 1, 1), direction: Any = IDENTITY) -> Grid:
    z, y, x = shape
    return Grid((x, y, z), tuple(map(float, spacing_mm)), (-12.5, 80.25, 7.0), tuple(map(float, direction)))


def draw(*slices: str) -> NDArray[np.float32]:
    """Return the array (Z, Y, X) of a drawing: one string a slice, rows separated by blanks."""
    rows = [[list(row.replace(".", "0")) for row in one.split()] for one in slices]
    return np.array(rows, dtype=np.float32)


def scores_of(truth: NDArray[Any], result: NDArray[Any], spacing_mm: Any = (1, 1, 1)) -> Scores:
    return score(truth, result, grid_for(truth.shape, spacing_mm))


def test_two_lesions_one_of_them_found_and_one_false() -> None:
    truth = draw("11..... 11..... ....... .....11")  # 4 and 2 voxels
    result = draw("11..... ....... ....... 1......")  # 2 of the first, and a false one
    scores = scores_of(truth, result)
    assert_scores(scores, dsc=2 * 2 / (6 + 3), avd_percent=50, lesion_recall=0.5, lesion_precision=0.5)
    assert_scores(scores, lesion_f1=0.5, abs_log_volume_difference=math.log(2))


def test_one_detection_across_two_lesions_finds_both() -> None:
    assert_scores(scores_of(draw("11.11"), draw(".111.")), dsc=4 / 7, avd_percent=25, **PERFECT)


def test_lesions_of_three_slices_touching_by_corners_are_one() -> None:
    chain = draw("1.. ... ...", "... .1. ...", "... ... ..1")
    scores = scores_of(chain, draw("1.. ... ...", "... ... ...", "... ... ..1"))
    assert_scores(scores, lesion_recall=1, lesion_precision=1, dsc=0.8)  # two detections of one lesion
    assert_scores(scores_of(chain, draw("1.. ... ...", "... ... ...", "..1 ... ...")), lesion_precision=0.5)


def test_other_pathology_is_removed_from_the_result_only() -> None:
    truth = draw("11.22.. ...22..")
    result = draw("1.11111 .......")  # label 2 cuts the second lesion: one voxel left of it, two right of it
    scores = scores_of(truth, result)
    assert_scores(scores, dsc=2 * 1 / (2 + 4), avd_percent=100, lesion_recall=1, lesion_precision=1 / 3)
    assert_scores(scores, lesion_f1=0.5)


def test_h95_lies_between_the_two_farthest_of_a_line() -> None:
    line = draw("1" * 22 + " " + "." * 22)  # 0..21 voxels away: 95 % of the way from 0 to 21 is 19.95
    start = draw("1" + "." * 21 + " " + "." * 22)
    assert_scores(scores_of(start, line, (0.5, 9, 9)), h95_mm=19.95 * 0.5)
    assert_scores(scores_of(line, start, (0.5, 9, 9)), h95_mm=19.95 * 0.5)


@pytest.mark.parametrize(
    "direction", [IDENTITY, tuple(Rotation.from_euler("xyz", (0.3, -1, 2)).as_matrix().ravel())]
)
def test_h95_is_in_millimetres_whatever_the_orientation(direction: tuple[float, ...]) -> None:
    truth, result = np.zeros((2, 5, 7, 6), dtype=np.float32)
    truth[1, 1, 1] = result[3, 5, 4] = 1  # 3, 4 and 2 voxels apart in x, y, z
    expected = math.sqrt((3 * 1.0) ** 2 + (4 * 0.5) ** 2 + (2 * 3.0) ** 2)
    assert_scores(score(truth, result, grid_for(truth.shape, (1.0, 0.5, 3.0), direction)), h95_mm=expected)


def test_a_voxel_missing_a_diagonal_neighbour_is_on_the_boundary() -> None:
    truth = draw(".......... .......... ........1. .......... ..........")
    # Steps in x and y from each boundary voxel of the result to the truth's voxel.
    ring = [(7, 1), (6, 1), (5, 1), (7, 0), (5, 0), (7, 1), (6, 1), (5, 1)]
    whole = draw(".......... .111...... .111...... .111...... ..........")
    assert_scores(scores_of(truth, whole), h95_mm=np.percentile([math.hypot(*step) for step in ring], 95))
    cut = draw(".......... ..11...... .111...... .111...... ..........")
    steps = [*ring[1:], (6, 0)]  # one corner less, and the middle
    assert_scores(scores_of(truth, cut), h95_mm=np.percentile([math.hypot(*step) for step in steps], 95))


def test_beyond_the_edge_of_the_image_counts_as_inside() -> None:
    truth = draw("111.. 111.. 111..")  # boundary: the third column only
    result = draw("1.... ..... .....")
    # To the result: (0,2), (1,2), (2,2) lie 2, sqrt(5), sqrt(8) away. The result lies 2 away.
    assert_scores(scores_of(truth, result), h95_mm=np.percentile(np.sqrt([4, 5, 8]), 95))


LESION, NOTHING = draw(".... .11. ...."), draw(".... .... ....")
ALL_FALSE = {"lesion_recall": 1.0, "lesion_precision": 0.0, "lesion_f1": 0.0}
ALL_MISSED = {"lesion_recall": 0.0, "lesion_precision": 1.0, "lesion_f1": 0.0}
EMPTY_CASES = [
    (NOTHING, NOTHING, {"dsc": 1, "avd_percent": 0, "abs_log_volume_difference": 0, **PERFECT}),
    (
        NOTHING,
        LESION,
        {"dsc": 0, "avd_percent": math.inf, "abs_log_volume_difference": math.inf, **ALL_FALSE},
    ),
    (LESION, NOTHING, {"dsc": 0, "avd_percent": 100, "abs_log_volume_difference": math.inf, **ALL_MISSED}),
    (NOTHING + 1, NOTHING, {"dsc": 0, "avd_percent": 100, **ALL_MISSED}),
    (NOTHING + 1, NOTHING + 1, {"dsc": 1, "avd_percent": 0, **PERFECT}),
    (LESION * 2, LESION, {"dsc": 1, "avd_percent": 0, **PERFECT}),
]


@pytest.mark.parametrize(("truth", "result", "expected"), EMPTY_CASES)
def test_empty_and_full_masks(truth: Any, result: Any, expected: dict[str, float]) -> None:
    assert_scores(scores_of(truth, result), h95_mm=math.nan, **expected)


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        (np.array([0, 1, 2, 255], np.uint8), 3),
        (np.array([-1, 0, 1, 127], np.int8), 2),
        (np.array([False, True, True, False]), 2),
        (np.array([-5, 0, 1000, 1001], np.int16), 1),
        (np.array([0.4999, 0.5, 1000, 1000.5], np.float64), 2),
        (np.array([np.nan, np.inf, -np.inf, 0.7], np.float32), 1),
    ],
)
def test_values_of_a_result_that_count(values: NDArray[Any], counted: int) -> None:
    truth = np.ones((1, 1, 4), dtype=np.float32)
    assert_scores(scores_of(truth, values.reshape(1, 1, 4)), dsc=2 * counted / (4 + counted))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float64])
def test_a_truth_of_any_type_is_read_as_float32(dtype: type, tmp_path: Path) -> None:
    truth, result = draw("1.2. .... ...1"), draw("1.1. .... .11.").astype(np.uint8)
    grid = grid_for(truth.shape)
    typed = Volume(truth.astype(dtype), grid)
    expected = {"dsc": 0.4, "lesion_recall": 0.5, "lesion_precision": 0.5}  # 1 of 2 voxels, 3 in the result
    assert_scores(score(typed.array, result, grid), **expected)
    for name, volume in (("wmh.nii.gz", typed), ("result.nii.gz", Volume(result, grid))):
        sitk.WriteImage(to_image(volume), str(tmp_path / name))
    assert_scores(score_files(tmp_path / "wmh.nii.gz", tmp_path / "result.nii.gz"), **expected)
    if np.issubdtype(dtype, np.integer):  # the trap: the plain way takes the background for WMH
        selected, _ = binary_masks(to_image(typed), to_image(Volume(result, grid)))
        np.testing.assert_array_equal(sitk.GetArrayFromImage(selected), truth <= 1)


def write(path: Path, array: NDArray[Any], spacing_mm: Any = (1, 1, 3)) -> Path:
    sitk.WriteImage(to_image(Volume(array, grid_for(array.shape, spacing_mm))), str(path))
    return path


def test_a_result_file_is_put_on_the_grid_of_the_truth(tmp_path: Path) -> None:
    truth, result = draw("1... ....", ".... ...."), draw(".... ....", "1... ....").astype(np.uint8)
    files = write(tmp_path / "wmh.nii.gz", truth), write(tmp_path / "result.nii.gz", result, (2, 2, 7))
    assert_scores(score_files(*files), h95_mm=3.0, dsc=0)


def test_an_empty_result_file_is_a_result(tmp_path: Path) -> None:
    wmh = write(tmp_path / "wmh.nii.gz", LESION)
    assert_scores(score_files(wmh, write(tmp_path / "empty.nii.gz", NOTHING)), dsc=0, h95_mm=math.nan)


def test_files_that_cannot_be_scored_are_named(tmp_path: Path) -> None:
    wmh = write(tmp_path / "wmh.nii.gz", LESION)
    wide = write(tmp_path / "wide.nii.gz", np.zeros((1, 3, 5), np.uint8))
    with pytest.raises(InputError, match=r"wide.nii.gz: expected 4x3x1 .* as in .*wmh.nii.gz, found 5x3x1"):
        score_files(wmh, wide)
    with pytest.raises(InputError, match=r"absent.nii.gz: expected a mask file, found none"):
        score_files(wmh, tmp_path / "absent.nii.gz")
    broken = tmp_path / "broken.nii.gz"
    broken.write_bytes(b"not an image")
    with pytest.raises(InputError, match=r"broken.nii.gz: not a readable image"):
        score_files(broken, wmh)
    sitk.WriteImage(sitk.Image([4, 3, 1, 2], sitk.sitkUInt8), str(tmp_path / "series.nii.gz"))
    with pytest.raises(InputError, match=r"series.nii.gz: expected one 3D volume .*, found 4x3x1x2 of uint8"):
        score_files(wmh, tmp_path / "series.nii.gz")


def test_cut_off_files_are_refused(tmp_path: Path) -> None:
    wmh = write(tmp_path / "wmh.nii.gz", LESION)
    cut = write(
        tmp_path / "result.nii.gz", np.random.default_rng(1).integers(0, 2, (9, 9, 9)).astype(np.uint8)
    )
    cut.write_bytes(cut.read_bytes()[:-9])
    for files in ((wmh, cut), (cut, wmh)):
        with pytest.raises(InputError, match=r"result.nii.gz: not a readable image \(Compressed file ended"):
            score_files(*files)


def test_arrays_that_cannot_be_scored_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"grid's \(1, 3, 4\), found truth \(1, 3, 4\) and result \(1, 3, 5\)"
    ):
        scores_of(LESION, np.zeros((1, 3, 5)))
    with pytest.raises(ValueError, match="expected a result of real numbers, found complex64"):
        scores_of(LESION, LESION.astype(np.complex64))


def test_what_nobody_judged_is_taken_out_of_the_result() -> None:
    truth = np.zeros((1, 4, 6), np.float32)
    truth[0, 1, 1:3] = 1
    truth[0, 1, 3:5] = 3
    result = np.zeros((1, 4, 6), np.uint8)
    result[0, 1, 2:6] = 1
    # Two of truth, and of the result's four voxels the first (hit) and the last (false).
    scores = score(truth, result, grid_for(truth.shape))
    assert (scores.dsc, scores.avd_percent) == (2 * 1 / (2 + 2), 0.0)
