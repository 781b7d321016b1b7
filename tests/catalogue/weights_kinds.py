"""Weights folders and weight files from a stranger."""

import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from image_files import flair, no_mask, save
from kind import Kind

from wmhseg.recipe import DEFAULT

MEMBER = {"file": "m.weights.h5", "sha256": "0" * 64, "batch_normalisation": True}
MANIFEST = {"format": 2, "name": "theirs", "recipe": DEFAULT.to_dict(), "members": [MEMBER]}


def segment(write: Callable[[Path], None]) -> Callable[[Path], list[str]]:
    """Write a weights folder and segment with it."""

    def make(folder: Path) -> list[str]:
        save(folder / "FLAIR.nii.gz", flair())
        (folder / "weights").mkdir()
        write(folder / "weights")
        words = ["--flair", str(folder / "FLAIR.nii.gz"), "--output", str(folder / "mask.nii.gz")]
        return ["segment", *words, "--bias-correction", "off", "--weights", str(folder / "weights")]

    return make


def manifest(**changed: Any) -> Callable[[Path], None]:
    """Write a manifest with other fields."""
    return lambda folder: (folder / "manifest.json").write_text(json.dumps({**MANIFEST, **changed})) and None


def recipe(**changed: Any) -> Callable[[Path], list[str]]:
    return segment(manifest(recipe={**DEFAULT.to_dict(), **changed}))


def member(**changed: Any) -> Callable[[Path], list[str]]:
    return segment(manifest(members=[{**MEMBER, **changed}]))


def text(content: str) -> Callable[[Path], list[str]]:
    return segment(lambda folder: (folder / "manifest.json").write_text(content) and None)


def bring(name: str, write: Callable[[Path], object]) -> Callable[[Path], list[str]]:
    """Write a file and import it."""

    def make(folder: Path) -> list[str]:
        write(folder / name)
        return ["import-weights", str(folder / name), "--output", str(folder / "out")]

    return make


def claims(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive, archive.open("w000.npy", "w") as file:
        header = {"descr": "<f4", "fortran_order": False, "shape": (2**20, 2**20)}
        np.lib.format.write_array_header_1_0(file, header)


def keras2(write: Callable[[h5py.Group], object]) -> Callable[[Path], object]:
    """Write a Keras 2 file with one layer."""

    def make(path: Path) -> None:
        with h5py.File(path, "w") as file:
            file.attrs["layer_names"] = [b"a"]
            layer = file.create_group("a")
            layer.attrs["weight_names"] = [b"w"]
            write(layer)

    return make


def link(layer: h5py.Group) -> None:
    layer["w"] = h5py.ExternalLink("/etc/passwd", "/")


def loop(layer: h5py.Group) -> None:
    layer["w"] = layer.parent


def no_folder(folder: Path) -> None:
    """Look that no ensemble was written."""
    assert not (folder / "out").exists()


MEANS_NOTHING = "recipe: expected values that this version knows, found "

# fmt: off
WEIGHTS_KINDS = (
    Kind(
        "Weights: no manifest", "refused", segment(lambda _: None), 5, "expected the weights' manifest",
        no_mask,
    ),
    Kind("Weights: manifest is no JSON", "refused", text("{half"), 5, "expected JSON", no_mask),
    Kind("Weights: manifest 200,000 lists deep", "refused", text("[" * 200_000), 5, "expected JSON", no_mask),
    Kind(
        "Weights: manifest is a device", "refused",
        segment(lambda folder: (folder / "manifest.json").symlink_to("/dev/zero")), 5,
        "expected the weights' manifest, found none", no_mask,
    ),
    Kind(
        "Weights: a field of another type", "refused", segment(manifest(members={"a": 1})), 5,
        "a field is missing or has the wrong type", no_mask,
    ),
    Kind(
        "Weights: a name of half a character", "refused", segment(manifest(name="\ud800")), 5,
        r"expected a short text, found '\\ud800'", no_mask,
    ),
    Kind(
        "Weights: member outside the folder", "refused", member(file="../m.weights.h5"), 5,
        "expected plain file names", no_mask,
    ),
    Kind("Weights: SHA-256 is none", "refused", member(sha256="abc"), 5, "expected a SHA-256", no_mask),
    Kind(
        "Weights: 10^9 channels", "refused", member(widths=[[10**9] * 5, [4] * 4]), 5, "expected the widths",
        no_mask,
    ),
    Kind(
        "Weights: threshold NaN", "refused", recipe(threshold=float("nan")), 5,
        f"{MEANS_NOTHING}threshold nan",
        no_mask,
    ),
    Kind(
        "Weights: smallest lesion infinite", "refused", recipe(min_lesion_mm3=float("inf")), 5,
        f"{MEANS_NOTHING}min_lesion_mm3 inf", no_mask,
    ),
    Kind(
        "Weights: pixels of a nanometre", "refused", recipe(target_spacing_mm=1e-6), 5,
        f"{MEANS_NOTHING}target_spacing_mm 1e-06", no_mask,
    ),
    Kind(
        "Weights: windows of 10^9 pixels", "refused", recipe(patch=10**9), 5, f"{MEANS_NOTHING}patch",
        no_mask,
    ),
    Kind(
        "Weights: a field from elsewhere", "refused", recipe(sharpness=1), 5, "found .'sharpness'.;",
        no_mask,
    ),
    Kind(
        "import-weights: pickled objects in an .npz", "refused, nothing is unpickled",
        bring("a.npz", lambda path: np.savez(path, w000=np.array([print], dtype=object))), 5,
        "expected arrays .*claims more than it holds, or Python objects", no_folder,
    ),
    Kind(
        "import-weights: a pickle named .npz", "refused, nothing is unpickled",
        bring("a.npz", lambda path: path.write_bytes(pickle.dumps({"a": print}))), 5, "expected arrays",
        no_folder,
    ),
    Kind(
        "import-weights: an array that claims 4 TB", "refused", bring("a.npz", claims), 5,
        "claims more than it holds", no_folder,
    ),
    Kind(
        "import-weights: HDF5 that leads to another file", "refused", bring("0.h5", keras2(link)), 5,
        "'w' is a link", no_folder,
    ),
    Kind(
        "import-weights: HDF5 groups in a circle", "refused", bring("0.h5", keras2(loop)), 5,
        "hold one another", no_folder,
    ),
    Kind(
        "import-weights: HDF5 that claims 4 TB", "refused",
        bring("0.h5", keras2(lambda layer: layer.create_dataset("w", (2**20, 2**20), "f4", chunks=(64, 64)))),
        5,
        "expected the published U-Net .* found 1 weights", no_folder,
    ),
)
# fmt: on
