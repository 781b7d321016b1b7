"""Networks are trained once, whoever asks; a learning curve goes on instead of starting again."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from wmhseg.datasets.slices import SliceSet
from wmhseg.experiments.material import Input
from wmhseg.experiments.scale import SMALL
from wmhseg.experiments.store import FINISHED, ModelStore, training_losses
from wmhseg.training.files import CHECKPOINT, LOG, STATE

WIDTHS = ((2, 3, 4, 5, 6), (5, 4, 3, 2))
CONFIG = replace(SMALL.training, batches_per_epoch=2, batch_size=2, widths=WIDTHS)


def made_input(name: str, digest: str) -> Input:
    rng = np.random.default_rng(len(name))
    labels = np.zeros((2, 40, 40), np.uint8)
    labels[:, 10:20, 12:24] = 1
    images = rng.normal(size=(2, 40, 40, 2)) + 2 * labels[..., np.newaxis]
    return Input(SliceSet("site", name, images.astype(np.float16), labels), digest)


INPUTS = [made_input("b", "1"), made_input("a", "2")]


def test_a_network_is_trained_once_whatever_the_order_of_its_cases(fake_training, tmp_path: Path) -> None:
    store = ModelStore(tmp_path, "float32")
    first = store.trained(INPUTS, CONFIG)
    assert store.trained(INPUTS[::-1], CONFIG) == first
    assert [(cases, folder) for cases, _, folder in fake_training.calls] == [(["site/a", "site/b"], first)]


def test_everything_that_makes_a_network_is_in_its_name(tmp_path: Path) -> None:
    store = ModelStore(tmp_path, "float32")
    paths = {
        store.path(INPUTS, CONFIG),
        store.path(INPUTS[:1], CONFIG),
        store.path([INPUTS[0], replace(INPUTS[1], digest="3")], CONFIG),
        store.path(INPUTS, replace(CONFIG, seed=1)),
        store.path(INPUTS, replace(CONFIG, learning_rate=1.0)),
        ModelStore(tmp_path, "mixed_bfloat16").path(INPUTS, CONFIG),
    }
    assert len(paths) == 6
    assert all(path.parent == tmp_path for path in paths)


def test_file_names_are_those_of_the_training() -> None:
    from wmhseg.training import end_of_epoch, start, train

    assert (CHECKPOINT, LOG, STATE) == (train.CHECKPOINT, end_of_epoch.LOG, start.STATE)


def test_an_interrupted_training_is_called_again(fake_training, tmp_path: Path) -> None:
    store = ModelStore(tmp_path, "float32")
    folder = store.trained(INPUTS, CONFIG)
    (folder / FINISHED).unlink()
    store.trained(INPUTS, CONFIG)
    assert [call[2] for call in fake_training.calls] == [folder, folder]


def test_a_curve_goes_on_from_the_epoch_before(tmp_path: Path) -> None:
    from wmhseg.training.files import WEIGHTS

    def weights(folder: Path) -> list[np.ndarray]:
        found: list[np.ndarray] = []
        with h5py.File(folder / WEIGHTS) as file:
            file.visititems(lambda _, one: found.append(one[()]) if isinstance(one, h5py.Dataset) else None)
        return found

    steps = ModelStore(tmp_path / "steps", "float32").after_epochs(INPUTS, CONFIG, (2, 1))
    straight = ModelStore(tmp_path / "straight", "float32").trained(INPUTS, replace(CONFIG, epochs=2))
    # The same place, so that an experiment that wants two epochs finds them.
    assert steps[1].name == straight.name
    assert training_losses(steps[1]) == pytest.approx(training_losses(straight), abs=1e-4)
    assert training_losses(steps[0]) == pytest.approx(training_losses(straight)[:1], abs=1e-4)
    for found, expected in zip(weights(steps[1]), weights(straight), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)
    assert max(np.abs(a - b).max() for a, b in zip(weights(steps[0]), weights(straight), strict=True)) > 0.01
    assert not [*tmp_path.glob(f"*/*/{CHECKPOINT}")]


def test_a_schedule_that_ends_with_the_run_has_no_curve(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected a constant learning rate"):
        ModelStore(tmp_path, "float32").after_epochs(INPUTS, replace(CONFIG, cosine_decay=True), (1, 2))
