"""challenge.csv: what became of each case, and of which image and command."""

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from wmhseg.challenge.hidden_test import CaseRun
from wmhseg.errors import InputError
from wmhseg.io.writing import write_text

NAME = "challenge.csv"
COLUMNS = (*(field.name for field in fields(CaseRun)), "image", "command")


@dataclass(frozen=True)
class Origin:
    """What results are made by: an image's identity (SHA-256) and the command."""

    image: str
    command: str


def read_record(path: Path, origin: Origin) -> dict[str, CaseRun]:
    """Return the outcomes of an earlier run by case; none if there is no file.

    Raises:
        InputError: The file is no such record, or another image or command made the results.
    """
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        made_by = {Origin(row["image"], row["command"]) for row in rows}
        outcomes = [_outcome(row) for row in rows]
    except (OSError, UnicodeError, csv.Error, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: expected the record of an earlier run, found something else ({error}); "
            "choose another folder, or use --again"
        ) from None
    if others := made_by - {origin}:
        other = min(others, key=str)
        raise InputError(
            f"{path}: expected results of image {origin.image} with command {origin.command!r}, "
            f"found those of {other.image} with {other.command!r}; choose another folder, or use --again"
        )
    return {outcome.case: outcome for outcome in outcomes}


def write_record(path: Path, outcomes: Iterable[CaseRun], origin: Origin) -> None:
    """Write one line a case.

    Raises:
        OutputError: The file cannot be written.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**asdict(outcome), **asdict(origin)} for outcome in outcomes)
    write_text(path, text.getvalue())


def _outcome(row: dict[str, str]) -> CaseRun:
    return CaseRun(
        case=row["case"],
        seconds=float(row["seconds"]) if row["seconds"] else None,
        peak_memory_mb=float(row["peak_memory_mb"]) if row["peak_memory_mb"] else None,
        exit_code=int(row["exit_code"]) if row["exit_code"] else None,
        error=row["error"],
    )
