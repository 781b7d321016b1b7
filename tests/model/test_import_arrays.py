"""Networks as bare arrays: imported at their own width, to the last bit."""

import io
import json
import sys
import zipfile
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


def test_an_array_that_claims_more_than_it_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        content, {"descr": "<f4", "fortran_order": False, "shape": (2**20, 2**20)}
    )
    with zipfile.ZipFile(tmp_path / "one.npz", "w") as archive:
        archive.writestr("w000.npy", content.getvalue())
    assert imported(tmp_path / "one.npz", "--output", tmp_path / "out") == 5
    assert "claims more than it holds" in capsys.readouterr().err


def test_an_archive_that_grows_without_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(tmp_path / "one.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        for index in range(65):
            archive.writestr(f"w{index:03d}.npy", bytes(2**24))
    assert imported(tmp_path / "one.npz", "--output", tmp_path / "out") == 5
    assert "found something else (more than 1073741824 bytes)" in capsys.readouterr().err


@pytest.mark.parametrize("width", [0, 10**9])
def test_a_width_that_no_memory_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str], width: int) -> None:
    given = [np.zeros((0, 0, 0, width), np.float32) if one.ndim == 4 else one for one in arrays(False)]
    assert imported(save(tmp_path / "one.npz", given), "--output", tmp_path / "out") == 5
    assert "expected the widths of five encoder" in capsys.readouterr().err


def test_keras_2_arrays_by_links(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with h5py.File(tmp_path / "0.h5", "w") as file:
        file.attrs["layer_names"] = [b"a"]
        file["a"] = h5py.ExternalLink("/etc/passwd", "/")
    assert imported(tmp_path / "0.h5", "--output", tmp_path / "out") == 5
    assert "found something else ('a' is a link)" in capsys.readouterr().err


def test_keras_2_shapes_are_looked_at_before_they_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with h5py.File(tmp_path / "0.h5", "w") as file:
        file.attrs["layer_names"] = [b"a"]
        file.create_group("a").attrs["weight_names"] = [b"w"]
        file["a"].create_dataset("w", (2**20, 2**20), "f4", chunks=(1024, 1024))
    assert imported(tmp_path / "0.h5", "--output", tmp_path / "out") == 5
    assert "found 1 weights [(1048576, 1048576)]" in capsys.readouterr().err
