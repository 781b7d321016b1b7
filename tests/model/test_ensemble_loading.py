"""Loading an ensemble: nothing but verified weights of this very network."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from wmhseg.cli import main
from wmhseg.errors import WeightsError
from wmhseg.io.files import file_sha256
from wmhseg.io.write_volume import write_volume
from wmhseg.model.ensemble import Ensemble
from wmhseg.model.export import Trained, write_ensemble
from wmhseg.model.manifest import MANIFEST, read_manifest
from wmhseg.model.member_weights import load_members
from wmhseg.model.unet import build_unet
from wmhseg.recipe import DEFAULT

sys.path.insert(0, str(Path(__file__).parent))
from network_reference import TINY, write_random_ensemble


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ensemble of two, the first with batch normalisation."""
    folder = tmp_path_factory.mktemp("ensemble")
    write_random_ensemble(folder, (True, False))
    return folder


@pytest.fixture
def copied(written: Path, tmp_path: Path) -> Path:
    """A copy of the ensemble that a test may damage."""
    return Path(shutil.copytree(written, tmp_path / "copy"))


def flip_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_a_changed_byte_is_refused(copied: Path) -> None:
    flip_byte(copied / "member-1.weights.h5")
    expected = r"member-1\.weights\.h5: expected SHA-256 \w{12}…, found \w{12}…; the file was changed"
    with pytest.raises(WeightsError, match=expected):
        Ensemble(read_manifest(copied), "float32")


def test_the_command_refuses_changed_weights_with_code_5(
    copied: Path, head: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flip_byte(copied / "member-1.weights.h5")
    flair, result = tmp_path / "FLAIR.nii.gz", tmp_path / "result.nii.gz"
    write_volume(flair, head.flair)
    code = main(["segment", "--flair", str(flair), "--output", str(result), "--weights", str(copied), "-q"])
    lines = capsys.readouterr().err.strip().splitlines()
    assert code == 5
    assert len([line for line in lines if "error" in line]) == 1
    assert f"{copied / 'member-1.weights.h5'}: expected SHA-256" in lines[-1]
    assert not result.exists()


def test_a_missing_member_is_named(copied: Path) -> None:
    (copied / "member-0.weights.h5").unlink()
    with pytest.raises(WeightsError, match=r"member-0\.weights\.h5: expected a weights file, found none"):
        load_members(read_manifest(copied))


def write_text(path: Path) -> None:
    path.write_text("no weights\n")


def write_narrow(path: Path) -> None:
    build_unet((40, 40), widths=TINY).save_weights(path)


def write_dense(path: Path) -> None:
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save_weights(path)


@pytest.mark.filterwarnings("error::UserWarning")  # Keras' warnings would bury the one line
@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (write_text, "file signature not found"),
        (write_narrow, r"110 arrays with \d+ values instead of 110 with 8755009"),
        (write_dense, "2 arrays with 8 values instead of 110 with 8755009"),
    ],
)
def test_a_file_of_another_network_is_refused(
    copied: Path, write: Callable[[Path], None], reason: str
) -> None:
    path = copied / "member-0.weights.h5"
    write(path)
    accept(copied, sha256=file_sha256(path))
    expected = r"member-0\.weights\.h5: expected weights of the U-Net, found others \(.*"
    with pytest.raises(WeightsError, match=expected + reason):
        load_members(read_manifest(copied))


def test_batch_normalisation_that_the_manifest_denies_is_refused(copied: Path) -> None:
    accept(copied, batch_normalisation=False)
    with pytest.raises(WeightsError, match="110 arrays with 8755009 values instead of 38 with 8742209"):
        load_members(read_manifest(copied))


def fill(path: Path, change: Callable[[Any], Any], ndim: int) -> None:
    """Change all arrays of so many dimensions."""

    def one(_: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and item.ndim == ndim:
            item[...] = change(item[...])

    with h5py.File(path, "r+") as file:
        file.visititems(one)


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(
    ("change", "ndim"), [(lambda values: values * np.nan, 4), (lambda values: values * 0 - 7, 1)]
)
def test_weights_that_are_no_numbers_are_refused(
    copied: Path, change: Callable[[Any], Any], ndim: int
) -> None:
    """NaN kernels; variances of batch normalisation below 0."""
    path = copied / "member-0.weights.h5"
    fill(path, change, ndim)
    accept(copied, sha256=file_sha256(path))
    with pytest.raises(WeightsError, match=r"member-0\.weights\.h5: expected numbers, found NaN"):
        load_members(read_manifest(copied))


def test_weights_that_compute_nan_are_refused(tmp_path: Path) -> None:
    network = build_unet((40, 40), widths=TINY, batch_normalisation=False)
    network.set_weights([np.full(values.shape, 1e30, np.float32) for values in network.get_weights()])
    network.get_layer("score").set_weights([np.linspace(-1, 1, TINY[1][3])[None, None, :, None], np.zeros(1)])
    write_ensemble(tmp_path, "huge", DEFAULT, [Trained(network, False, {})], half_kernels=False)
    ensemble = Ensemble(read_manifest(tmp_path), "float32")
    with pytest.raises(WeightsError, match="weights huge: expected probabilities, computed NaN"):
        ensemble.predict(np.ones((1, 40, 40, 2), np.float32))


def accept(folder: Path, **changes: object) -> None:
    """Change what the manifest says about its first member."""
    values = json.loads((folder / MANIFEST).read_text())
    values["members"][0].update(changes)
    (folder / MANIFEST).write_text(json.dumps(values))
