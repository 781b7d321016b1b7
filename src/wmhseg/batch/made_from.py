"""What results are made from: as long as it is the same, a finished scan need not be computed again."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wmhseg import ALGORITHM, __version__
from wmhseg.batch.jobs import Job
from wmhseg.errors import InputError
from wmhseg.io.files import is_file, read_json, require_scan
from wmhseg.io.parts import input_sha256
from wmhseg.model.manifest import Manifest
from wmhseg.model.precision import used_precision
from wmhseg.model.provenance import HashedFile
from wmhseg.report.findings import MNI, PARCELLATION, REGIONS
from wmhseg.segmentation.result_files import names_beside
from wmhseg.settings import Settings

KEY = "made_from"
# In the report, where there is one.
FILLED_T1 = "filled_t1"


def made_from(job: Job, manifest: Manifest, settings: Settings, anatomy: HashedFile | None) -> dict[str, Any]:
    """Return the JSON values that decide over the result: hashes, recipe, settings, version.

    Raises:
        InputError: An image is missing or unreadable.
    """
    return {
        "flair": _sha256(job.flair),
        "t1": None if job.t1 is None else _sha256(job.t1),
        "weights": [member.sha256 for member in manifest.members],
        # As JSON gives it back: lists, not tuples.
        "recipe": json.loads(json.dumps(manifest.recipe.to_dict())),
        "precision": used_precision(settings.precision),
        "inputs": asdict(settings.inputs),
        "wmhseg": __version__,
        "algorithm": ALGORITHM,
        **({"dicom": True} if job.dicom else {}),
        **({} if job.parcellation is None else {PARCELLATION: list(map(_sha256, job.parcellation.paths))}),
        **({} if anatomy is None else dict.fromkeys(_wanted(settings), anatomy.sha256)),
    }


def is_finished(job: Job, source: dict[str, Any]) -> bool:
    """Tell whether an earlier run wrote all results of a scan from the same."""
    files = job.files
    expected = [files.mask, files.thumbnail, *([files.probability] if files.probability else [])]
    expected += files.dicom if job.dicom else ()
    report = read_json(files.report) or {}
    # Not where it was asked for and could not be made.
    expected += [files.regions, names_beside(files.regions)] if REGIONS in report else []
    expected += files.mni if MNI in report else ()
    expected += [files.filled_t1] if FILLED_T1 in report else []
    expected += [files.parcels] if PARCELLATION in report else []
    if is_file(files.unfinished) or is_file(files.error) or not all(map(is_file, expected)):
        return False
    return report.get(KEY) == source


def _wanted(settings: Settings) -> list[str]:
    """Return what is asked for that the structures of the head are needed for."""
    wanted = {REGIONS: settings.regions, MNI: settings.mni, FILLED_T1: settings.filled_t1}
    return [name for name, asked in wanted.items() if asked]


def _sha256(path: Path) -> str:
    try:
        return input_sha256(require_scan(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check who owns it") from None
