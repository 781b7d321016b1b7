"""Figures show all there is and no percentage above 100."""

import math
from dataclasses import replace

import pytest

from wmhseg.evaluation.organiser import Scores
from wmhseg.experiments.plots import bars, box_grid, box_plots, curves, paired_plots

LOW = Scores(0.3, 4.0, 120.0, 0.2, 0.1, 0.8, 0.1)
HIGH = Scores(1.0, 30.0, 20.0, 1.0, 1.0, 0.8, 0.1)
NOTHING_FOUND = replace(LOW, h95_mm=math.nan)


def test_panels_of_a_row_show_every_scanner_and_end_at_100() -> None:
    figure = box_grid({"a": {"one": [LOW], "two": [LOW]}, "b": {"one": [HIGH], "two": [HIGH]}})
    panels = figure.axes
    assert len(panels) == 10
    for index, (low, high) in enumerate([(30, 100), (4, 30), (20, 120), (20, 100), (10, 100)]):
        for axes in panels[2 * index : 2 * index + 2]:
            bottom, top = axes.get_ylim()
            assert bottom < low
            assert top > high
            assert top <= 102 or high == 120


def test_a_group_without_a_value_leaves_a_gap() -> None:
    figure = box_plots({"a": [NOTHING_FOUND], "b": [HIGH, LOW]})
    h95 = figure.axes[1]
    dots = [line.get_ydata().tolist() for line in h95.lines if line.get_marker() == "o"]
    assert dots == [[], [30.0, 4.0]]
    assert [tick.get_text() for tick in h95.get_xticklabels()] == ["a", "b"]


def test_a_line_per_pair_that_has_both_values() -> None:
    figure = paired_plots(("one", [LOW, NOTHING_FOUND]), ("two", [HIGH, HIGH]))
    assert [line.get_ydata().tolist() for line in figure.axes[0].lines] == [[30, 100], [30, 100], [30, 100]]
    # H95: one pair and the mean, which is that pair's.
    assert [line.get_ydata().tolist() for line in figure.axes[1].lines] == [[4.0, 30.0], [4.0, 30.0]]


def test_curves_and_bars_carry_their_values() -> None:
    figure = curves(
        (1, 2), {"loss": {"a": (0.5, 0.2), "b": (0.6, 0.7)}, "DSC %": {"c": (99.0, 100.0)}}, "epoch"
    )
    drawn = [[line.get_ydata().tolist() for line in axes.lines] for axes in figure.axes[:2]]
    assert [[list(map(float, line)) for line in lines] for lines in drawn] == [
        [[0.5, 0.2], [0.6, 0.7]],
        [[99.0, 100.0]],
    ]
    widths = [patch.get_width() for patch in bars({"x": 0.25, "y": 0.0}, "score").axes[0].patches]
    assert widths == pytest.approx([0.25, 0.0])
