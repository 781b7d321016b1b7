"""The catalogue as a document: `python tests/catalogue/catalogue_table.py` writes it (docs/reference)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from kinds import KINDS

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "catalogue.md"
INTRODUCTION = """# Catalogue of inputs

What the command makes of unusual and broken inputs: each row is run through it by `tests/catalogue`, and some
through the container (`tests/container/test_catalogue.py`). `make bug-inputs` runs them alone, and then,
as root, what scripts that rebuild inputs from bug reports write, if they are there (`../shared/bug_inputs`).
Made by `python tests/catalogue/catalogue_table.py`; the rules behind it: [inputs.md](inputs.md).

| input | what happens | exit code |
|---|---|---|
"""


def table() -> str:
    """Return the document."""
    rows = (f"| {_cell(kind.name)} | {_cell(kind.happens)} | {kind.exit_code} |\n" for kind in KINDS)
    return INTRODUCTION + "".join(rows)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    DOCUMENT.write_text(table(), encoding="utf-8")
