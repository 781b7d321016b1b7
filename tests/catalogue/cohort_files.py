"""Lists, folders and BIDS data sets of a small head, and what must be found in their results."""

import csv
import gzip
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import nibabel as nib
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import centred_grid, synthetic_head

GRID = centred_grid((64, 72, 12), (2.3, 2.3, 12.0))
# To RAS millimetres, from the grid's definition.
AFFINE = np.diag([-2.3, -2.3, 12.0, 1.0])
AFFINE[:3, 3] = np.multiply(GRID.origin_mm, [-1, -1, 1])
Make = Callable[[Path], list[str]]


@cache
def scan() -> bytes:
    """The head as the bytes of a compressed NIfTI file."""
    array = synthetic_head(GRID).flair.array.transpose(2, 1, 0).astype(np.int16)
    image = nib.Nifti1Image(array, AFFINE)
    image.set_qform(AFFINE, 1)
    return gzip.compress(image.to_bytes(), 1)


def segment(flair: str, output: str = "mask.nii.gz", *, write: bool = True) -> Make:
    """Write the head under a name and segment it."""

    def make(folder: Path) -> list[str]:
        if write:
            put(folder, {flair: scan()})
        return ["segment", "--flair", str(folder / flair), "--output", str(folder / output)]

    return make


def put(folder: Path, files: Mapping[str, bytes | str]) -> None:
    """Write files; a text is where a link leads."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.symlink_to(content)
        else:
            path.write_bytes(content)


def batch(files: Mapping[str, bytes | str | None]) -> Make:
    """Write a folder of scans, and perhaps of results; None is the head."""

    def make(folder: Path) -> list[str]:
        put(folder, {name: scan() if data is None else data for name, data in files.items()})
        return ["batch", str(folder / "scans"), str(folder / "out"), "--workers", "1"]

    return make


def scan_list(text: str, encoding: str = "utf-8") -> Make:
    """Write a list of scans, of which `a.nii.gz` and `b.nii.gz` are there."""

    def make(folder: Path) -> list[str]:
        put(folder, {"a.nii.gz": scan(), "b.nii.gz": scan(), "list.tsv": text.encode(encoding)})
        return ["batch", str(folder / "list.tsv"), str(folder / "out"), "--workers", "1"]

    return make


def bids(
    *names: str, description: bytes = b'{"Name": "x", "BIDSVersion": "1.10.0"}', out: str = "out"
) -> Make:
    """Write a BIDS data set with the head under some names."""

    def make(folder: Path) -> list[str]:
        put(folder, {f"data/{name}": scan() for name in names})
        put(folder, {"data/dataset_description.json": description})
        return ["bids", str(folder / "data"), str(folder / out), "participant", "--workers", "1"]

    return make


def is_right(path: Path) -> None:
    """Look whether a mask lies where nibabel sees the head, and shows the lesions that were drawn."""
    mask = nib.load(path)
    np.testing.assert_allclose(mask.affine, AFFINE, rtol=1e-6, atol=1e-4)
    found, truth = np.asarray(mask.dataobj).T > 0, synthetic_head(GRID).truth.array > 0
    assert 2 * np.count_nonzero(found & truth) > 0.8 * (found.sum() + truth.sum())


def the_mask(folder: Path) -> None:
    """Look at the mask of `wmhseg segment`, whatever its name is."""
    (path,) = folder.glob("*mask.nii.gz")
    is_right(path)


def done(*names: str, failed: tuple[str, ...] = ()) -> Callable[[Path], None]:
    """Return a check of which scans the cohort's table has, and of the masks of those that did not fail."""

    def check(folder: Path) -> None:
        rows = errors(folder)
        assert rows.keys() == {*names, *failed}
        for name, error in rows.items():
            assert (error != "n/a") == (name in failed)
        for name in names:
            is_right(folder / "out" / name.encode().decode("unicode_escape") / "wmh.nii.gz")

    return check


def one_row(name: str, scan_folder: str) -> Callable[[Path], None]:
    """Return a check that the cohort's table has one row, of that name, and of the scan's mask."""

    def check(folder: Path) -> None:
        assert errors(folder) == {name: "n/a"}
        assert len((folder / "out" / "cohort.tsv").read_text(encoding="utf-8").splitlines()) == 2
        is_right(folder / "out" / scan_folder / "wmh.nii.gz")

    return check


def errors(folder: Path) -> dict[str, str]:
    """Return the error of each scan in the cohort's table, by name."""
    with (folder / "out" / "cohort.tsv").open(newline="", encoding="utf-8") as file:
        return {row["name"]: row["error"] for row in csv.DictReader(file, delimiter="\t")}


def derived(*stems: str) -> Callable[[Path], None]:
    """Return a check of which masks are among the derivatives."""

    def check(folder: Path) -> None:
        masks = sorted((folder / "out").rglob("*_mask.nii.gz"))
        assert [mask.name for mask in masks] == [f"{one}_space-orig_label-WMH_mask.nii.gz" for one in stems]
        for mask in masks:
            is_right(mask)

    return check


def nothing(folder: Path) -> None:
    """Look that there are no results."""
    assert not list(folder.glob("out*/**/*.nii.gz")) and not list(folder.glob("*mask*"))


def kept(name: str, content: bytes) -> Callable[[Path], None]:
    """Return a check that a file is as it was."""

    def check(folder: Path) -> None:
        assert (folder / name).read_bytes() == content

    return check
