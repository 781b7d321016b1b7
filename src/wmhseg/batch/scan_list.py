"""The scans in a table."""

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from wmhseg.batch.jobs import LONG_TABLE, MAP, MAP_PICTURE, MAP_SIDECAR, PAGE, TABLE, Job, files_in
from wmhseg.errors import InputError
from wmhseg.io.tsv import read_tsv
from wmhseg.segmentation.parcellation import ParcellationFiles

TAKEN = (
    *(name for table in (TABLE, LONG_TABLE) for name in (table, table.replace(".tsv", ".json"))),
    *(PAGE, MAP, MAP_SIDECAR, MAP_PICTURE),
)
_OPTIONAL = ("t1", "name", "parcellation", "parcellation_transform")
LONGEST_NAME = 255  # bytes, of Linux' file systems


def read_jobs(path: Path, output: Path) -> list[Job]:
    """Read a tab-separated table with the column flair and, if wanted, those of `_OPTIONAL`.

    Relative paths start at the table's folder. Without a name, a scan is called by its FLAIR as
    written, less the ending. A row without FLAIR, or with a name that another has or that is no
    relative path, is a scan that fails, called by its line.

    Raises:
        InputError: The table is unreadable or empty, or lacks the column.
    """
    jobs: dict[str, Job] = {}
    for line, given in read_tsv(path, ("flair",), _OPTIONAL, "scans"):
        name = PurePosixPath(given["name"] or _without_ending(given["flair"]))
        t1, labels, transform = (
            path.parent / given[column] if given[column] else None
            for column in ("t1", "parcellation", "parcellation_transform")
        )
        error = _problem(given, name, jobs)
        if error:
            name, error = PurePosixPath(f"line-{line}"), f"{path}, line {line}: {error}"
        job = Job(
            str(name),
            path.parent / given["flair"],
            t1,
            files_in(output / name),
            error=error,
            parcellation=None if labels is None else ParcellationFiles(labels, transform),
        )
        if job.name in jobs:  # somebody's scan is called like a line
            raise InputError(error or f"{path}, line {line}: expected another name than {name}; change it")
        jobs[job.name] = job
    return list(jobs.values())


def _problem(given: Mapping[str, str], name: PurePosixPath, others: Mapping[str, Job]) -> str:
    """Return why a row is no scan, or ""."""
    if not given["flair"]:
        return "expected a FLAIR, found none; complete or remove the line"
    if given["parcellation_transform"] and not given["parcellation"]:
        return "expected a parcellation with its transform, found none; complete the line"
    if str(name) in others:
        return f"expected each scan once, found {name} again; tell them apart in the column name"
    if name.is_absolute() or ".." in name.parts or not name.parts or name.parts[0] in TAKEN:
        return (
            f"expected a name that is a folder below the results, found {name}; give one in the column name"
        )
    if max(len(os.fsencode(part)) for part in name.parts) > LONGEST_NAME:
        return f"expected a name of at most {LONGEST_NAME} bytes, found {name}; give one in the column name"
    return ""


def _without_ending(flair: str) -> str:
    path = PurePosixPath(flair)
    return (
        str(path.with_name(path.name.removesuffix(".gz") or path.name).with_suffix("")) if path.name else ""
    )
