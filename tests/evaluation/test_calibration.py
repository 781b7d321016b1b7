"""Calibration by scanner: which voxels count, and what is written."""

import csv
import logging
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from wmhseg.datasets.cases import Case, write_images
from wmhseg.evaluation.calibration import curves_of, measure_case, write_calibration
from wmhseg.evaluation.reliability import Reliability, reliability
from wmhseg.io.volume import Volume


def voxels(probability: float, wmh: int, others: int) -> Reliability:
    truth = np.array([[[1] * wmh + [0] * others]], np.float32)
    return reliability(np.full(truth.shape, probability, np.float32), truth, np.ones(truth.shape, bool))


# A: 0.75 sure and right in 6 of 10; B: 0.25 sure and right in 2 of 10, and 80 voxels that are surely none.
CASES = [("A", voxels(0.75, 2, 2)), ("B", voxels(0.25, 2, 8) + voxels(0, 0, 80)), ("A", voxels(0.75, 4, 2))]


def test_a_curve_for_each_scanner_and_one_for_all() -> None:
    curves = curves_of(CASES)
    assert [(curve.name, curve.cases) for curve in curves] == [("A", 2), ("B", 1), ("overall", 3)]
    errors = [curve.reliability.error() for curve in curves]
    assert errors == pytest.approx([0.15, 10 * 0.05 / 90, (10 * 0.15 + 10 * 0.05) / 100])


def test_table_text_and_diagram(tmp_path: Path) -> None:
    text = write_calibration(curves_of(CASES), tmp_path, "Of tests.", figures=True)
    assert (tmp_path / "calibration.md").read_text() == text
    assert "\n\nOf tests.\n\n" in text
    assert "| A (n = 2) | 10 | 60 | 75 | 15 | 10 | 15 |\n" in text
    # ECE of all 90 voxels 0.556 %, of the 10 above the lowest bin 5 %.
    assert "| B (n = 1) | 90 | 2.22 | 2.78 | 0.556 | 10 | 5 |\n" in text
    with (tmp_path / "calibration.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == 3 * 20
    filled = [tuple(row.values()) for row in rows if row["voxels"] != "0"]
    assert filled == [
        ("A", "0.75", "0.8", "10", "0.75", "0.6"),
        ("B", "0", "0.05", "80", "0", "0"),
        ("B", "0.25", "0.3", "10", "0.25", "0.2"),
        ("overall", "0", "0.05", "80", "0", "0"),
        ("overall", "0.25", "0.3", "10", "0.25", "0.2"),
        ("overall", "0.75", "0.8", "10", "0.75", "0.6"),
    ]
    assert {(row["mean_probability"], row["wmh_share"]) for row in rows if row["voxels"] == "0"} == {
        ("n/a", "n/a")
    }
    with Image.open(tmp_path / "calibration.png") as image:
        assert np.asarray(image.convert("L")).std() > 10
    svg = (tmp_path / "calibration.svg").read_text()
    assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert [f"{name} -->" in svg for name in ("A (n = 2)", "B (n = 1)", "overall (n = 3)")] == [True] * 3


def test_without_figures_and_without_voxels(tmp_path: Path) -> None:
    nothing = voxels(0.5, 0, 0)
    text = write_calibration(curves_of([("A", nothing)]), tmp_path, "Of tests.", figures=False)
    assert "| A (n = 1) | 0 | – | – | – | 0 | – |\n" in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["calibration.md", "calibration.tsv"]


@pytest.fixture
def case(head: Any, tmp_path: Path) -> Case:
    write_images(tmp_path / "site" / "one", head.flair, head.t1, head.truth)
    return Case("site", "one", tmp_path / "site" / "one")


def test_only_voxels_inside_the_head_count(case: Case, head: Any) -> None:
    # Sure of WMH in the air, where nobody looks, and of nothing in the head.
    probability = np.zeros(head.flair.grid.shape_zyx, np.float32)
    probability[:, :3] = 1
    found = measure_case(case, head.flair, Volume(probability, head.flair.grid), ignore_headers=False)
    assert found is not None
    assert found.voxels[1:].sum() == 0
    assert found.wmh.sum() == head.truth.array.sum()
    # The head's outer ellipsoid, 64 x 77 x 76 mm, is cut by 24 slices of 6 mm at 72 mm.
    z = np.arange(-69, 70, 6)
    expected_mm3 = (np.pi * 64 * 77 * (1 - (z / 76) ** 2) * 6).sum()
    assert 1 < found.voxels.sum() * head.flair.grid.voxel_volume_mm3 / expected_mm3 < 1.1


def test_a_truth_elsewhere_is_in_no_curve(
    case: Case, head: Any, save_scan: Any, caplog: pytest.LogCaptureFixture
) -> None:
    shifted = replace(head.truth.grid, origin_mm=(0.0, 0.0, 0.0))
    save_scan(case.truth, Volume(head.truth.array, shifted))
    probability = Volume(np.zeros(head.flair.grid.shape_zyx, np.float32), head.flair.grid)
    with caplog.at_level(logging.WARNING):
        assert measure_case(case, head.flair, probability, ignore_headers=False) is None
    assert "site/one is in no calibration curve: " in caplog.text
    assert measure_case(case, head.flair, probability, ignore_headers=True) is not None
