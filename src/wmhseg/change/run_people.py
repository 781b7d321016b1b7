"""Many people, each at two or more times, with one loaded model: what `wmhseg change --list` does."""

import csv
import io
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wmhseg.arguments import Part
from wmhseg.change.people import Person
from wmhseg.change.run_change import made_from_all, run_change
from wmhseg.change.table import REGION_COLUMNS, VOLUME_COLUMNS
from wmhseg.change.write_change import JSON, MADE_FROM, VOLUMES
from wmhseg.errors import OutputError, ScansFailedError, WmhsegError
from wmhseg.io.files import few, is_file, read_json
from wmhseg.io.tsv import NO_VALUE
from wmhseg.io.writing import make_folder, remove_file, replacing, write_text
from wmhseg.report.described_table import write_described_table
from wmhseg.segmentation.networks import Networks
from wmhseg.settings import Settings

log = logging.getLogger("wmhseg")

TABLE, ERROR = "changes.tsv", "error.txt"
TABLE_COLUMNS = ("subject", *VOLUME_COLUMNS, *REGION_COLUMNS, "error")


def run_people(
    people: Sequence[Person],
    output: Path,
    settings: Settings,
    *,
    again: bool = False,
    part: Part | None = None,
) -> None:
    """Compare every person's scans into a folder of its own, and write a table of all.

    Who was compared by an earlier run from the same scans, weights and settings is left alone; one who fails
    stops no other.

    Args:
        people: Whose scans.
        output: Folder to write.
        settings: How to compute.
        again: Compare everybody anew.
        part: Only this part of the people; the table is left to `gather_people`.

    Raises:
        WeightsError: The weights are missing, changed or unfit.
        OutputError: The folder cannot be written.
        ScansFailedError: Everything is written, but some people failed.
    """
    make_folder(output)
    with replacing(output / TABLE, discard=True):
        pass
    if part is not None:
        people = part.of(people)
    # Of what the structures of the head are needed for, regions only are told.
    networks = Networks(replace(settings, mni=False, filled_t1=False), "segment")
    networks.start()
    errors: dict[str, str] = {}
    for person in people:
        if error := _compare(person, output / person.name, networks, again=again):
            errors[person.name] = error
            log.error("%s: %s", person.name, error)
    if part is None:
        write_described_table(output / TABLE, _table(people, output, errors))
        log.info("%d people: %s", len(people), output / TABLE)
    _report_failures(people, errors, output if part else output / TABLE)


def gather_people(people: Sequence[Person], output: Path) -> None:
    """Write the table of all from what runs for some of the people left.

    Raises:
        OutputError: It cannot be written.
        ScansFailedError: It is written, but some people have no result.
    """
    make_folder(output)
    errors = {person.name: error for person in people if (error := _left_error(output / person.name))}
    write_described_table(output / TABLE, _table(people, output, errors))
    log.info("%d people: %s", len(people), output / TABLE)
    _report_failures(people, errors, output / TABLE)


def _left_error(folder: Path) -> str:
    """Return why an earlier run left no result, "" where it left one."""
    if is_file(folder / ERROR):
        return (folder / ERROR).read_text(encoding="utf-8")
    return "" if is_file(folder / JSON) and is_file(folder / VOLUMES) else "not compared yet"


def _report_failures(people: Sequence[Person], errors: Mapping[str, str], where: Path) -> None:
    if errors:
        raise ScansFailedError(
            f"{len(errors)} of {len(people)} people failed: {few(list(errors))}; reasons in {where}"
        )


def _compare(person: Person, folder: Path, networks: Networks, *, again: bool) -> str:
    """Compare one person's scans; return why that cannot be done, "" where it can."""
    error = person.error
    if not error:
        try:
            if again or not _is_finished(person, folder, networks):
                run_change(person.scans, folder, networks, forgiving=True)
        except MemoryError:
            error = f"{person.name}: not enough memory for images of this size; check their headers"
        except WmhsegError as problem:
            error = str(problem)
    try:
        if error:
            make_folder(folder)
            write_text(folder / ERROR, error + "\n")
        else:
            remove_file(folder / ERROR)
    except OutputError as problem:
        return f"{error}; {problem}" if error else str(problem)
    return error


def _is_finished(person: Person, folder: Path, networks: Networks) -> bool:
    if is_file(folder / ERROR) or not is_file(folder / VOLUMES):
        return False
    report = read_json(folder / JSON)
    return report is not None and report.get(MADE_FROM) == made_from_all(person.scans, networks)


def _table(people: Sequence[Person], output: Path, errors: Mapping[str, str]) -> str:
    """Return the rows of everybody's volumes.tsv, and one for each who failed."""
    rows: list[dict[str, Any]] = []
    for person in people:
        if error := errors.get(person.name):
            rows.append({"subject": person.name, "error": " ".join(error.split())})
        else:
            rows += ({"subject": person.name, **row} for row in _rows(output / person.name))
    told = {name for row in rows for name in row}
    columns = [name for name in TABLE_COLUMNS if name in told or name not in REGION_COLUMNS]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval=NO_VALUE, delimiter="\t", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "backslashreplace").decode()


def _rows(folder: Path) -> list[dict[str, Any]]:
    with (folder / VOLUMES).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))
