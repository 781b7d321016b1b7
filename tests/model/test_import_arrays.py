"""Networks as bare arrays: imported at their own width, to the last bit."""

import json
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from wmhseg.cli import main
from wmhseg.io.files import file_sha256
from wmhseg.model.manifest import read_manifest
from wmhseg.model.unet import build_unet

sys.path.insert(0, str(Path(__file__).parent))
from network_reference import TINY, Array, drawn_weights


def arrays(normalised: bool = True, kernel: Any = np.float16) -> list[Array]:
    drawn = drawn_weights(build_unet((40, 40), widths=TINY, batch_normalisation=normalised))
    return [values.astype(kernel) if values.ndim == 4 else values for values in drawn]


def save(path: Path, values: list[Array], **more: Any) -> Path:
    np.savez(path, **{f"w{index:03d}": one for index, one in enumerate(values)}, **more)
    return path


def imported(*words: object) -> int:
    return main(["import-weights", *map(str, words), "-q"])


@pytest.mark.parametrize("normalised", [True, False])
@pytest.mark.parametrize("kernel", [np.float16, np.float32])
def test_every_bit_is_kept(tmp_path: Path, normalised: bool, kernel: Any) -> None:
    given = arrays(normalised, kernel)
    about = np.frombuffer(json.dumps({"seed": 7}).encode(), np.uint8)
    file = save(tmp_path / "one.npz", given, about=about)
    options = ["--recipe", "default", "--name", "mine", "--threshold", "0.65", "--min-peak", "0.9"]
    assert imported(file, *options, "--trained-on", "b/2", "a/1", "--output", tmp_path / "out") == 0
    manifest = read_manifest(tmp_path / "out")
    (member,) = manifest.members
    assert (manifest.name, manifest.recipe.threshold, manifest.recipe.min_peak) == ("mine", 0.65, 0.9)
    assert (member.widths, member.batch_normalisation) == (TINY, normalised)
    origin = {"imported_from": "one.npz", "imported_sha256": file_sha256(file)}
    assert member.training == {"seed": 7, **origin, "cases": ["a/1", "b/2"]}
    stored: list[Any] = []
    with h5py.File(member.path) as content:
        content.visititems(lambda _, item: stored.append(item) if isinstance(item, h5py.Dataset) else None)
        assert {item.dtype for item in stored if item.ndim == 4} == {np.dtype(kernel)}
    network = build_unet(widths=TINY, batch_normalisation=normalised)
    network.load_weights(member.path)
    for found, expected in zip(network.get_weights(), given, strict=True):
        np.testing.assert_array_equal(found, expected.astype(np.float32))


@pytest.mark.parametrize("fault", ["text", "names", "missing", "shape", "nan", "empty", "pickle"])
def test_what_is_no_network(tmp_path: Path, fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    given, path = arrays(), tmp_path / "one.npz"
    said = "expected the published U-Net"
    if fault == "text":
        path.write_text("no arrays")
        said = "expected arrays (.npz), found something else"
    elif fault == "pickle":
        np.savez(path, w000=np.array([{}], dtype=object))
        said = "expected arrays (.npz), found something else"
    elif fault == "names":
        np.savez(path, first=given[0])
        said = "expected arrays w000, w001, ... and about, found ['first']"
    elif fault == "empty":
        np.savez(path)
    elif fault == "missing":
        save(path, given[:-2])
    elif fault == "shape":
        save(path, [*given[:-1], np.zeros(2, np.float32)])
    else:
        given[4] = np.full_like(given[4], np.nan)
        save(path, given)
        said = "expected numbers, found NaN or infinite weights"
    assert imported(path, "--output", tmp_path / "out") == 5
    error = capsys.readouterr().err
    assert f"{path}: {said}" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()
