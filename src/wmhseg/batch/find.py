"""The scans in a folder."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from wmhseg.batch.jobs import Job, files_in
from wmhseg.errors import InputError
from wmhseg.io.dicom_series import holds_dicom
from wmhseg.io.files import few, is_file, walk

log = logging.getLogger("wmhseg")

FLAIR, T1 = "FLAIR.nii.gz", "T1.nii.gz"
# Folders with a DICOM series each.
FLAIR_SERIES, T1_SERIES = "FLAIR", "T1"
_ALMOST = ("flair.nii.gz", "flair.nii")


def find_jobs(root: Path, output: Path) -> list[Job]:
    """Return every folder at or below `root` that holds a scan, by name.

    It holds `pre/FLAIR.nii.gz`, or `FLAIR.nii.gz`, or a folder `FLAIR` with a DICOM series; `T1.nii.gz`, or a
    folder `T1`, beside the FLAIR is its T1. A scan is called by its path below `root`. Where there is
    `pre/FLAIR.nii.gz`, what `pre` and `orig` hold is no scan of its own. A folder that may not be read is
    a scan that fails; one with a FLAIR of almost this name is left out with a warning.

    Raises:
        InputError: There is none.
    """
    unreadable: list[OSError] = []
    jobs = []
    for folder, flair, t1 in _scan_folders(root, unreadable):
        name = _name(root, folder)
        # A link that leads nowhere is a T1, too: to do without would be another mask.
        jobs.append(Job(name, flair, t1 if os.path.lexists(t1) else None, files_in(output / name)))
    for problem in unreadable:
        folder = Path(os.fsdecode(problem.filename))
        name, error = _name(root, folder), f"{folder}: cannot be read ({problem.strerror}); check who owns it"
        jobs.append(Job(name, folder / FLAIR, None, files_in(output / name), error=error))
    if not jobs:
        raise InputError(
            f"{root}: expected folders with pre/{FLAIR} or {FLAIR}, or with a DICOM series in "
            f"{FLAIR_SERIES}, found none; check the path"
        )
    return sorted(jobs, key=lambda job: job.name)


def _name(root: Path, folder: Path) -> str:
    relative = folder.relative_to(root)
    return relative.as_posix() if relative.name else root.resolve().name


def _scan_folders(root: Path, unreadable: list[OSError]) -> Iterator[tuple[Path, Path, Path]]:
    """Yield each scan's folder, its FLAIR and its T1; collect the folders that cannot be read."""
    almost = []
    for folder, folders, files in walk(root, unreadable.append):
        if is_file(folder / "pre" / FLAIR):
            folders[:] = [below for below in folders if below not in ("pre", "orig")]
            yield folder, folder / "pre" / FLAIR, folder / "pre" / T1
        elif FLAIR in files:
            yield folder, folder / FLAIR, folder / T1
        elif FLAIR_SERIES in folders and holds_dicom(folder / FLAIR_SERIES):
            folders[:] = [below for below in folders if below not in (FLAIR_SERIES, T1_SERIES)]
            yield folder, folder / FLAIR_SERIES, folder / T1_SERIES
        else:
            almost += [folder / name for name in files if name.lower() in _ALMOST]
    if almost:
        log.warning(
            "%d image(s) left out, because they are not called %s: %s", len(almost), FLAIR, few(almost)
        )
