"""What a data set says of its participants, beside their results."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wmhseg.batch.cohort_rows import CohortRow
from wmhseg.batch.table import COLUMNS
from wmhseg.errors import InputError
from wmhseg.io.files import few, read_json
from wmhseg.io.tsv import read_columns, read_tsv
from wmhseg.report.region_columns import REGION_COLUMNS

log = logging.getLogger("wmhseg")

TABLE, NOTES = "participants.tsv", "participants.json"
ID = "participant_id"


def join_participants(rows: Sequence[CohortRow], root: Path) -> tuple[list[CohortRow], dict[str, Any]]:
    """Return the rows with the columns of participants.tsv, and what participants.json says of these.

    Without the file, the rows are as they were. Columns with the name of one of ours are left out.

    Raises:
        InputError: The file is no table of participants, or has one of them twice.
    """
    path = root / TABLE
    if not path.exists():
        return list(rows), {}
    names = [name for name in read_columns(path, "participants") if name]
    ours = {*COLUMNS, *REGION_COLUMNS}
    if double := [name for name in names if name in ours]:
        log.warning("%s: columns that the results have, too, are left out: %s", path, few(double))
    kept = [name for name in names if name not in ours and name != ID]
    people: dict[str, dict[str, str]] = {}
    for line, cells in read_tsv(path, (ID,), kept, "participants"):
        if cells[ID] in people:
            raise InputError(
                f"{path}, line {line}: expected each participant once, found {cells[ID]} again; remove one"
            )
        people[cells[ID]] = cells
    missing = {subject for row in rows if (subject := _subject(row)) not in people}
    if missing:
        log.warning("%s: %d participant(s) are not in it: %s", path, len(missing), few(sorted(missing)))
    nobody = dict.fromkeys((ID, *kept), "")
    joined = [
        replace(row, person=people.get(subject, nobody | {ID: subject}))
        for row in rows
        for subject in [_subject(row)]
    ]
    return joined, {ID: {"Description": "The participant"}} | (read_json(root / NOTES) or {})


def _subject(row: CohortRow) -> str:
    return row.job.name.partition("_")[0]
