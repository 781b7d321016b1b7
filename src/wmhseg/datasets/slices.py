"""Prepared slices: what training reads, one folder of NumPy files per case."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import InputError
from wmhseg.io.writing import make_folder, replacing, write_json

# Labels (docs/reference/convention.md).
WMH, OTHER_PATHOLOGY, UNSURE_LABEL = 1, 2, 3
SYNTHETIC_SITE = "synthetic"  # the site of cases that no scanner made


@dataclass(frozen=True)
class SliceSet:
    """Prepared slices of one case.

    Attributes:
        site: The case's site.
        name: The case's name.
        images: (N, 200, 200, 2) float16 FLAIR and T1, normalised.
        labels: (N, 200, 200) uint8, 1 = WMH, 2 = other pathology, 3 = unsure.
    """

    site: str
    name: str
    images: NDArray[np.float16]
    labels: NDArray[np.uint8]


def save_slices(slices: SliceSet, folder: Path) -> None:
    """Write one case's slices below `folder`.

    Raises:
        OutputError: They cannot be written.
    """
    target = folder / f"{slices.site}__{slices.name}"
    make_folder(target)
    for name, array in (("images.npy", slices.images), ("labels.npy", slices.labels)):
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
    images = np.load(folder / "images.npy", mmap_mode="r", allow_pickle=False)
    labels = np.load(folder / "labels.npy", mmap_mode="r", allow_pickle=False)
    return SliceSet(case["site"], case["name"], images, labels)
