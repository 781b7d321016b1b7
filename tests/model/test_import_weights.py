"""The authors' weights: files and answers from a real Keras 2, read and given again by us."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from wmhseg.cli import main
from wmhseg.io.files import file_sha256
from wmhseg.model.ensemble import Ensemble
from wmhseg.model.manifest import read_manifest
from wmhseg.recipe import PAPER, PUBLISHED

MEMBERS = ("0.h5", "1.h5", "2.h5")


@pytest.fixture(scope="module")
def keras2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Keras 2's weights, slices and probabilities."""
    folder = tmp_path_factory.mktemp("keras2")
    program = Path(__file__).with_name("keras2_published.py")
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    # A process of its own: Keras 2 and 3 in one would share TensorFlow's state.
    subprocess.run([sys.executable, program, folder], check=True, capture_output=True, env=environment)
    return folder


@pytest.fixture(scope="module")
def imported(keras2: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imported") / "new"
    files = [str(keras2 / name) for name in MEMBERS]
    assert main(["import-weights", *files, "--recipe", "published", "--output", str(folder), "-q"]) == 0
    return folder


def test_each_member_and_the_mean_equal_keras_2(keras2: Path, imported: Path) -> None:
    slices, expected = np.load(keras2 / "slices.npy"), np.load(keras2 / "expected.npy")
    assert expected.std(axis=(1, 2, 3)).min() > 0.05
    ensemble = Ensemble(read_manifest(imported), "float32")
    for found, wanted in zip(ensemble.predict_members(slices), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)
    np.testing.assert_allclose(ensemble.predict(slices), expected.mean(axis=0), rtol=0, atol=1e-5)


def test_the_manifest_names_recipe_and_origin(keras2: Path, imported: Path) -> None:
    manifest = read_manifest(imported)
    assert manifest.recipe == PUBLISHED
    assert manifest.name == "published"
    assert [member.batch_normalisation for member in manifest.members] == [False] * 3
    assert [member.training for member in manifest.members] == [
        {"imported_from": name, "imported_sha256": file_sha256(keras2 / name)} for name in MEMBERS
    ]


def run_import(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Run the command; return its exit code and the error's one line."""
    code = main(["import-weights", *map(str, arguments), "-q"])
    error = capsys.readouterr().err.strip()
    assert "\n" not in error
    return code, error


def test_another_recipe_is_stored(keras2: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = run_import(capsys, keras2 / "0.h5", "--recipe", "paper", "--output", tmp_path)
    assert code == 0
    assert read_manifest(tmp_path).recipe == PAPER


def write_text(path: Path) -> None:
    path.write_text("no weights\n")


def write_other_hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["numbers"] = np.arange(3)


def write_nothing(path: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (write_text, "expected a Keras 2 weights file (HDF5), found something else"),
        (write_other_hdf5, "expected a Keras 2 weights file (HDF5), found something else"),
        (write_nothing, "expected a weights file, found none; check the path"),
        (Path.mkdir, "expected a weights file, found none; check the path"),
    ],
)
def test_files_that_are_no_keras_2_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], write: Callable[[Path], None], expected: str
) -> None:
    path = tmp_path / "0.h5"
    write(path)
    code, error = run_import(capsys, path, "--output", tmp_path / "new")
    assert code == 5
    assert f"wmhseg: error: {path}: {expected}" in error
    assert not (tmp_path / "new").exists()


def test_a_cut_file(keras2: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "0.h5"
    path.write_bytes((keras2 / "0.h5").read_bytes()[:1_000_000])
    code, error = run_import(capsys, path, "--output", tmp_path / "new")
    assert code == 5
    assert f"{path}: expected a Keras 2 weights file (HDF5), found something else" in error


def test_another_architecture(keras2: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = keras2 / "first_kernel_3.h5"
    code, error = run_import(capsys, keras2 / "0.h5", path, "--output", tmp_path / "new")
    assert code == 5
    assert (
        f"{path}: expected the published U-Net (38 weights, the first (5, 5, 2, 64)), "
        "found 38 weights [(3, 3, 2, 64)]" in error
    )
    assert not (tmp_path / "new").exists()


def test_an_unknown_recipe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(tmp_path / "0.h5"), "--recipe", "mine", "--output", str(tmp_path / "new")]
    with pytest.raises(SystemExit) as stopped:
        main(["import-weights", *arguments])
    assert stopped.value.code == 2
    assert "argument --recipe: invalid choice: 'mine'" in capsys.readouterr().err


def test_an_ensemble_is_not_overwritten(
    keras2: Path, imported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in imported.iterdir()}
    code, error = run_import(capsys, keras2 / "2.h5", "--output", imported)
    assert code == 6
    assert f"{imported}: expected a folder without an ensemble, found manifest.json" in error
    assert {path.name: path.stat().st_mtime_ns for path in imported.iterdir()} == before
