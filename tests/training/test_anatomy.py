"""A training of the anatomy network: labels move with images, runs go on, weights are written."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from wmhseg.anatomy.structure import Structure
from wmhseg.augmentation.intensity import IntensityRange
from wmhseg.datasets.slices import SliceSet
from wmhseg.errors import InputError, OutputError
from wmhseg.model.anatomy_network import AnatomyNetwork
from wmhseg.model.manifest import read_manifest
from wmhseg.training import anatomy as module
from wmhseg.training.anatomy import train_anatomy
from wmhseg.training.anatomy_batches import AnatomyBatches, structure_windows
from wmhseg.training.anatomy_config import AnatomyConfig
from wmhseg.training.files import CHECKPOINT, LOG

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))
from network_reference import TINY

CONFIG = AnatomyConfig(epochs=4, batches_per_epoch=2, batch_size=2, patch=40, learning_rate=1e-2, widths=TINY)
STILL = IntensityRange(0, 0, 0, 1, 0, 0, 0, 0)


def drawn(name: str, slices: int, t1: float) -> SliceSet:
    """Slices whose FLAIR is the number of the structure, 0.5 apart, and whose T1 is flat."""
    structures = np.zeros((slices, 72, 72), np.uint8)
    for number in Structure:
        structures[:, 8 * number + 4 : 8 * number + 12, 10:60] = number
    structures[0] = 0
    images = np.stack([structures / 2, np.full(structures.shape, t1)], axis=-1).astype(np.float16)
    return SliceSet("synthetic", name, images, np.zeros_like(structures), structures)


@pytest.fixture(scope="module")
def sets() -> list[SliceSet]:
    return [drawn("few", 2, 1.0), drawn("many", 12, 2.0)]


def cut(sets: list[SliceSet], config: AnatomyConfig, step: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Images and structures of the windows of a step."""
    (draw,) = AnatomyBatches(sets, config)[step]
    images, truth = structure_windows(sets, config.patch)(draw)
    return np.asarray(images), np.asarray(truth)


def test_structures_move_with_the_image(sets: list[SliceSet]) -> None:
    config = replace(CONFIG, batch_size=8, intensity=STILL)
    images, truth = cut(sets, config)
    assert images.shape == (8, 40, 40, 2)
    assert truth.shape == (8, 40, 40, 8)
    np.testing.assert_array_equal(truth.sum(axis=-1), 1)
    numbers = truth.argmax(axis=-1)
    assert len(np.unique(numbers)) == 8
    # Where the image is one structure's value, with none of its neighbours mixed in, it is that structure.
    values = 2 * images[..., 0]
    flat = ndimage.maximum_filter(values, (1, 3, 3)) - ndimage.minimum_filter(values, (1, 3, 3)) < 1e-2
    assert flat.mean() > 0.4
    np.testing.assert_allclose(values[flat], numbers[flat], atol=2e-2)


def test_cases_are_drawn_alike_and_draws_repeat(sets: list[SliceSet]) -> None:
    config = replace(CONFIG, batch_size=200, intensity=STILL)
    first, other = AnatomyBatches(sets, config), AnatomyBatches(sets, config)
    np.testing.assert_equal(first[1], other[1])
    assert not np.array_equal(first[1][0]["slice"], first[0][0]["slice"])
    other.on_epoch_end()
    assert not np.array_equal(first[1][0]["slice"], other[1][0]["slice"])
    images, _ = cut(sets, config)
    # Nothing is drawn in the first slices: one of the two of "few", one of twelve of "many". Of 15 % of the
    # windows, (1/2 + 1/12) / 2 are 4.4 %.
    empty = np.mean([abs(window[..., 0]).max() < 1e-3 for window in images])
    assert 0 < empty < 0.12
    # The T1 tells the cases apart.
    assert np.mean([window[..., 1].mean() < 1.5 for window in images]) == pytest.approx(0.5, abs=0.12)


def test_slices_without_structures_are_refused(sets: list[SliceSet]) -> None:
    with pytest.raises(InputError, match=r"synthetic__few: expected structures\.npy"):
        AnatomyBatches([replace(sets[0], structures=None)], CONFIG)


def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(
    sets: list[SliceSet], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    train_anatomy(sets, CONFIG, whole)
    save = module._Checkpoint.on_epoch_end

    def interrupt(self: module._Checkpoint, epoch: int, logs: dict[str, float] | None = None) -> None:
        save(self, epoch, logs)
        if epoch == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(module._Checkpoint, "on_epoch_end", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train_anatomy(sets, CONFIG, halves)
    monkeypatch.setattr(module._Checkpoint, "on_epoch_end", save)
    with pytest.raises(InputError, match=r"settings\.json: a run with other settings"):
        train_anatomy(sets, replace(CONFIG, seed=5), halves)
    train_anatomy(sets, CONFIG, halves)
    slices = np.random.default_rng(0).normal(size=(2, 40, 40, 2)).astype(np.float32)
    expected, found = (AnatomyNetwork(read_manifest(run)).predict(slices) for run in (whole, halves))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)
    assert expected.std(axis=(0, 1, 2)).max() > 0.01
    assert {path.name for path in whole.iterdir()} == {
        CHECKPOINT,
        LOG,
        "settings.json",
        "manifest.json",
        "member-0.weights.h5",
    }
    training = json.loads((whole / "manifest.json").read_text())["members"][0]["training"]
    assert training["structures"] == [structure.name for structure in Structure]
    assert training["config"]["patch"] == 40
    assert (training["cases"], training["synthetic_cases"]) == ([], 2)
    with pytest.raises(OutputError, match="expected a folder without weights"):
        train_anatomy(sets, CONFIG, whole)
