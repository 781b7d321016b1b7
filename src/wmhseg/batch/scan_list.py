"""The scans in a table."""

from pathlib import Path, PurePosixPath

from wmhseg.batch.jobs import Job, files_in
from wmhseg.errors import InputError
from wmhseg.io.tsv import read_tsv

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
    jobs: dict[str, Job] = {}
    for line, given in read_tsv(path, ("flair",), ("t1", "name"), "scans"):
        job = _job(given, path, line, output)
        if job.name in jobs:
            raise InputError(
                f"{path}, line {line}: expected each scan once, found {job.name} again; "
                "tell them apart in the column name"
            )
        jobs[job.name] = job
    return list(jobs.values())


def _job(given: dict[str, str], path: Path, line: int, output: Path) -> Job:
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
