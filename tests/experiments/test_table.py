"""Tables on disk."""

import csv
import math
from pathlib import Path

import pytest

from wmhseg.experiments.table import Table, to_markdown, write_table

TABLE = Table(
    "t",
    "Title",
    ("case", "n", "preparation %", "p (BH)"),
    (("a|b", 3, 12.3456789, 0.00123456), ("c", 0, math.nan, 1.0)),
)


def test_markdown_has_two_decimals_and_p_four() -> None:
    assert to_markdown(TABLE).splitlines() == [
        "| case | n | preparation % | p (BH) |",
        "| --- | --- | --- | --- |",
        "| a\\|b | 3 | 12.35 | 0.0012 |",
        "| c | 0 | – | 1.0000 |",
    ]


def test_files(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path, "what the cases are")
    with (tmp_path / "t.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["case", "n", "preparation %", "p (BH)"],
        ["a|b", "3", "12.3457", "0.00123456"],
        ["c", "0", "", "1"],
    ]
    text = (tmp_path / "t.md").read_text()
    assert text.startswith("**Title**\n\n| case |")
    assert text.endswith("\n\nwhat the cases are\n")


def test_rows_have_as_many_values_as_columns() -> None:
    with pytest.raises(ValueError, match="t: expected rows of 2 values, found"):
        Table("t", "Title", ("a", "b"), ((1,),))
