"""Ensembles on disk: half precision for kernels only, hashes that hold, nothing overwritten."""

import sys
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from wmhseg.errors import OutputError, WeightsError
from wmhseg.io.files import file_sha256
from wmhseg.model.export import Trained, write_ensemble
from wmhseg.model.manifest import read_manifest
from wmhseg.model.unet import build_unet
from wmhseg.recipe import DEFAULT, PUBLISHED

sys.path.insert(0, str(Path(__file__).parent))
from network_reference import TINY, drawn_weights


def tiny(seed: int = 0) -> keras.Model:
    model = build_unet((40, 40), widths=TINY)
    model.set_weights(drawn_weights(model, seed))
    return model


def data_sets(path: Path) -> list[np.ndarray]:
    found: list[np.ndarray] = []
    with h5py.File(path, "r") as file:
        file.visititems(lambda _, item: found.append(item[()]) if isinstance(item, h5py.Dataset) else None)
    return found


def test_kernels_are_halved_and_nothing_else(tmp_path: Path) -> None:
    model = tiny()
    manifest = write_ensemble(tmp_path / "new", "one", DEFAULT, [Trained(model, True, {})])
    stored = data_sets(manifest.members[0].path)
    # 19 kernels and 19 biases; gamma, beta, mean and variance of 18 normalisations.
    assert len(stored) == 2 * 19 + 4 * 18
    assert [values.ndim for values in stored].count(4) == 19
    for values in stored:
        assert values.dtype == (np.float16 if values.ndim == 4 else np.float32)


def test_keras_reads_what_was_written(tmp_path: Path) -> None:
    model = tiny()
    manifest = write_ensemble(tmp_path, "one", DEFAULT, [Trained(model, True, {})])
    other = tiny(seed=1)
    other.load_weights(manifest.members[0].path)
    for found, written in zip(other.get_weights(), model.get_weights(), strict=True):
        expected = written.astype(np.float16).astype(np.float32) if written.ndim == 4 else written
        np.testing.assert_array_equal(found, expected)


def test_full_precision_keeps_every_bit(tmp_path: Path) -> None:
    model = tiny()
    manifest = write_ensemble(tmp_path, "one", DEFAULT, [Trained(model, True, {})], half_kernels=False)
    other = tiny(seed=1)
    other.load_weights(manifest.members[0].path)
    for found, written in zip(other.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, written)


def test_the_manifest_says_what_was_written(tmp_path: Path) -> None:
    networks = [Trained(tiny(seed), True, {"seed": seed}) for seed in (0, 1)]
    written = write_ensemble(tmp_path / "a" / "b", "two", PUBLISHED, networks)
    found = read_manifest(tmp_path / "a" / "b")
    assert found == written
    assert found.name == "two"
    assert found.recipe == PUBLISHED
    assert [member.training for member in found.members] == [{"seed": 0}, {"seed": 1}]
    assert [member.sha256 for member in found.members] == [file_sha256(m.path) for m in found.members]
    assert found.members[0].sha256 != found.members[1].sha256
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == [
        "manifest.json",
        "member-0.weights.h5",
        "member-1.weights.h5",
    ]


def test_an_ensemble_is_not_overwritten(tmp_path: Path) -> None:
    write_ensemble(tmp_path, "first", DEFAULT, [Trained(tiny(), True, {})])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(OutputError, match=r"expected a folder without an ensemble, found manifest\.json"):
        write_ensemble(tmp_path, "second", DEFAULT, [Trained(tiny(1), True, {})])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match=r"taken: cannot be written \(File exists\)"):
        write_ensemble(tmp_path / "taken", "one", DEFAULT, [Trained(tiny(), True, {})])


@pytest.mark.parametrize("value", [1e5, -1e5, np.nan, np.inf])
def test_a_diverged_network_is_refused(tmp_path: Path, value: float) -> None:
    model = tiny()
    weights = model.get_weights()
    weights[0][0, 0, 0, 0] = value
    model.set_weights(weights)
    with pytest.raises(WeightsError, match=r"member-0\.weights\.h5: expected kernels below 65504, found"):
        write_ensemble(tmp_path, "one", DEFAULT, [Trained(model, True, {})])
    assert not (tmp_path / "manifest.json").exists()
    assert not list(tmp_path.glob(".float32*"))


def test_the_manifest_says_how_wide_a_member_is(tmp_path: Path) -> None:
    write_ensemble(tmp_path, "one", DEFAULT, [Trained(tiny(), True, {})])
    assert read_manifest(tmp_path).members[0].widths == TINY
