"""What is to be computed, and where it goes."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wmhseg.errors import OutputError
from wmhseg.io.files import is_file
from wmhseg.segmentation.parcellation import ParcellationFiles

# Files of the cohort itself; a JSON file beside each table says what its columns are.
TABLE, LONG_TABLE, PAGE = "cohort.tsv", "cohort_long.tsv", "cohort.html"
MAP, MAP_SIDECAR, MAP_PICTURE = (f"cohort_frequency.{ending}" for ending in ("nii.gz", "json", "png"))


@dataclass(frozen=True)
class ScanFiles:
    """The files of one scan's results.

    Attributes:
        mask: WMH mask, on the FLAIR's grid.
        report: JSON; written last, so that one that is there says that the others are too.
        thumbnail: JPEG of a few slices with contours, for the cohort's page.
        error: One line of text, there only when the scan failed.
        regions: WMH by region, on the FLAIR's grid, where regions were asked for; names and colours of its
            values stand in a table beside it.
        mni: Mask and mean probability in MNI space, where they were asked for.
        filled_t1: The T1 filled at WMH, likewise.
        parcels: Table of WMH by label of the scan's parcellation, where it has one.
        probability: Mean probability, on the FLAIR's grid; None: not written.
        dicom: DICOM Segmentation, Structured Report and picture; () where none can be asked for.
    """

    mask: Path
    report: Path
    thumbnail: Path
    error: Path
    regions: Path
    mni: tuple[Path, Path]
    filled_t1: Path
    parcels: Path
    probability: Path | None = None
    dicom: tuple[Path, ...] = ()

    @property
    def unfinished(self) -> Path:
        """Return the file that is there from before the first of the others is written until all are."""
        name = hashlib.sha256(self.mask.name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        return self.mask.with_name(f".unfinished-wmhseg-{name}")


@dataclass(frozen=True)
class Job:
    """One scan.

    Attributes:
        name: Unique in its cohort.
        flair: FLAIR image.
        t1: T1 image, or None.
        files: Where the results go.
        report_fields: JSON values to write into the report besides its own.
        error: Why it cannot be segmented, where that is known from the start.
        dicom: Write `files.dicom`: the FLAIR is a DICOM series.
        parcellation: Label image to count WMH by.
    """

    name: str
    flair: Path
    t1: Path | None
    files: ScanFiles
    report_fields: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    dicom: bool = False
    parcellation: ParcellationFiles | None = None


def files_in(folder: Path) -> ScanFiles:
    """Return where `wmhseg batch` writes the results of the scan that has `folder` to itself."""
    return ScanFiles(
        folder / "wmh.nii.gz",
        folder / "report.json",
        folder / "thumbnail.jpg",
        folder / "error.txt",
        folder / "wmh_regions.nii.gz",
        (folder / "wmh_mni.nii.gz", folder / "wmh_mni_probability.nii.gz"),
        folder / "t1_filled.nii.gz",
        folder / "wmh_parcellation.tsv",
        dicom=tuple(folder / f"wmh_{name}.dcm" for name in ("seg", "report", "picture")),
    )


def is_foreign(files: ScanFiles) -> bool:
    """Tell whether the mask is one that no earlier run wrote, such as a reference mask."""
    # In this order: a run that ends meanwhile writes the report, then removes the sign.
    return is_file(files.mask) and not is_file(files.unfinished) and not is_file(files.report)


def require_free(files: ScanFiles) -> None:
    """Refuse to overwrite a mask that no earlier run wrote.

    Raises:
        OutputError: There is one.
    """
    if is_foreign(files):
        raise OutputError(
            f"{files.mask}: expected nothing, or a result with {files.report.name} beside it, "
            "found another file; move it, or choose another folder for the results"
        )
