"""What is to be computed, and where it goes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wmhseg.errors import OutputError


@dataclass(frozen=True)
class ScanFiles:
    """The files of one scan's results.

    Attributes:
        mask: WMH mask, on the FLAIR's grid.
        report: JSON; written last, so that one that is there says that the others are too.
        thumbnail: JPEG of a few slices with contours, for the cohort's page.
        error: One line of text, there only when the scan failed.
        probability: Mean probability, on the FLAIR's grid; None: not written.
    """

    mask: Path
    report: Path
    thumbnail: Path
    error: Path
    probability: Path | None = None


@dataclass(frozen=True)
class Job:
    """One scan.

    Attributes:
        name: Unique in its cohort.
        flair: FLAIR image.
        t1: T1 image, or None.
        files: Where the results go.
        report_fields: JSON values to write into the report besides its own.
    """

    name: str
    flair: Path
    t1: Path | None
    files: ScanFiles
    report_fields: dict[str, Any] = field(default_factory=dict)


def files_in(folder: Path) -> ScanFiles:
    """Return where `wmhseg batch` writes the results of the scan that has `folder` to itself."""
    return ScanFiles(
        folder / "wmh.nii.gz", folder / "report.json", folder / "thumbnail.jpg", folder / "error.txt"
    )


def require_free(jobs: Sequence[Job]) -> None:
    """Refuse to overwrite a file that no earlier run wrote, such as a reference mask.

    Raises:
        OutputError: There is a mask without its report.
    """
    for job in jobs:
        if job.files.mask.exists() and not job.files.report.exists():
            raise OutputError(
                f"{job.files.mask}: expected nothing, or a result with {job.files.report.name} beside it, "
                "found another file; choose another folder for the results"
            )
