"""The network of the structures: what Keras computes, from verified weights only."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wmhseg.anatomy.structure import Structure
from wmhseg.errors import WeightsError
from wmhseg.model.anatomy_network import CLASSES, AnatomyNetwork
from wmhseg.model.ensemble import Ensemble
from wmhseg.model.export import Trained, write_ensemble
from wmhseg.model.manifest import WEIGHTS_VARIABLE, Manifest, anatomy_folder, read_manifest
from wmhseg.model.unet import build_unet
from wmhseg.recipe import DEFAULT

sys.path.insert(0, str(Path(__file__).parent))
from network_reference import TINY, Array, drawn_weights

ROOT = Path(__file__).parents[2]


def write_anatomy(folder: Path, outputs: int = CLASSES) -> Manifest:
    model = build_unet((40, 40), widths=TINY, outputs=outputs)
    model.set_weights(drawn_weights(model))
    write_ensemble(folder, "anatomy", DEFAULT, [Trained(model, True, {})], half_kernels=False)
    return read_manifest(folder)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return write_anatomy(tmp_path_factory.mktemp("anatomy"))


@pytest.fixture(scope="module")
def slices() -> Array:
    return np.random.default_rng(2).normal(size=(5, 40, 72, 2)).astype(np.float32)


def test_there_is_a_class_for_each_structure() -> None:
    assert len(Structure) == CLASSES


def test_the_probabilities_of_the_network_that_was_trained(manifest: Manifest, slices: Array) -> None:
    found = AnatomyNetwork(manifest).predict(slices)
    model = build_unet((40, 72), widths=TINY, outputs=CLASSES)
    model.load_weights(manifest.members[0].path)
    assert found.shape == (5, 40, 72, CLASSES)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.asarray(model(slices, training=False)), rtol=0, atol=3e-5)
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=0, atol=1e-5)
    assert found.max(axis=-1).std() > 0.01


def test_windows_of_another_size_and_none(manifest: Manifest, slices: Array) -> None:
    network = AnatomyNetwork(manifest)
    both = network.predict(slices), network.predict(slices[:, :, :40])
    assert both[1].shape == (5, 40, 40, CLASSES)
    np.testing.assert_array_equal(network.predict(slices), both[0])
    assert network.predict(slices[:0]).shape == (0, 40, 72, CLASSES)


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    manifest = write_anatomy(tmp_path)
    content = bytearray(manifest.members[0].path.read_bytes())
    content[-1] ^= 1
    manifest.members[0].path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"member-0\.weights\.h5: expected SHA-256"):
        AnatomyNetwork(manifest)


def test_weights_of_wmh_are_refused_and_refuse_these(manifest: Manifest, tmp_path: Path) -> None:
    of_wmh = write_anatomy(tmp_path, outputs=1)
    with pytest.raises(WeightsError, match="expected weights of the U-Net, found others"):
        AnatomyNetwork(of_wmh)
    with pytest.raises(WeightsError, match="expected weights of the U-Net, found others"):
        Ensemble(manifest)
    with pytest.raises(WeightsError, match="expected one network of the anatomy, found 2"):
        AnatomyNetwork(replace(manifest, members=manifest.members * 2))


def test_other_weights_without_an_anatomy_leave_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(WEIGHTS_VARIABLE, raising=False)
    shipped = ROOT / "weights" / "anatomy"
    assert anatomy_folder() == shipped
    monkeypatch.setenv(WEIGHTS_VARIABLE, str(tmp_path))
    assert anatomy_folder() == shipped
    (tmp_path / "anatomy").mkdir()
    assert anatomy_folder() == tmp_path / "anatomy"


def test_the_shipped_network() -> None:
    manifest = read_manifest(ROOT / "weights" / "anatomy")
    AnatomyNetwork(manifest)
    assert manifest.recipe == DEFAULT
    assert manifest.members[0].training["structures"] == [structure.name for structure in Structure]
    assert sum(path.stat().st_size for path in (ROOT / "weights" / "anatomy").iterdir()) < 5e6
