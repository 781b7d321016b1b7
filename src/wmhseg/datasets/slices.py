"""Prepared slices: what training reads, one folder of NumPy files per case."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import InputError
from wmhseg.io.writing import make_folder, replacing, write_json

# Labels (docs/reference/convention.md).
WMH, OTHER_PATHOLOGY, UNSURE_LABEL = 1, 2, 3
SYNTHETIC_SITE = "synthetic"  # the site of cases that no scanner made
_IMAGES, _LABELS, _STRUCTURES = "images.npy", "labels.npy", "structures.npy"


@dataclass(frozen=True)
class SliceSet:
    """Prepared slices of one case.

    Attributes:
        site: The case's site.
        name: The case's name.
        images: (N, 200, 200, 2) float16 FLAIR and T1, normalised.
        labels: (N, 200, 200) uint8, 1 = WMH, 2 = other pathology, 3 = unsure.
        structures: (N, 200, 200) uint8, values of `Structure`; None where nobody knows.
    """

    site: str
    name: str
    images: NDArray[np.float16]
    labels: NDArray[np.uint8]
    structures: NDArray[np.uint8] | None = None


def save_slices(slices: SliceSet, folder: Path) -> None:
    """Write one case's slices below `folder`.

    Raises:
        OutputError: They cannot be written.
    """
    target = folder / f"{slices.site}__{slices.name}"
    make_folder(target)
    arrays: dict[str, NDArray[Any]] = {_IMAGES: slices.images, _LABELS: slices.labels}
    if slices.structures is not None:
        arrays[_STRUCTURES] = slices.structures
    else:
        # Those of an earlier case of this name would not fit.
        (target / _STRUCTURES).unlink(missing_ok=True)
    for name, array in arrays.items():
        with replacing(target / name) as temporary:
            np.save(temporary, array)
    write_json(target / "case.json", {"site": slices.site, "name": slices.name})


def load_slices(folder: str | Path) -> list[SliceSet]:
    """Open every case below `folder`, memory-mapped, sorted by folder name.

    Raises:
        InputError: There is none.
    """
    found = [load_case(path.parent) for path in sorted(Path(folder).glob("*/case.json"))]
    if not found:
        raise InputError(f"{folder}: expected prepared slices, found none; run the prepare step first")
    return found


def load_case(folder: Path) -> SliceSet:
    """Open one case, memory-mapped."""
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    structures = folder / _STRUCTURES
    known = _open(structures) if structures.is_file() else None
    return SliceSet(case["site"], case["name"], _open(folder / _IMAGES), _open(folder / _LABELS), known)


def _open(path: Path) -> NDArray[Any]:
    return np.load(path, mmap_mode="r", allow_pickle=False)
