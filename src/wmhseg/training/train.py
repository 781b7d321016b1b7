"""One training run, from prepared slices to weights."""

import csv
import io
import json
import platform
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import keras
import numpy as np

from wmhseg import __version__
from wmhseg.datasets.slices import SYNTHETIC_SITE, SliceSet
from wmhseg.errors import InputError
from wmhseg.io.writing import make_folder, write_json, write_text
from wmhseg.model.export import Trained, write_ensemble
from wmhseg.model.manifest import PAPER_WIDTHS, Manifest
from wmhseg.model.unet import build_unet
from wmhseg.recipe import Recipe
from wmhseg.training.batches import Batches
from wmhseg.training.config import TrainingConfig
from wmhseg.training.curve import draw_curve
from wmhseg.training.files import CHECKPOINT, LOG, STATE, WEIGHTS
from wmhseg.training.loss import dice_loss, make_loss
from wmhseg.training.start import Start, find_run, load_network, load_start

# A Dice loss this close to 1 after the first epochs means that the output is empty.
COLLAPSED = 0.98


def train(
    sets: list[SliceSet],
    config: TrainingConfig,
    folder: str | Path,
    precision: str = "float32",
    start: Start | None = None,
) -> None:
    """Train one network, or go on where an interrupted run of the same settings stopped.

    Args:
        sets: Prepared slices of the training cases.
        config: Settings.
        folder: Receives the checkpoint, the log (CSV), the curve (PNG), the manifest and the weights.
        precision: Keras dtype policy, "float32" or "mixed_bfloat16".
        start: Weights to start from, of the same width or narrower by a whole number; None for random ones.

    Raises:
        InputError: The folder holds a run with other settings or other cases.
    """
    folder = Path(folder)
    make_folder(folder)
    settings = _settings(sets, config, precision, start)
    resumed = _is_resumable(folder, settings)
    keras.utils.set_random_seed(config.seed)
    steps = len(Batches(sets, config))
    model = compile_model(config, steps, precision)
    first_epoch = 0
    if resumed:
        model.load_weights(folder / CHECKPOINT)
        # The checkpoint itself says how far it is: a run may end between two writes.
        first_epoch = int(model.optimizer.iterations) // steps
    elif start is not None:
        load_start(start, model, config.widths or PAPER_WIDTHS, config.seed)
    model.fit(
        Batches(sets, config, first_epoch, workers=1),
        epochs=config.epochs,
        initial_epoch=first_epoch,
        shuffle=False,
        verbose="auto",
        callbacks=[_EndOfEpoch(folder, settings)],
    )
    save_member(model, config, folder / WEIGHTS)


def _settings(
    sets: list[SliceSet], config: TrainingConfig, precision: str, start: Start | None
) -> dict[str, Any]:
    """Return what a run is made of; what its start was trained on, it was trained on too."""
    cases = {f"{one.site}/{one.name}" for one in sets if one.site != SYNTHETIC_SITE}
    return {
        "config": config.to_dict(),
        "cases": sorted(cases.union(start.cases if start else ())),
        "synthetic_cases": sum(one.site == SYNTHETIC_SITE for one in sets),
        "precision": precision,
        "start_sha256": start.sha256 if start else None,
    }


def compile_model(config: TrainingConfig, steps_per_epoch: int, precision: str) -> keras.Model:
    """Build and compile the network of a run."""
    model = build_unet((config.patch, config.patch), widths=config.widths or PAPER_WIDTHS, dtype=precision)
    score = model.get_layer("score")
    kernel, bias = score.get_weights()
    score.set_weights([kernel, bias + np.float32(config.score_bias)])
    rate: Any = config.learning_rate
    if config.cosine_decay:
        rate = keras.optimizers.schedules.CosineDecay(rate, steps_per_epoch * config.epochs)
    # XLA on CPUs lacks the fast convolutions that plain graphs get from oneDNN.
    compiled = keras.backend.backend() != "tensorflow"
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=make_loss(config.cross_entropy, config.lesion_free_weight),
        metrics=[dice_loss],
        jit_compile=compiled,
    )
    # Loading a checkpoint skips the moments and the step count of an optimiser without variables.
    model.optimizer.build(model.trainable_variables)
    return model


def save_member(model: keras.Model, config: TrainingConfig, path: Path) -> None:
    """Save the trained network for 200x200 slices, without the optimiser's state."""
    plain = build_unet(widths=config.widths or PAPER_WIDTHS)
    plain.set_weights(model.get_weights())
    plain.save_weights(path)


def export_runs(runs: Sequence[str | Path], output: str | Path, name: str, recipe: Recipe) -> Manifest:
    """Write the networks of finished runs as one ensemble, as wide as they were trained.

    Raises:
        InputError: A run is missing or not finished.
        OutputError: The folder cannot be written or holds an ensemble already.
    """
    networks = []
    for folder in map(Path, runs):
        start = find_run(folder)
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
        training = {"date": state["date"], "versions": state["versions"], **state["settings"]}
        networks.append(Trained(load_network(start), True, training))
    return write_ensemble(output, name, recipe, networks)


def _is_resumable(folder: Path, settings: dict[str, Any]) -> bool:
    if not (folder / STATE).is_file():
        return False
    state = json.loads((folder / STATE).read_text(encoding="utf-8"))
    if state["settings"] != json.loads(json.dumps(settings)):
        raise InputError(
            f"{folder / STATE}: a run with other settings or cases is there; choose another folder"
        )
    return True


class _EndOfEpoch(keras.callbacks.Callback):  # type: ignore[misc]
    """Write checkpoint, state, log line and curve after every epoch; report a collapse."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        super().__init__()
        self._folder, self._settings, self._start = folder, settings, time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Save everything that a resumed run needs, the state last."""
        loss = float((logs or {})["loss"])
        dice = 1 - float((logs or {})["dice_loss"])
        temporary = self._folder / f"new-{CHECKPOINT}"
        self.model.save_weights(temporary)
        temporary.replace(self._folder / CHECKPOINT)
        log = self._folder / LOG
        rows = _read_log(log)[:epoch]
        rows.append(
            {"epoch": epoch + 1, "loss": loss, "dice": dice, "seconds": time.monotonic() - self._start}
        )
        text = io.StringIO()
        writer = csv.DictWriter(text, fieldnames=list(rows[-1]))
        writer.writeheader()
        writer.writerows(rows)
        write_text(log, text.getvalue())
        draw_curve([1 - float(row["dice"]) for row in rows], self._folder / "curve.png")
        versions = {"wmhseg": __version__, "keras": keras.__version__, "python": platform.python_version()}
        date = datetime.now(timezone.utc).date().isoformat()
        state = {"settings": self._settings, "epochs_done": epoch + 1, "versions": versions, "date": date}
        write_json(self._folder / STATE, state)
        if epoch >= 2 and 1 - dice > COLLAPSED:
            print(
                f"\nDice loss {1 - dice:.3f} after epoch {epoch + 1}: the output is almost empty; "
                "lower the learning rate"
            )


def _read_log(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
