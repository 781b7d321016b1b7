"""The scans in a table."""

import csv
from pathlib import Path, PurePosixPath

from wmhseg.batch.jobs import Job, files_in
from wmhseg.errors import InputError

COLUMNS = ("flair", "t1", "name")
NO_VALUE = ("", "n/a")  # the second is BIDS'
# Files of the cohort itself.
TAKEN = ("cohort.tsv", "cohort.html")


def read_jobs(path: Path, output: Path) -> list[Job]:
    """Read a tab-separated table with the column flair and, if wanted, t1 and name.

    Relative paths start at the table's folder. Without a name, a scan is called by its FLAIR as
    written, less the ending.

    Raises:
        InputError: The table is unreadable or empty, lacks the column or a FLAIR, or a name is
            there twice or is no relative path.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t", restval="")
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeError, csv.Error) as error:
        raise InputError(f"{path}: expected a table of scans, found something else ({error})") from None
    columns = reader.fieldnames or []
    if "flair" not in columns:
        found = ", ".join(columns[:6]) or "an empty file"
        raise InputError(f"{path}: expected a tab-separated column flair, found {found}; add it")
    jobs: dict[str, Job] = {}
    for line, row in rows:
        job = _job(row, path, line, output)
        if job.name in jobs:
            raise InputError(
                f"{path}, line {line}: expected each scan once, found {job.name} again; "
                "tell them apart in the column name"
            )
        jobs[job.name] = job
    if not jobs:
        raise InputError(f"{path}: expected at least one scan, found none")
    return list(jobs.values())


def _job(row: dict[str, str], path: Path, line: int, output: Path) -> Job:
    cells = {column: (row.get(column) or "").strip() for column in COLUMNS}
    given = {column: "" if cell in NO_VALUE else cell for column, cell in cells.items()}
    if not given["flair"]:
        raise InputError(f"{path}, line {line}: expected a FLAIR, found none; complete or remove the line")
    name = PurePosixPath(given["name"] or _without_ending(given["flair"]))
    if name.is_absolute() or ".." in name.parts or not name.parts or name.parts[0] in TAKEN:
        raise InputError(
            f"{path}, line {line}: expected a name that is a folder below the results, found {name}; "
            "give one in the column name"
        )
    t1 = path.parent / given["t1"] if given["t1"] else None
    return Job(str(name), path.parent / given["flair"], t1, files_in(output / name))


def _without_ending(flair: str) -> str:
    path = PurePosixPath(flair)
    return str(path.with_name(path.name.removesuffix(".gz")).with_suffix(""))
