"""Names of columns, colours and labels agree everywhere."""

import re
from pathlib import Path

from wmhseg.anatomy.region import REGION_LABELS
from wmhseg.report.label_table import label_table
from wmhseg.report.region_columns import REGION_COLUMNS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def test_every_column_is_explained() -> None:
    text = (REFERENCE / "regions.md").read_text()
    assert [name for name in REGION_COLUMNS if f"`{name}`" not in text] == []


def test_label_table_and_look_up_tables() -> None:
    expected = {label.index: (label.name, label.rgb) for label in REGION_LABELS}
    rows = [line.split("\t") for line in label_table().splitlines()]
    assert rows[0] == ["index", "name", "abbreviation", "color"]
    hexadecimal = {int(row[0]): (row[1], tuple(bytes.fromhex(row[3][1:]))) for row in rows[1:]}
    assert hexadecimal == expected
    free = re.findall(
        r"^(\d) (\S+) (\d+) (\d+) (\d+) 255$", (REFERENCE / "luts/regions-freesurfer.txt").read_text(), re.M
    )
    found = {int(one[0]): (one[1].replace("_", " "), tuple(map(int, one[2:]))) for one in free}
    assert found == expected
    snap = re.findall(
        r'^\s+(\d)\s+(\d+)\s+(\d+)\s+(\d+)\s+1\s+1\s+1\s+"(.+)"$',
        (REFERENCE / "luts/regions-itksnap.txt").read_text(),
        re.M,
    )
    assert {int(one[0]): (one[4], tuple(map(int, one[1:4]))) for one in snap} == expected
