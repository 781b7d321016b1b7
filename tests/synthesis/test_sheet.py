from pathlib import Path

import numpy as np
import pytest

from wmhseg.cli import main as wmhseg
from wmhseg.datasets.slices import SliceSet, save_slices
from wmhseg.synthesis.sheet import lesion_contrast


def main(arguments: list[str]) -> int:
    return wmhseg(["sheet", *arguments])


def _case(name: str, bright: float) -> SliceSet:
    images = np.zeros((6, 200, 200, 2), np.float16)
    labels = np.zeros((6, 200, 200), np.uint8)
    images[2:4, 100:110, 100:110, 0] = bright
    labels[2:4, 100:110, 100:110] = 1
    return SliceSet("site", name, images, labels)


def test_contrast_is_the_difference_of_medians() -> None:
    assert lesion_contrast(_case("a", 2.5)) == 2.5


def test_no_lesions_no_contrast() -> None:
    empty = _case("a", 0.0)
    assert np.isnan(lesion_contrast(SliceSet("s", "n", empty.images, np.zeros_like(empty.labels))))


def test_draws_both_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for group, bright in (("real", 1.5), ("synthetic", 2.0)):
        save_slices(_case("one", bright), tmp_path / group)
    assert main([str(tmp_path / "synthetic"), str(tmp_path / "real"), str(tmp_path / "out")]) == 0
    assert "real one lesion contrast 1.50" in capsys.readouterr().out
    for name in ("synthesis_sheet.png", "synthesis_histograms.png"):
        assert (tmp_path / "out" / name).read_bytes().startswith(b"\x89PNG")


def test_says_where_slices_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(tmp_path), str(tmp_path)]) == 3
    assert "expected prepared slices, found none" in capsys.readouterr().err
