"""Tab-separated tables: those that users write are read, cells are made; "n/a" is no value, as in BIDS."""

import csv
from collections.abc import Sequence
from pathlib import Path

from wmhseg.errors import InputError

NO_VALUE = "n/a"


def text_of(value: str | float | None) -> str:
    """Return a cell; tabs and line breaks in file names would break the table."""
    if value is None:
        return NO_VALUE
    return " ".join(value.split()) if isinstance(value, str) else f"{value:.10g}"


def read_tsv(
    path: Path, required: Sequence[str], optional: Sequence[str], what: str
) -> list[tuple[int, dict[str, str]]]:
    """Read the named columns of a tab-separated table; others, and empty rows, are ignored.

    Cells may be in quotation marks. One mark without the other would swallow all up to the next: what
    holds a tab, or in a named column a line break, is no cell.

    Args:
        path: The table, UTF-8, with a header.
        required: Columns that must be there.
        optional: Columns that may be there.
        what: What a row is, in plural, for messages.

    Returns:
        The number of the line and the cells of each row; "" where there is no value.

    Raises:
        InputError: The table is unreadable or empty, lacks a column or has it twice, or a quotation mark
            has no other.
    """
    lines = _read(path, what)
    columns = [name.strip() for name in lines[0][1]] if lines else []
    if not set(required) <= set(columns):
        found = ", ".join(columns[:6]) or "an empty file"
        raise InputError(
            f"{path}: expected the tab-separated column {' and '.join(required)}, found {found}; add it"
        )
    wanted = (*required, *optional)
    if double := [name for name in wanted if columns.count(name) > 1]:
        raise InputError(f"{path}: expected one column {double[0]}, found several; rename or remove one")
    rows = []
    for line, cells in lines[1:]:
        if any(cell.strip() for cell in cells):
            row = dict(zip(columns, cells, strict=False))
            rows.append((line, {name: _cell(row.get(name, ""), path, line) for name in wanted}))
    if not rows:
        raise InputError(f"{path}: expected at least one line of {what}, found none")
    return rows


def read_columns(path: Path, what: str) -> list[str]:
    """Return the names in a table's header.

    Args:
        path: The table, UTF-8.
        what: What a row is, in plural, for messages.

    Raises:
        InputError: The table is unreadable.
    """
    lines = _read(path, what)
    return [name.strip() for name in lines[0][1]] if lines else []


def _read(path: Path, what: str) -> list[tuple[int, list[str]]]:
    """Return the number of each row's first line and its cells."""
    line = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter="\t", strict=True)
            rows = []
            for cells in reader:
                if any("\t" in cell for cell in cells):
                    raise _unbalanced(path, line + 1)
                rows.append((line + 1, cells))
                line = reader.line_num
    except csv.Error as error:
        if "limit" not in str(error):
            raise _unbalanced(path, line + 1) from None
        raise InputError(f"{path}, line {line + 1}: expected a table of {what}, found {error}") from None
    except (OSError, UnicodeError) as error:
        raise InputError(
            f"{path}: expected a table of {what}, found something else ({error}); save it as text, UTF-8"
        ) from None
    if any("\0" in cell for _, cells in rows for cell in cells):
        raise InputError(f"{path}: expected a table of {what}, found NUL characters; save it as text, UTF-8")
    return rows


def _unbalanced(path: Path, line: int) -> InputError:
    return InputError(
        f"{path}, line {line}: expected quotation marks in pairs around whole cells, found one alone; "
        "remove it"
    )


def _cell(text: str, path: Path, line: int) -> str:
    text = text.strip()
    if "\n" in text or "\r" in text:
        raise _unbalanced(path, line)
    return "" if text == NO_VALUE else text
