"""participants.tsv beside the results."""

import json
from pathlib import Path
from typing import Any

import pytest

from wmhseg.batch.cohort_rows import CohortRow
from wmhseg.batch.jobs import Job, files_in
from wmhseg.bids.participants import join_participants
from wmhseg.errors import InputError


def rows(*names: str) -> list[CohortRow]:
    return [CohortRow(Job(name, Path("f"), None, files_in(Path(name))), "") for name in names]


def test_without_the_file_nothing_changes(tmp_path: Path) -> None:
    made = rows("sub-01")
    assert join_participants(made, tmp_path) == (made, {})


def test_each_scan_gets_its_participants_columns(tmp_path: Path, caplog: Any) -> None:
    text = "participant_id\tage\tvolume_ml\tsex\ticv_ml\nsub-02\t71\t5\tF\t1\nsub-01\tn/a\t6\tM\t2\n"
    (tmp_path / "participants.tsv").write_text(text)
    (tmp_path / "participants.json").write_text(json.dumps({"age": {"Units": "a"}}))
    joined, notes = join_participants(rows("sub-01", "sub-02_ses-a", "sub-02_ses-b", "sub-03"), tmp_path)
    second = {"participant_id": "sub-02", "age": "71", "sex": "F"}
    assert [row.person for row in joined] == [
        {"participant_id": "sub-01", "age": "", "sex": "M"},
        second,
        second,
        {"participant_id": "sub-03", "age": "", "sex": ""},
    ]
    assert notes == {"participant_id": {"Description": "The participant"}, "age": {"Units": "a"}}
    assert "columns that the results have, too, are left out: volume_ml, icv_ml" in caplog.text
    assert "1 participant(s) are not in it: sub-03" in caplog.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id\tage\nsub-01\t7\n", "expected the tab-separated column participant_id"),
        ("participant_id\tage\tage\nsub-01\t7\t8\n", "expected one column age, found several"),
        (
            "participant_id\nsub-01\nsub-01\n",
            "line 3: expected each participant once, found sub-01 again; remove one",
        ),
    ],
)
def test_another_table_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "participants.tsv").write_text(text)
    with pytest.raises(InputError, match=says):
        join_participants(rows("sub-01"), tmp_path)
