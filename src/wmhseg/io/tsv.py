"""Tab-separated tables that users write: read, with BIDS' "n/a" for no value."""

import csv
from collections.abc import Sequence
from pathlib import Path

from wmhseg.errors import InputError

NO_VALUE = "n/a"


def read_tsv(
    path: Path, required: Sequence[str], optional: Sequence[str], what: str
) -> list[tuple[int, dict[str, str]]]:
    """Read the named columns of a tab-separated table; others are ignored.

    Args:
        path: The table, UTF-8, with a header.
        required: Columns that must be there.
        optional: Columns that may be there.
        what: What a row is, in plural, for messages.

    Returns:
        The number of the line and the cells of each row; "" where there is no value.

    Raises:
        InputError: The table is unreadable or empty, or lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t", restval="")
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeError, csv.Error) as error:
        raise InputError(f"{path}: expected a table of {what}, found something else ({error})") from None
    columns = reader.fieldnames or []
    if not set(required) <= set(columns):
        found = ", ".join(columns[:6]) or "an empty file"
        raise InputError(
            f"{path}: expected the tab-separated column {' and '.join(required)}, found {found}; add it"
        )
    if not rows:
        raise InputError(f"{path}: expected at least one line of {what}, found none")
    wanted = (*required, *optional)
    return [(line, {name: _cell(row.get(name)) for name in wanted}) for line, row in rows]


def _cell(text: str | None) -> str:
    text = (text or "").strip()
    return "" if text == NO_VALUE else text
