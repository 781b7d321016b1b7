"""Many people's scans, from a table."""

import os
from dataclasses import dataclass
from pathlib import Path

from wmhseg.batch.scan_list import LONGEST_NAME
from wmhseg.change.scan_inputs import ScanInput, scan_input
from wmhseg.errors import InputError
from wmhseg.io.tsv import read_tsv


@dataclass(frozen=True)
class Person:
    """A person to compare.

    Attributes:
        name: Folder of the results below the output.
        scans: The earliest first.
        error: Why they cannot be compared, where that is known from the start.
    """

    name: str
    scans: tuple[ScanInput, ...]
    error: str = ""


def read_people(path: Path) -> list[Person]:
    """Read a tab-separated table with the columns subject and flair and, if wanted, t1.

    The rows of a subject are its scans, the earliest first; relative paths start at the table's folder. A
    subject whose scan is missing, or that has one scan only, is one that fails.

    Raises:
        InputError: The table is unreadable or empty, lacks a column, or a subject is no name of a folder.
    """
    found: dict[str, list[ScanInput]] = {}
    errors: dict[str, str] = {}
    for line, given in read_tsv(path, ("subject", "flair"), ("t1",), "scans"):
        name, where = given["subject"], f"{path}, line {line}"
        if Path(name).name != name or name in ("", "..") or len(os.fsencode(name)) > LONGEST_NAME:
            raise InputError(f"{where}: expected a subject that can be a folder's name, found {name!r}")
        scans = found.setdefault(name, [])
        try:
            scans.append(_scan(path.parent, given, where))
        except InputError as error:
            errors.setdefault(name, str(error))
    for name, scans in found.items():
        if len(scans) < 2:
            errors.setdefault(name, f"{path}: expected two or more scans of {name}, found {len(scans)}")
    return [Person(name, tuple(scans), errors.get(name, "")) for name, scans in found.items()]


def _scan(folder: Path, given: dict[str, str], where: str) -> ScanInput:
    if not given["flair"]:
        raise InputError(f"{where}: expected a FLAIR, found none; complete or remove the line")
    one = scan_input(folder / given["flair"])
    return ScanInput(one.name, one.flair, folder / given["t1"]) if given["t1"] else one
