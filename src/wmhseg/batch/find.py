"""The scans in a folder."""

from collections.abc import Iterator
from pathlib import Path

from wmhseg.batch.jobs import Job, files_in
from wmhseg.errors import InputError
from wmhseg.io.files import walk

FLAIR, T1 = "FLAIR.nii.gz", "T1.nii.gz"


def find_jobs(root: Path, output: Path) -> list[Job]:
    """Return every folder at or below `root` with `pre/FLAIR.nii.gz` or `FLAIR.nii.gz`, by name.

    `T1.nii.gz` beside the FLAIR is its T1. A scan is called by its path below `root`. Where there is
    `pre/FLAIR.nii.gz`, what `pre` and `orig` hold is no scan of its own.

    Raises:
        InputError: There is none.
    """
    jobs = []
    for folder, images in _scan_folders(root):
        relative = folder.relative_to(root)
        name = relative.as_posix() if relative.name else root.resolve().name
        t1 = images / T1
        jobs.append(Job(name, images / FLAIR, t1 if t1.is_file() else None, files_in(output / name)))
    if not jobs:
        raise InputError(f"{root}: expected folders with pre/{FLAIR} or {FLAIR}, found none; check the path")
    return sorted(jobs, key=lambda job: job.name)


def _scan_folders(root: Path) -> Iterator[tuple[Path, Path]]:
    """Yield each scan's folder and the folder of its images."""
    for folder, folders, files in walk(root):
        if (folder / "pre" / FLAIR).is_file():
            folders[:] = [below for below in folders if below not in ("pre", "orig")]
            yield folder, folder / "pre"
        elif FLAIR in files:
            yield folder, folder
