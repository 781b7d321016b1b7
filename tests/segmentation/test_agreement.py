from pathlib import Path

import numpy as np
import pytest

from wmhseg import Segmenter
from wmhseg.cli import main
from wmhseg.segmentation.agreement import agreement, expected_dsc


def mask(*voxels: int) -> np.ndarray:
    drawn = np.zeros((1, 1, 8), np.uint8)
    drawn[0, 0, list(voxels)] = 1
    return drawn


def test_mean_of_the_pairs_by_hand() -> None:
    # 2 * 1 / 3, 2 * 0 / 3, 2 * 1 / 4.
    assert agreement([mask(0), mask(0, 1), mask(1, 2)]) == pytest.approx((2 / 3 + 0 + 1 / 2) / 3)
    assert agreement([mask(3), mask(3)]) == 1.0


def test_empty_masks_agree_and_one_member_has_nobody_to_agree_with() -> None:
    assert agreement([mask(), mask()]) == 1.0
    assert agreement([mask(), mask(1)]) == 0.0
    assert agreement([mask(1)]) is None


def test_expected_dsc_stays_within_0_and_1() -> None:
    assert expected_dsc(0.9) == pytest.approx(0.781)
    assert expected_dsc(0.3) == 0.0
    assert expected_dsc(1.0) == pytest.approx(0.97)


@pytest.mark.real
def test_the_best_of_three_left_out_cases_is_expected_to_be_the_best(real_data: Path, tmp_path: Path) -> None:
    """Fold networks that saw none of the three; their DSC is 0.53, 0.50 and 0.90 (weights/README.md)."""
    arrays = [real_data.parent / "networks" / f"mixed-fold0-{number}.npz" for number in range(3)]
    if not all(path.is_file() for path in arrays):
        pytest.skip(f"no networks of left-out folds in {arrays[0].parent}")
    words = ["import-weights", *map(str, arrays), "--output", str(tmp_path / "fold"), "--name", "fold"]
    assert main([*words, "--recipe", "default", "--threshold", "0.65", "--min-peak", "0.9"]) == 0
    segmenter = Segmenter(weights=tmp_path / "fold", all_members=True)
    expected = {}
    for name in ("ljubljana/p07", "tabriz/a627", "tabriz/a008"):
        pre = real_data / "cases" / name / "pre"
        expected[name] = segmenter.segment(pre / "FLAIR.nii.gz", pre / "T1.nii.gz").report["expected_dsc"]
    assert expected["ljubljana/p07"] < expected["tabriz/a627"] < expected["tabriz/a008"]
    assert expected["ljubljana/p07"] < 0.65
    assert expected["tabriz/a008"] > 0.8
