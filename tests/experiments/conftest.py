"""A small cohort, and training and prediction that cost nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from wmhseg.datasets.slices import SliceSet
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.material import Input
from wmhseg.experiments.phantom_cohort import write_cohort
from wmhseg.experiments.predictor import Predictor
from wmhseg.experiments.scale import SMALL
from wmhseg.experiments.store import FINISHED
from wmhseg.training.config import TrainingConfig


@pytest.fixture(scope="session")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five phantom cases of each scanner."""
    folder = tmp_path_factory.mktemp("cases")
    assert len(list(write_cohort(folder, 5, 0))) == 15
    return folder


class FakeTraining:
    """Writes a log, no weights; remembers what it was asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[list[str], TrainingConfig, Path]] = []

    def __call__(self, sets: list[SliceSet], config: TrainingConfig, folder: Path, precision: str) -> None:
        self.calls.append(([f"{one.site}/{one.name}" for one in sets], config, folder))
        folder.mkdir(parents=True, exist_ok=True)
        rows = [f"{epoch},{0.5 / epoch},{1 - 0.5 / epoch},1" for epoch in range(1, config.epochs + 1)]
        (folder / "epochs.csv").write_text("\n".join(["epoch,loss,dice,seconds", *rows]) + "\n")


def bright_is_wmh(_: Predictor, folder: Path, case: Input) -> NDArray[np.float32]:
    """A network that thinks bright is WMH; each seed and number of epochs has its own limit."""
    config = json.loads((folder / FINISHED).read_text())["config"]
    limit = 2.0 + 0.2 * (config["seed"] % 4) + 0.1 * config["epochs"]
    images = case.slices.images.astype(np.float32)
    return 1 / (1 + np.exp(np.clip(limit - images[..., 0] + 0.3 * images[..., 1], -20, 20)))


@pytest.fixture
def fake_training(monkeypatch: pytest.MonkeyPatch) -> FakeTraining:
    """Train and predict without TensorFlow."""
    fake = FakeTraining()
    monkeypatch.setattr("wmhseg.experiments.store._training", lambda: fake)
    monkeypatch.setattr(Predictor, "probability", bright_is_wmh)
    monkeypatch.setattr(Lab, "dice_loss", fake_dice_loss)
    return fake


def fake_dice_loss(lab: Lab, names: list[str], models: list) -> float:
    """The Dice loss in NumPy."""
    truth = np.concatenate([lab.material.input(name).slices.labels == 1 for name in names])
    probability = np.concatenate([lab.probability(name, models) for name in names])
    return float(1 - (2 * (truth * probability).sum() + 1) / (truth.sum() + probability.sum() + 1))


@pytest.fixture
def make_lab(cohort: Path, tmp_path: Path) -> Callable[..., Lab]:
    """A laboratory at the small scale; settings can be changed."""

    def make(**changes: object) -> Lab:
        return Lab(cohort, tmp_path / "out", replace(SMALL, **changes), 0)  # type: ignore[arg-type]

    return make
