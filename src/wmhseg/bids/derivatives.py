"""What the results of a BIDS data set are called, and what stands beside them."""

import os
from pathlib import Path
from typing import Any

from wmhseg import __version__
from wmhseg.batch.jobs import Job, ScanFiles
from wmhseg.bids.dataset import DESCRIPTION, BidsScan, result_stem
from wmhseg.errors import OutputError
from wmhseg.io.bids_names import stem
from wmhseg.io.files import beside, is_file, read_json
from wmhseg.io.writing import remove_file, write_json, write_text
from wmhseg.mni.template import SPACE

BIDS_VERSION = "1.10.0"
# What BIDS has no names for.
# Without a slash at the end: with it, the validator still counts the folders themselves as unknown.
CHANGES = "change"
IGNORED = (
    *("cohort.*", "cohort_long.*", "cohort_frequency.*", "logs", "figures", CHANGES),
    *("**/*_volumes.*", "**/*_parcels.tsv"),
)
MASK, PROBABILITY = "label-WMH_mask", "label-WMH_probseg"
REGIONS_SEG, FILLED = "WMHregions", "WMHfilled"


def job_of(scan: BidsScan, root: Path, output: Path) -> Job:
    """Return a scan's job: derivatives at its place in the data set, on the FLAIR's own grid."""
    name, mni = result_stem(scan.flair), result_stem(scan.flair, space=SPACE)
    folder = output / scan.flair.path.parent.relative_to(root)
    files = ScanFiles(
        mask=folder / f"{name}_{MASK}.nii.gz",
        report=folder / f"{name}_{MASK}.json",
        thumbnail=output / "figures" / f"{name}_{MASK}.jpg",
        error=output / "logs" / f"{name}_{MASK}.txt",
        regions=folder / f"{result_stem(scan.flair, seg=REGIONS_SEG)}_dseg.nii.gz",
        mni=(folder / f"{mni}_{MASK}.nii.gz", folder / f"{mni}_{PROBABILITY}.nii.gz"),
        filled_t1=folder / f"{stem({**scan.flair.entities, 'desc': FILLED})}_T1w.nii.gz",
        parcels=folder / f"{name}_label-WMH_parcels.tsv",
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


def write_sidecars(job: Job) -> None:
    """Describe each image besides the mask that is there; remove the description of one that is not.

    Raises:
        OutputError: One cannot be written.
    """
    files, common = job.files, {key: job.report_fields[key] for key in ("SpatialReference", "Sources")}
    probability = "Mean probability of white matter hyperintensity, of all networks"
    # Names and colours of the regions stand in the table beside the image.
    regions = {"Description": "White matter hyperintensities by region (distance rule)", "Manual": False}
    sources = {"Sources": common["Sources"]}
    wmh, there = job.report_fields["Description"], f"MNI space ({SPACE}, 1 mm)"
    filled = "T1 with white matter hyperintensities filled"
    mask, share = files.mni
    for image, fields in (
        (files.probability, {**common, "Description": probability}),
        (files.regions, {**common, **regions}),
        (mask, {**sources, "Description": f"{wmh}, in {there}", "Type": "Lesion"}),
        (share, {**sources, "Description": f"{probability}, in {there}"}),
        (files.filled_t1, {**sources, "Description": filled, "SkullStripped": _is_stripped(job)}),
    ):
        if image is not None:
            _describe(image, fields)


def _is_stripped(job: Job) -> bool:
    """Tell whether the T1 shows the brain alone, as far as its own description knows."""
    if job.t1 is None:
        return False
    return (read_json(beside(job.t1, ".json")) or {}).get("SkullStripped") is True


def _describe(image: Path, fields: dict[str, Any]) -> None:
    sidecar = beside(image, ".json")
    if is_file(image):
        write_json(sidecar, fields)
    else:
        remove_file(sidecar)


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
