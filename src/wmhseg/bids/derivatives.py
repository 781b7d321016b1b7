"""What the results of a BIDS data set are called, and what stands beside them."""

import os
from pathlib import Path

from wmhseg import __version__
from wmhseg.batch.jobs import Job, ScanFiles
from wmhseg.bids.dataset import DESCRIPTION, BidsScan, result_stem
from wmhseg.errors import OutputError
from wmhseg.io.bids_names import stem
from wmhseg.io.files import is_file, read_json
from wmhseg.io.writing import remove_file, write_json, write_text

BIDS_VERSION = "1.10.0"
# What BIDS has no names for.
# Without a slash at the end: with it, the validator still counts the folders themselves as unknown.
CHANGES = "change"
IGNORED = ("cohort.*", "cohort_long.*", "logs", "figures", CHANGES, "**/*_volumes.*")
MASK, PROBABILITY = "label-WMH_mask", "label-WMH_probseg"
REGIONS_SEG = "WMHregions"


def job_of(scan: BidsScan, root: Path, output: Path) -> Job:
    """Return a scan's job: derivatives at its place in the data set, on the FLAIR's own grid."""
    name = result_stem(scan.flair)
    folder = output / scan.flair.path.parent.relative_to(root)
    files = ScanFiles(
        mask=folder / f"{name}_{MASK}.nii.gz",
        report=folder / f"{name}_{MASK}.json",
        thumbnail=output / "figures" / f"{name}_{MASK}.jpg",
        error=output / "logs" / f"{name}_{MASK}.txt",
        regions=folder / f"{result_stem(scan.flair, seg=REGIONS_SEG)}_dseg.nii.gz",
        probability=folder / f"{name}_{PROBABILITY}.nii.gz",
    )
    t1 = None if scan.t1 is None else scan.t1.path
    sources = [scan.flair.path, *([] if t1 is None else [t1])]
    fields = {
        "Description": "White matter hyperintensities of presumed vascular origin",
        "Type": "Lesion",
        "SpatialReference": "orig",
        "Sources": [f"bids:raw:{path.relative_to(root).as_posix()}" for path in sources],
    }
    return Job(stem(scan.flair.entities), scan.flair.path, t1, files, fields, scan.error)


def write_probability_sidecar(job: Job) -> None:
    """Describe the probability image.

    Raises:
        OutputError: It cannot be written.
    """
    fields = {
        **{key: value for key, value in job.report_fields.items() if key != "Type"},
        "Description": "Mean probability of white matter hyperintensity, of all networks",
    }
    report = job.files.report
    write_json(report.with_name(report.name.replace(MASK, PROBABILITY)), fields)


def write_regions_sidecar(job: Job) -> None:
    """Describe the image of regions, where there is one; its names and colours stand in the table beside it.

    Raises:
        OutputError: It cannot be written.
    """
    regions = job.files.regions
    sidecar = regions.with_name(regions.name.removesuffix(".nii.gz") + ".json")
    if not is_file(regions):
        remove_file(sidecar)
        return
    fields = {
        **{key: value for key, value in job.report_fields.items() if key != "Type"},
        "Description": "White matter hyperintensities by region (distance rule)",
        "Manual": False,
    }
    write_json(sidecar, fields)


def describe(root: Path, output: Path) -> None:
    """Write dataset_description.json and .bidsignore.

    Raises:
        OutputError: They cannot be written, or the folder is another data set.
    """
    path = output / DESCRIPTION
    if path.exists() and not _is_ours(path):
        raise OutputError(
            f"{path}: expected nothing, or derivatives of wmhseg, found another data set; "
            "name a folder of its own for the results, such as derivatives/wmhseg"
        )
    fields = {
        "Name": "White matter hyperintensities",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        "License": "n/a",
        "GeneratedBy": [{"Name": "wmhseg", "Version": __version__}],
        "DatasetLinks": {"raw": Path(os.path.relpath(root.resolve(), output.resolve())).as_posix()},
    }
    write_json(path, fields)
    write_text(output / ".bidsignore", "\n".join(IGNORED) + "\n")


def _is_ours(path: Path) -> bool:
    try:
        return any(maker["Name"] == "wmhseg" for maker in (read_json(path) or {})["GeneratedBy"])
    except (KeyError, TypeError):
        return False
