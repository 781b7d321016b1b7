"""Shares in bins, and bars that show them."""

import re

import numpy as np
import pytest

from wmhseg.report.histogram import draw_histogram, shares


def test_shares_by_hand() -> None:
    # Bins of 0.2 from -4; what lies beyond counts as the edge.
    found = shares(np.array([-9.0, -4.0, -3.9, 0.1, 0.1, 5.9, 6.0, 99.0], np.float32))
    assert len(found) == 50
    assert found[0] == 3 / 8
    assert found[20] == 2 / 8
    assert found[49] == 3 / 8
    assert found.sum() == 1.0
    assert not shares(np.zeros(0, np.float32)).any()


def test_bars() -> None:
    svg = draw_histogram(np.array([0.1, 0.1, 0.1, 1.1], np.float32), np.array([2.1], np.float32))
    outside, inside = re.findall(r'<path class="\w+" d="([^"]+)"/>', svg)
    # From y = 150 up to y = 10 for the highest share, 1: lesions; 3/4 of the head in one bin reach y = 45.
    assert min(float(y) for y in re.findall(r" (\d+\.?\d*)", inside)) == pytest.approx(10.0)
    assert min(float(y) for y in re.findall(r" (\d+\.?\d*)", outside)) == pytest.approx(45.0)


def test_no_lesions() -> None:
    assert draw_histogram(np.zeros(5, np.float32), np.zeros(0, np.float32)).count("<path") == 2
