"""What a person reads: the rows, their numbers and the notes under them."""

import csv
import io
import math
import sys
from pathlib import Path

import pytest

from wmhseg.evaluation.summary import summarise
from wmhseg.evaluation.tables import case_table, interval_table, report, scanner_table

sys.path.insert(0, str(Path(__file__).parent))
from score_rows import failure, paper_rows, row, without_h95

MIXED = [row("A", "a/1", 0.8), failure("A", "a/2"), without_h95("B", "b,1")]


def cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def test_table_3_of_the_paper() -> None:
    assert cells(scanner_table(summarise(paper_rows()))) == [
        ["Scanner", "DSC", "H95 (mm) ↓", "AVD (%) ↓", "Volume bias (%)", "Recall", "F1", "Judged F1"],
        ["-" * 26, "---:", "---------:", "--------:", "--------------:", "-----:", "---:", "--------:"],
        ["Utrecht (n = 30)", "0.80", "7.22", "18.35", "-10.00", "0.81", "0.72", "0.75"],
        ["Singapore (n = 30)", "0.83", "4.50", "19.95", "-10.00", "0.85", "0.78", "0.75"],
        ["GE3T (n = 30)", "0.79", "4.04", "24.46", "-10.00", "0.83", "0.79", "0.75"],
        ["AMS GE1.5T (n = 10)", "0.77", "10.24", "36.86", "-10.00", "0.90", "0.80", "0.75"],
        ["AMS PETMR (n = 10)", "0.72", "11.84", "15.54", "-10.00", "0.84", "0.65", "0.75"],
        ["weighted average (n = 110)", "0.80", "6.31", "21.88", "-10.00", "0.84", "0.76", "0.75"],
    ]


def test_columns_are_aligned() -> None:
    lines = scanner_table(summarise(MIXED)).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[2] == (
        "| A (n = 2, 1 failed)                | 0.40 |       5.00 |     60.00 "
        "|          -10.00 |   0.30 | 0.35 |      0.38 |"
    )


def test_what_does_not_exist_is_a_dash() -> None:
    table = cells(scanner_table(summarise(MIXED)))
    assert table[3] == ["B (n = 1)", "0.00", "–", "100.00", "-100.00", "0.00", "0.00", "0.00"]
    intervals = cells(interval_table(summarise(MIXED)))
    assert intervals[3] == ["B (n = 1)", *["–"] * 7]
    assert intervals[2][2] == "–"  # one case with an H95


def test_intervals() -> None:
    rows = [row("A", str(case), dsc) for case, dsc in enumerate((0.25, 0.75))]
    # Half of the resamples are one case twice: the interval of two cases is the two cases.
    intervals = cells(interval_table(summarise(rows)))[2]
    assert intervals[:3] == ["A (n = 2)", "0.25–0.75", "5.00–5.00"]
    assert intervals[4] == "-10.00 to -10.00"


def test_report_says_what_was_left_out_and_what_failed() -> None:
    text = report(summarise(MIXED, 7), MIXED, 7)
    assert "Bootstrap over the cases (BCa, 9999 resamples, seed 7)." in text
    assert "Cases without a finite value: H95 1 of 2 (A); H95 1 of 1 (B); Volume 1 of 2 (A)." in text
    assert "1 of 3 cases have no usable result and count with DSC 0, AVD 100, recall 0 and F1 0" in text
    assert text.endswith("\n- a/2: out/a/2.nii.gz: expected a mask file, found none\n")


def test_report_of_a_cohort_without_failures_is_short() -> None:
    rows = [row("A", "1"), row("A", "2")]
    text = report(summarise(rows), rows, 0)
    assert "ailure" not in text
    assert "Left out" not in text


def test_one_line_a_case_at_full_precision() -> None:
    rows = [row("A", "a/1", 2 / 3), *MIXED[1:]]
    table = list(csv.DictReader(io.StringIO(case_table(rows))))
    assert list(table[0]) == [
        *("scanner", "case", "dsc", "h95_mm", "avd_percent", "lesion_recall", "lesion_f1"),
        *("lesion_precision", "abs_log_volume_difference", "truth_ml", "result_ml"),
        *("volume_bias_percent", "lesion_f1_judged"),
        *("seen_in_training", "failure", "truth", "result"),
    ]
    assert [line["case"] for line in table] == ["a/1", "a/2", "b,1"]
    assert float(table[0]["dsc"]) == 2 / 3
    assert [table[0][name] for name in ("truth_ml", "result_ml", "volume_bias_percent")] == [
        "10.0",
        "9.0",
        "-10.0",
    ]
    assert [table[1][name] for name in ("volume_bias_percent", "lesion_f1_judged")] == ["nan", "0.0"]
    assert table[0]["failure"] == ""
    assert table[1]["failure"] == "out/a/2.nii.gz: expected a mask file, found none"
    assert (table[1]["truth"], table[1]["result"]) == ("truth/a/2.nii.gz", "out/a/2.nii.gz")
    numbers = [float(table[1][name]) for name in ("dsc", "avd_percent", "lesion_precision")]
    assert numbers == [0, 100, 0]
    assert math.isnan(float(table[1]["h95_mm"]))
    assert float(table[1]["abs_log_volume_difference"]) == math.inf


@pytest.mark.parametrize("make", [scanner_table, interval_table])
def test_tables_have_a_row_per_scanner_and_one_for_all(make: object) -> None:
    table = cells(make(summarise(MIXED)))  # type: ignore[operator]
    assert [line[0] for line in table[2:]] == [
        "A (n = 2, 1 failed)",
        "B (n = 1)",
        "weighted average (n = 3, 1 failed)",
    ]
