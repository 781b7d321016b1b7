"""Rows that survive an interrupted run: one JSON object a line."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scan_variants.table import Row
from scan_variants.variant import Kind
from wmhseg.model.manifest import Manifest


class KeptRows:
    """Rows that were made with one ensemble.

    Args:
        path: The file, which may not be there yet; None keeps nothing.
        manifest: The ensemble; rows of others, and of other recipes, are ignored.
    """

    def __init__(self, path: Path | None, manifest: Manifest) -> None:
        self._path = path
        self._made_with = {
            "weights": [member.sha256 for member in manifest.members],
            "recipe": json.loads(json.dumps(manifest.recipe.to_dict())),
        }
        lines = path.read_text(encoding="utf-8").splitlines() if path is not None and path.exists() else []
        found = [
            _row(values) for values in map(json.loads, lines) if self._made_with.items() <= values.items()
        ]
        self._rows = {(row.case, row.variant): row for row in found}

    def get(self, case: str, variant: str) -> Row | None:
        """Return the row of a variant, if it is there."""
        return self._rows.get((case, variant))

    def add(self, row: Row) -> None:
        """Keep a row."""
        if self._path is not None:
            values = {**asdict(row), "kind": row.kind.name, **self._made_with}
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(values) + "\n")


def _row(values: dict[str, Any]) -> Row:
    fields = {name: value for name, value in values.items() if name not in ("weights", "recipe")}
    back = None if values["back"] is None else tuple(values["back"])
    return Row(**{**fields, "kind": Kind[values["kind"]], "back": back, "notes": tuple(values["notes"])})
