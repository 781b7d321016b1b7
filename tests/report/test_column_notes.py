"""Every column of the tables of many scans is described, in the table's own JSON file."""

import json
from pathlib import Path

from wmhseg.batch import table
from wmhseg.change import run_people
from wmhseg.change.lesion_change import Kind
from wmhseg.report.column_notes import NOTES, sidecar
from wmhseg.report.described_table import write_described_table
from wmhseg.report.region_columns import REGION_COLUMNS


def test_every_column_is_described_and_nothing_else() -> None:
    columns = {*table.COLUMNS, *REGION_COLUMNS, *table.LONG_COLUMNS, *run_people.TABLE_COLUMNS}
    assert set(NOTES) == columns
    assert all(note.description for note in NOTES.values())


def test_units_are_those_of_the_names() -> None:
    units = {"ml": "mL", "percent": "%", "mm": "mm", "count": "1"}
    for name, note in NOTES.items():
        if (ending := name.rpartition("_")[2]) in units:
            assert note.unit == units[ending], name


def test_levels() -> None:
    assert set(NOTES["t1_used"].levels) == {"true", "false"}
    assert set(NOTES["head_coverage"].levels) == {"whole", "cut", "stripped"}
    assert set(NOTES["verdict"].levels) == {"more", "less", "within noise"}
    assert {f"{kind.value}_count" for kind in Kind} <= set(NOTES)


def test_sidecar() -> None:
    assert sidecar(["icv_ml", "age"]) == {
        "icv_ml": {
            "Description": "Estimate of the intracranial volume; only where the whole head is in the picture",
            "Units": "mL",
        }
    }


def test_description_beside_the_table(tmp_path: Path) -> None:
    path = tmp_path / "cohort.tsv"
    more = {"age": {"Units": "a"}, "seconds": "of others", "unused": {}}
    write_described_table(path, 'seconds\tage\t"say ""sex"""\n1\t2\t3\n', more)
    assert path.read_text().splitlines()[1] == "1\t2\t3"
    assert json.loads((tmp_path / "cohort.json").read_text()) == {
        "age": {"Units": "a"},
        "seconds": {"Description": "Computing time", "Units": "s"},
    }
