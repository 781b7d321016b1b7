"""Tables as CSV and Markdown."""

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

from wmhseg.io.writing import write_text

Value = str | int | float


@dataclass(frozen=True)
class Table:
    """A table to write.

    Attributes:
        name: Of its files.
        title: One line.
        columns: Headings; those whose first word is "p" hold p-values.
        rows: As many values each as there are columns; NaN where there is none.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    def __post_init__(self) -> None:
        if wrong := [row for row in self.rows if len(row) != len(self.columns)]:
            raise ValueError(f"{self.name}: expected rows of {len(self.columns)} values, found {wrong[0]}")


def to_markdown(table: Table) -> str:
    """Return the table's body: two decimals, p-values four, a dash where there is no value."""
    lines = [_line(table.columns), _line(["---"] * len(table.columns))]
    lines += [
        _line([_shown(value, name) for value, name in zip(row, table.columns, strict=True)])
        for row in table.rows
    ]
    return "\n".join(lines)


def write_table(table: Table, folder: Path, note: str) -> None:
    """Write NAME.csv with all digits and NAME.md.

    Args:
        table: The table.
        folder: An existing folder.
        note: What the cases are; stands in the Markdown below the table.

    Raises:
        OutputError: A file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.columns)
    writer.writerows([_digits(value) for value in row] for row in table.rows)
    write_text(folder / f"{table.name}.csv", text.getvalue())
    write_text(folder / f"{table.name}.md", f"**{table.title}**\n\n{to_markdown(table)}\n\n{note}\n")


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _digits(value: Value) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else format(value, ".6g")
    return str(value)


def _shown(value: Value, column: str) -> str:
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return "–"
    return f"{value:.4f}" if column.split()[:1] in (["p"], ["p,"]) else f"{value:.2f}"
