"""A table, and beside it a JSON file that says what its columns are, as in BIDS."""

import csv
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from wmhseg.io.writing import write_json, write_text
from wmhseg.report.column_notes import sidecar


def write_described_table(path: Path, text: str, more: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Write a tab-separated table and its description.

    Args:
        path: The table; its description has the ending .json.
        text: The table, with a header.
        more: Descriptions of columns that are not ours, by name.

    Raises:
        OutputError: One cannot be written.
    """
    columns = next(csv.reader([text.partition("\n")[0]], delimiter="\t"))
    others = {name: more[name] for name in columns if name in more}
    write_text(path, text)
    write_json(path.with_suffix(".json"), {**others, **sidecar(columns)})
