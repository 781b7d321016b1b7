"""One row of docs/reference/catalogue.md: an input, and what the command makes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


def nothing_more(folder: Path) -> None:
    """Look at nothing but the exit code and the message."""


@dataclass(frozen=True)
class Kind:
    """An input of one kind.

    Attributes:
        name: The input, as the catalogue names it; unique.
        happens: What the catalogue says of it.
        make: Writes the input into an empty folder and returns the words after `wmhseg`; outputs go
            into the same folder. Weights need not be named.
        exit_code: What the command returns.
        says: Regular expression that one line of what is printed matches; empty: no warning is printed.
        flagged: Quality flags are of the answer; for other kinds they are left out, since the drawn head's
            contrast is not that of real scans.
        check: Asserts what else must hold of the folder: grids, masks, files untouched.
    """

    name: str
    happens: str
    make: Callable[[Path], list[str]]
    exit_code: int
    says: str = ""
    check: Callable[[Path], None] = nothing_more
    flagged: bool = False
