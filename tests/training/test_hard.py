"""Hard example mining: which slices count as errors, and what is written."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from wmhseg.cli import main as wmhseg
from wmhseg.datasets.slices import SliceSet, load_slices, save_slices
from wmhseg.model.manifest import default_weights
from wmhseg.training.hard import hard_slices, save_hard


def main(arguments: list[str]) -> int:
    return wmhseg(["train", *arguments])


def blank(count: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    return np.zeros((count, 30, 30), np.float32), np.zeros((count, 30, 30), np.uint8)


def test_six_pixels_found_where_nothing_is() -> None:
    probability, labels = blank(3)
    probability[0, 5, 5:11] = 0.51
    probability[1, 5, 5:10] = 0.51
    probability[2, 5, 5:11] = 0.5
    assert hard_slices(probability, labels).tolist() == [True, False, False]


@pytest.mark.parametrize("label", [1, 2])
def test_what_is_found_beside_a_label_is_its_border(label: int) -> None:
    probability, labels = blank(2)
    labels[:, 10, 5:11] = label
    # Two rows away, and three.
    probability[0, 12, 5:11] = probability[1, 13, 5:11] = 0.9
    probability[:, 10, 5:11] = 0.9
    assert hard_slices(probability, labels).tolist() == [False, True]


def test_ten_pixels_missed_inside_wmh() -> None:
    probability, labels = blank(4)
    # Inside 6 x 3 pixels lie 5 x 2 = 10, inside 4 x 4 only 9.
    labels[:, 5:11, 5:8] = 1
    labels[1] = 0
    labels[1, 5:9, 5:9] = 1
    labels[2] *= 2
    probability[3, 6, 6] = 0.3
    assert hard_slices(probability, labels).tolist() == [True, False, False, False]


class Everywhere:
    """Says 0.9 wherever FLAIR is above 3."""

    def predict(self, slices: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.where(slices[..., 0] > 3, np.float32(0.9), np.float32(0))


def test_hard_slices_are_written_as_a_case(tmp_path: Path) -> None:
    images, labels = np.zeros((3, 200, 200, 2), np.float16), np.zeros((3, 200, 200), np.uint8)
    images[1, 50, 50:60, 0] = 4
    images[1, 80, 80, 1] = 2
    bright = SliceSet("synthetic", "bright", images, labels)
    assert save_hard(Everywhere(), bright, tmp_path) == 1  # type: ignore[arg-type]
    dull = SliceSet("synthetic", "dull", images[[0, 2]], labels[[0, 2]])
    assert save_hard(Everywhere(), dull, tmp_path) == 0  # type: ignore[arg-type]
    (case,) = load_slices(tmp_path)
    assert (case.site, case.name) == ("synthetic", "bright-hard")
    np.testing.assert_array_equal(case.images, images[[1]])
    np.testing.assert_array_equal(case.labels, labels[[1]])


def test_the_command_with_the_shipped_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    images, labels = np.zeros((1, 200, 200, 2), np.float16), np.zeros((1, 200, 200), np.uint8)
    # All of it is called a lesion, and no network agrees.
    labels[0, 60:140, 60:140] = 1
    save_slices(SliceSet("synthetic", "1", images, labels), tmp_path / "slices")
    arguments = ["mine", str(default_weights()), str(tmp_path / "slices"), str(tmp_path / "hard")]
    assert main(arguments) == 0
    assert "1 of 1 slices are hard" in capsys.readouterr().out
    assert main(arguments) == 3
    error = capsys.readouterr().err
    assert "expected a new folder for the hard slices, found it there; remove it" in error
    assert error.count("\n") == 1
