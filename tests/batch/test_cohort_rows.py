"""From reports to rows, their order, the table and the page."""

import csv
import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from wmhseg.batch.cohort_rows import doubtful_first, read_cohort, robust_z
from wmhseg.batch.jobs import Job, files_in
from wmhseg.batch.page import MOST_EMBEDDED, cohort_page
from wmhseg.batch.table import cohort_table, long_table


def test_robust_z_by_hand() -> None:
    # Median 3, distances 2 1 0 1 97: their median 1.
    assert robust_z([1, 2, 3, 4, 100]) == pytest.approx(
        [-2 / 1.4826, -1 / 1.4826, 0, 1 / 1.4826, 97 / 1.4826]
    )
    assert robust_z([1, None, 2, 3, 4, 100])[:2] == [pytest.approx(-2 / 1.4826), None]


def test_no_z_without_spread_or_scans() -> None:
    assert robust_z([1, 2, 3, 4]) == [None] * 4
    assert robust_z([1, 2, 3, 4, None]) == [None] * 5
    assert robust_z([5, 5, 5, 5, 9]) == [None] * 5
    assert robust_z([]) == []


def job(root: Path, name: str, **report: Any) -> Job:
    """A scan as `compute_jobs` leaves it."""
    made = Job(name, root / name / "FLAIR.nii.gz", None, files_in(root / name))
    made.files.mask.parent.mkdir(parents=True)
    made.files.mask.touch()
    made.files.thumbnail.write_bytes(b"picture of " + name.encode())
    values = {
        "volume_ml": 1.0,
        "lesion_count": 2,
        "volume_interval_ml": [0.75, 1.5],
        "volume_above_ml": {"0.3": 1.125, "0.5": 1.0625, "0.65": 1.0, "0.8": 0.5},
        "agreement": 0.9,
        "expected_dsc": 0.781,
        "warnings": [],
        "flags": [],
        "seconds": {"total": 3.5},
        "slices_computed": 20,
        "t1_used": True,
        "made_from": {"flair": "ab", "t1": None, "weights": ["w0", "w1"], "wmhseg": "0.1.0"},
    }
    made.files.report.write_text(json.dumps({**values, **report}))
    return made


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    # That there is no T1 is said once.
    odd = {"warnings": ["no T1", "thick <b>"], "flags": ["t1_missing", "noise"]}
    made = [job(tmp_path, f"p{i}", volume_ml=float(i)) for i in range(1, 6)]
    # A report of a run that did not compute every member in full.
    unspread = {"volume_interval_ml": None, "volume_above_ml": None, "agreement": None, "expected_dsc": None}
    made += [job(tmp_path, "large", volume_ml=300.0, **unspread), job(tmp_path, "odd", **odd)]
    failed = job(tmp_path, "failed")
    failed.files.error.write_text("/x/FLAIR.nii.gz: not a readable\timage\n")
    unread = job(tmp_path, "unread")
    unread.files.report.write_text("{}")
    missing = Job("missing", Path("m"), None, files_in(tmp_path / "missing"))
    return [*made, failed, unread, missing]


def test_rows(jobs: list[Job]) -> None:
    rows = {row.job.name: row for row in read_cohort(jobs)}
    assert (rows["p3"].volume_ml, rows["p3"].seconds, rows["p3"].error) == (3.0, 3.5, "")
    # log(volume + 0.1) of 1 1 2 3 4 5 300: the median belongs to 3.
    assert rows["p3"].volume_z == 0
    distances = sorted(abs(math.log((v + 0.1) / 3.1)) for v in (1, 1, 2, 3, 4, 5, 300))
    assert rows["large"].volume_z == pytest.approx(math.log(300.1 / 3.1) / (1.4826 * distances[3]))
    assert rows["failed"].error == "/x/FLAIR.nii.gz: not a readable image"
    assert rows["failed"].volume_ml is None
    assert "expected a report of this program" in rows["unread"].error
    assert rows["missing"].error == "not segmented yet"


def test_order(jobs: list[Job]) -> None:
    names = [row.job.name for row in doubtful_first(read_cohort(jobs))]
    assert names == ["failed", "unread", "missing", "odd", "large", "p1", "p2", "p3", "p4", "p5"]


def test_least_expected_dsc_first(tmp_path: Path) -> None:
    made = [job(tmp_path, f"d{dsc}", expected_dsc=dsc) for dsc in (0.8, 0.5, 0.7)]
    assert [row.job.name for row in doubtful_first(read_cohort(made))] == ["d0.5", "d0.7", "d0.8"]


def test_table(jobs: list[Job]) -> None:
    rows = list(csv.reader(cohort_table(read_cohort(jobs)).splitlines(), delimiter="\t"))
    assert len(rows) == 11
    assert {len(row) for row in rows} == {23}
    head, first, large, odd, failed = rows[0], rows[1], *rows[6:9]
    assert dict(zip(head, first, strict=True)) == {
        "name": "p1",
        "volume_ml": "1.0",
        "volume_low_ml": "0.75",
        "volume_high_ml": "1.5",
        "volume_above_0.3_ml": "1.125",
        "volume_above_0.5_ml": "1.0625",
        "volume_above_0.8_ml": "0.5",
        "volume_above_0.95_ml": "n/a",
        "lesion_count": "2",
        "agreement": "0.9",
        "expected_dsc": "0.781",
        "volume_z": first[11],
        "flags": "n/a",
        "error": "n/a",
        "seconds": "3.5",
        "slices_computed": "20",
        "t1_used": "true",
        "flair": str(jobs[0].flair),
        "t1": "n/a",
        "flair_sha256": "ab",
        "t1_sha256": "n/a",
        "weights_sha256": "w0,w1",
        "version": "0.1.0",
    }
    assert odd[12] == "no T1; thick <b>; noise"
    assert large[1:8] == ["300.0", *["n/a"] * 6]
    assert failed[1:8] == ["n/a"] * 7
    assert failed[13] == "/x/FLAIR.nii.gz: not a readable image"


def test_long_table(jobs: list[Job]) -> None:
    rows = list(csv.reader(long_table(read_cohort(jobs)).splitlines(), delimiter="\t"))
    assert rows[0] == ["name", "measure", "value", "unit"]
    z = str(round(read_cohort(jobs)[0].volume_z or 0, 2))
    assert rows[1:13] == [
        ["p1", "volume_ml", "1.0", "mL"],
        ["p1", "volume_low_ml", "0.75", "mL"],
        ["p1", "volume_high_ml", "1.5", "mL"],
        ["p1", "volume_above_0.3_ml", "1.125", "mL"],
        ["p1", "volume_above_0.5_ml", "1.0625", "mL"],
        ["p1", "volume_above_0.8_ml", "0.5", "mL"],
        ["p1", "lesion_count", "2", "1"],
        ["p1", "agreement", "0.9", "1"],
        ["p1", "expected_dsc", "0.781", "1"],
        ["p1", "volume_z", z, "1"],
        ["p1", "seconds", "3.5", "s"],
        ["p1", "slices_computed", "20", "1"],
    ]
    # What has no value has no row: 5 of p1 to p5, "odd", "large" without 7; none of the three that failed.
    assert len(rows) == 1 + 6 * 12 + 5


def test_regions_are_numbers_too(tmp_path: Path) -> None:
    made = job(tmp_path, "one", regions={"icv_ml": 1400.5, "head_coverage": "whole"})
    lines = long_table(read_cohort([made])).splitlines()
    assert lines[-1] == "one\ticv_ml\t1400.5\tmL"
    assert "head_coverage" not in "".join(lines)


def test_a_report_with_other_volumes_is_not_ours(tmp_path: Path) -> None:
    for number, wrong in enumerate(([0.5], [None, 1.0], "x")):
        (row,) = read_cohort([job(tmp_path, f"interval{number}", volume_interval_ml=wrong)])
        assert "expected a report of this program" in row.error
        (row,) = read_cohort([job(tmp_path, f"above{number}", volume_above_ml=wrong)])
        assert "expected a report of this program" in row.error


class _Checked(HTMLParser):
    """Every tag that is opened is closed, in order; collects addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.addresses += [value for name, value in attributes if name in ("src", "href")]
        if tag not in ("meta", "link", "img", "br", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_page_is_well_formed_escaped_and_needs_nothing_else(jobs: list[Job], tmp_path: Path) -> None:
    html = cohort_page(read_cohort(jobs), "Mine & others", tmp_path)
    page = _Checked()
    page.feed(html)
    assert page.open == []
    assert page.addresses and all(address.startswith("data:") for address in page.addresses)
    assert not re.search(r"https?://|@import|url\(", html)
    assert "Mine & others" in page.text and "thick <b>" in page.text
    assert "10 scans, 3 failed, 1 with warnings, 1 with an unusual volume" in page.text
    # One picture for each scan with a result; the failed one's earlier picture is not shown.
    assert sum(address.startswith("data:image/jpeg") for address in page.addresses) == 7
    # The range of the networks under each volume, but for failed scans and the one whose report has none.
    assert len(re.findall(r"<summary>0\.75&ndash;1\.50</summary>above 0\.3: 1\.12<br>above 0\.5", html)) == 6
    assert re.findall(r"<b>(\w+)</b>", html)[:5] == ["failed", "unread", "missing", "odd", "large"]


def test_pictures_of_many_scans_stay_beside_the_page(tmp_path: Path) -> None:
    made = job(tmp_path, "Zürich #1/x")
    missing = [Job(str(i), Path("f"), None, files_in(tmp_path / str(i))) for i in range(MOST_EMBEDDED)]
    assert "data:image/jpeg" in cohort_page(read_cohort([made, *missing[1:]]), "Few", tmp_path)
    html = cohort_page(read_cohort([made, *missing]), "Many", tmp_path)
    assert 'loading="lazy" src="Z%C3%BCrich%20%231/x/thumbnail.jpg"' in html
    assert "data:image/jpeg" not in html
    assert "leave it there" in html


def test_columns_of_the_people(tmp_path: Path) -> None:
    one, other = read_cohort([job(tmp_path, "one"), job(tmp_path, "other")])
    head, *rows = (
        line.split("\t")
        for line in cohort_table([replace(one, person={"age": "71", "sex": ""}), other]).splitlines()
    )
    assert head[-3:] == ["version", "age", "sex"]
    assert [row[-2:] for row in rows] == [["71", "n/a"], ["n/a", "n/a"]]
