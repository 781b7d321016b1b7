"""A training run: the same after an interruption, with everything it should leave behind."""

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from wmhseg.datasets.slices import SliceSet
from wmhseg.errors import InputError
from wmhseg.model.unet import build_unet
from wmhseg.recipe import DEFAULT
from wmhseg.training import end_of_epoch
from wmhseg.training import train as module
from wmhseg.training.config import FIRST, TrainingConfig
from wmhseg.training.files import CHECKPOINT, LOG, STATE, WEIGHTS
from wmhseg.training.train import export_runs, train

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))
from network_reference import TINY, Array

CONFIG = replace(
    FIRST, epochs=4, batch_size=2, batches_per_epoch=2, patch=40, learning_rate=1e-2, widths=TINY
)


@pytest.fixture(scope="module")
def sets() -> list[SliceSet]:
    rng = np.random.default_rng(3)
    made = []
    for site in ("a", "b"):
        labels = np.zeros((3, 72, 72), np.uint8)
        labels[:, 20:32, 30:44] = 1
        images = 0.3 * rng.normal(size=(3, 72, 72, 2)) + 2 * (labels == 1)[..., np.newaxis]
        made.append(SliceSet(site, f"case_{site}", images.astype(np.float16), labels))
    return made


@pytest.fixture(scope="module")
def finished(sets: list[SliceSet], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four epochs without a break."""
    folder = tmp_path_factory.mktemp("runs") / "new" / "run"
    train(sets, CONFIG, folder)
    return folder


def weights_of(folder: Path) -> list[Array]:
    model = build_unet(widths=TINY)
    model.load_weights(folder / WEIGHTS)
    return model.get_weights()


def losses_of(folder: Path) -> list[float]:
    with (folder / LOG).open(newline="") as file:
        return [float(row["loss"]) for row in csv.DictReader(file)]


def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(
    sets: list[SliceSet],
    finished: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw_curve = end_of_epoch.draw_curve

    def interrupt(losses: list[float], path: Path) -> None:
        # Between two writes: this epoch's checkpoint is there, its state is not.
        if len(losses) == 3:
            raise KeyboardInterrupt
        draw_curve(losses, path)

    monkeypatch.setattr(end_of_epoch, "draw_curve", interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(sets, CONFIG, tmp_path)
    assert json.loads((tmp_path / STATE).read_text())["epochs_done"] == 2
    assert not (tmp_path / WEIGHTS).exists()
    monkeypatch.setattr(end_of_epoch, "draw_curve", draw_curve)
    train(sets, CONFIG, tmp_path)
    # Bit for bit where it was measured; other machines may sum in another order. Without the
    # optimiser's state the difference is 0.6.
    assert losses_of(tmp_path) == pytest.approx(losses_of(finished), abs=1e-4)
    for found, expected in zip(weights_of(tmp_path), weights_of(finished), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3)


def test_the_loss_falls_on_a_few_slices(sets: list[SliceSet], tmp_path: Path) -> None:
    train(sets, replace(CONFIG, epochs=3, batches_per_epoch=20, batch_size=4, cosine_decay=False), tmp_path)
    losses = losses_of(tmp_path)
    assert losses[2] < losses[1] < losses[0]
    assert losses[2] < 0.7 * losses[0]


def test_files_of_a_run(finished: Path) -> None:
    assert sorted(path.name for path in finished.iterdir()) == sorted(
        [CHECKPOINT, "curve.png", LOG, WEIGHTS, STATE]
    )
    with (finished / LOG).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    for row in rows:
        assert 0 < float(row["loss"]) < 1
        assert float(row["dice"]) == pytest.approx(1 - float(row["loss"]))
    seconds = [float(row["seconds"]) for row in rows]
    assert seconds == sorted(seconds)
    with Image.open(finished / "curve.png") as picture:
        assert picture.size == (600, 400)


def test_the_manifest_of_a_run(finished: Path) -> None:
    state = json.loads((finished / STATE).read_text())
    assert state["epochs_done"] == 4
    assert state["settings"]["cases"] == ["a/case_a", "b/case_b"]
    assert state["settings"]["precision"] == "float32"
    assert state["settings"]["config"]["affine"]["shear_deg"] == 18.0
    assert set(state["settings"]["config"]) == set(vars(CONFIG))
    assert {"wmhseg", "keras", "python"} <= set(state["versions"])


def test_the_weights_changed_and_are_those_of_the_checkpoint(finished: Path) -> None:
    model = module.compile_model(CONFIG, 2, "float32")
    start = model.get_weights()
    model.load_weights(finished / CHECKPOINT)
    assert int(model.optimizer.iterations) == 8
    final = weights_of(finished)
    for found, expected in zip(final, model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert max(np.abs(a - b).max() for a, b in zip(start, final, strict=True)) > 0.01


def test_a_finished_run_is_left_alone(sets: list[SliceSet], finished: Path) -> None:
    before, log = weights_of(finished), (finished / LOG).read_text()
    train(sets, CONFIG, finished)
    for found, expected in zip(weights_of(finished), before, strict=True):
        np.testing.assert_array_equal(found, expected)
    assert (finished / LOG).read_text() == log


@pytest.mark.parametrize(
    ("changes", "cases", "precision"),
    [({"seed": 1}, 2, "float32"), ({}, 1, "float32"), ({}, 2, "mixed_bfloat16")],
)
def test_a_run_with_other_settings_is_not_continued(
    sets: list[SliceSet], finished: Path, changes: dict[str, Any], cases: int, precision: str
) -> None:
    before = (finished / CHECKPOINT).stat().st_mtime_ns
    expected = r"state\.json: a run with other settings or cases is there; choose another folder"
    with pytest.raises(InputError, match=expected):
        train(sets[:cases], replace(CONFIG, **changes), finished, precision)
    assert (finished / CHECKPOINT).stat().st_mtime_ns == before


def test_a_collapse_is_reported(
    sets: list[SliceSet], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # 168 pixels of lesion per slice and an output of almost 0: the loss is about 1 - 1 / 337.
    collapsed = replace(CONFIG, epochs=3, learning_rate=1e-6, score_bias=-30.0, lesion_fraction=1.0)
    train(sets, collapsed, tmp_path, "mixed_bfloat16")
    said = capsys.readouterr().out
    assert "after epoch 3: the output is almost empty; lower the learning rate" in said
    assert "after epoch 2: the output" not in said
    assert min(losses_of(tmp_path)) > 0.98


def test_cross_entropy_is_in_the_loss_and_not_in_the_dice(sets: list[SliceSet], tmp_path: Path) -> None:
    train(sets, replace(CONFIG, epochs=1, cross_entropy=2.0), tmp_path)
    with (tmp_path / LOG).open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["loss"]) > 1 - float(row["dice"]) + 0.01


def start_bias(config: TrainingConfig) -> float:
    return float(module.compile_model(config, 1, "float32").get_layer("score").get_weights()[1][0])


def test_the_score_starts_at_its_bias() -> None:
    assert start_bias(replace(CONFIG, score_bias=-2.0)) == -2.0
    assert start_bias(replace(CONFIG, score_bias=0.0)) == 0.0


def test_the_learning_rate_falls_along_a_cosine() -> None:
    rate = module.compile_model(replace(CONFIG, cosine_decay=True), 10, "float32").optimizer._learning_rate
    # 4 epochs of 10 steps.
    assert [float(rate(step)) for step in (0, 20, 40)] == pytest.approx([1e-2, 5e-3, 0], abs=1e-8)
    plain = module.compile_model(replace(CONFIG, cosine_decay=False), 10, "float32")
    assert float(plain.optimizer.learning_rate) == pytest.approx(1e-2)


def test_an_unfinished_run_is_not_exported(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with pytest.raises(
        InputError, match=r"member\.weights\.h5: expected a finished run, found none; run fit"
    ):
        export_runs([tmp_path / "run"], tmp_path / "out", "none", DEFAULT)
    assert not (tmp_path / "out").exists()


def test_training_needs_no_simpleitk() -> None:
    program = "import wmhseg.training.train, sys; sys.exit('SimpleITK' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
