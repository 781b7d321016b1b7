"""Box plots: what is drawn, by the numbers behind the drawing."""

import math
import sys
import warnings
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from wmhseg.errors import OutputError
from wmhseg.evaluation import figures
from wmhseg.evaluation.figures import write_box_plots
from wmhseg.evaluation.score_cohort import ScoredCase

sys.path.insert(0, str(Path(__file__).parent))
from score_rows import failure, paper_rows, row, with_volumes, without_h95

FIVE = [row("Utrecht", str(case), dsc) for case, dsc in enumerate((0.1, 0.4, 0.5, 0.6, 0.9))]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Draw rows, and return the panels by title and the words of the key."""

    def draw(rows: list[ScoredCase]) -> tuple[dict[str, Any], list[str]]:
        made = []
        monkeypatch.setattr(
            figures, "_draw", lambda rows, draw=figures._draw: made.append(draw(rows)) or made[0]
        )
        write_box_plots(rows, tmp_path)
        *panels, key = made[0].axes
        words = [text.get_text() for text in key.get_legend().get_texts()]
        return {axes.get_title(loc="left").split()[0]: axes for axes in panels}, words

    return draw


def marks(axes: Any, marker: str) -> list[float]:
    """Return the heights of all marks of one kind."""
    lines = [line for line in axes.lines if line.get_marker() == marker]
    return sorted(float(y) for line in lines for y in line.get_ydata())


def labels(axes: Any) -> list[str]:
    return [label.get_text() for label in axes.get_xticklabels()]


def test_a_panel_per_metric_and_a_box_per_scanner(drawn: Any) -> None:
    panels, _ = drawn(paper_rows())
    assert list(panels) == ["DSC", "H95", "AVD", "Volume", "Recall", "F1", "Judged"]
    for axes in panels.values():
        assert len(axes.patches) == 5
        assert labels(axes) == [
            "Utrecht\nn = 30",
            "Singapore\nn = 30",
            "GE3T\nn = 30",
            "AMS GE1.5T\nn = 10",
            "AMS PETMR\nn = 10",
        ]


def test_box_mean_and_cases_are_those_of_the_scores(drawn: Any) -> None:
    panels, words = drawn(FIVE)
    (box,) = panels["DSC"].patches
    heights = box.get_path().vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((0.4, 0.6))
    assert marks(panels["DSC"], "D") == pytest.approx([0.5])
    assert marks(panels["DSC"], ".") == [0.1, 0.4, 0.5, 0.6, 0.9]
    assert "a case" in words
    assert not any("without a usable result" in word or "beyond" in word for word in words)


def test_failures_are_marked_and_cases_without_h95_do_not_count_there(drawn: Any) -> None:
    panels, words = drawn([*FIVE, failure("Utrecht", "x"), without_h95("Utrecht", "y")])
    assert "a case without a usable result" in words
    assert marks(panels["DSC"], "x") == [0]
    assert marks(panels["AVD"], "x") == [100]
    assert marks(panels["H95"], "x") == []
    assert labels(panels["DSC"]) == ["Utrecht\nn = 7"]
    assert labels(panels["H95"]) == ["Utrecht\nn = 5"]


def test_a_case_far_beyond_the_others_is_marked_at_the_edge(drawn: Any) -> None:
    ordinary = [row("Utrecht", str(case), avd_percent=10.0 + case) for case in range(20)]
    panels, words = drawn([*ordinary, row("Utrecht", "far", avd_percent=2000.0)])
    assert "a case beyond the axis" in words
    (edge,) = marks(panels["AVD"], "^")
    mean = (sum(range(10, 30)) + 2000) / 21
    assert mean < edge < panels["AVD"].get_ylim()[1] < 2000 / 3
    assert marks(panels["AVD"], ".") == [10 + case for case in range(20)]
    assert marks(panels["AVD"], "D") == pytest.approx([mean])
    for axes in (panels["DSC"], panels["H95"]):
        assert marks(axes, "^") == []


def test_the_volume_bias_is_drawn_with_its_sign_and_pooled(drawn: Any) -> None:
    panels, words = drawn([with_volumes("A", "1", 1, 3), with_volumes("A", "2", 19, 15)])
    assert marks(panels["Volume"], ".") == pytest.approx([-400 / 19, 200])
    assert marks(panels["Volume"], "D") == pytest.approx([-10])
    low, high = panels["Volume"].get_ylim()
    assert low < -400 / 19
    assert high > 200
    assert "mean (volume: of the sums)" in words


@pytest.mark.parametrize(("far_ml", "beyond"), [(19, 0), (100, 1)])
def test_a_bias_is_far_where_it_would_stretch_the_whole_axis(drawn: Any, far_ml: float, beyond: int) -> None:
    ordinary = [with_volumes("A", str(case), 100, volume) for case, volume in enumerate((60, 80, 95, 105))]
    panels, _ = drawn([*ordinary, with_volumes("A", "far", 10, far_ml)])  # +90 or +900 % beside -40 to +5 %
    assert len(marks(panels["Volume"], "^")) == beyond


def test_results_that_are_all_too_small_are_all_drawn(drawn: Any) -> None:
    panels, _ = drawn([with_volumes("A", str(case), 100, 95 - case) for case in range(4)])
    assert marks(panels["Volume"], ".") == pytest.approx([-8, -7, -6, -5])
    low, high = panels["Volume"].get_ylim()
    assert low < -8
    assert high >= 0
    assert marks(panels["Volume"], "^") == []


def test_fractions_always_span_the_whole_axis(drawn: Any) -> None:
    panels, _ = drawn([*(row("A", str(case), 0.1) for case in range(9)), row("A", "9", 0.9)])
    assert panels["DSC"].get_ylim() == (-0.04, 1.04)
    assert marks(panels["DSC"], ".")[-1] == 0.9


def test_a_scanner_without_any_value_keeps_its_place(drawn: Any) -> None:
    rows = [failure("test/A scanner with a long name", "1"), row("B", "2", avd_percent=math.inf)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        panels, _ = drawn(rows)
    assert labels(panels["H95"]) == ["test/A\nscanner\nwith a long\nname\nn = 0", "B\nn = 1"]
    assert labels(panels["AVD"])[1] == "B\nn = 0"


def test_both_files_can_be_opened_and_are_always_the_same(tmp_path: Path) -> None:
    png, svg = write_box_plots(FIVE, tmp_path)
    assert (png.name, svg.name) == ("boxplots.png", "boxplots.svg")
    with Image.open(png) as image:
        assert image.width > 1000
        assert np.asarray(image.convert("L")).std() > 10
    assert ET.parse(svg).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    first = [path.read_bytes() for path in (png, svg)]
    assert [path.read_bytes() for path in write_box_plots(FIVE, tmp_path)] == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["boxplots.png", "boxplots.svg"]


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"no/boxplots.png: expected a folder that can be written"):
        write_box_plots(FIVE, tmp_path / "no")
