"""One training run, from prepared slices to weights."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from wmhseg.datasets.slices import SYNTHETIC_SITE, SliceSet
from wmhseg.errors import InputError
from wmhseg.io.writing import make_folder
from wmhseg.model.export import Trained, write_ensemble
from wmhseg.model.manifest import PAPER_WIDTHS, Manifest
from wmhseg.model.unet import build_unet
from wmhseg.recipe import Recipe
from wmhseg.training.augmented import augmented
from wmhseg.training.batches import Batches, steps_per_epoch
from wmhseg.training.config import TrainingConfig
from wmhseg.training.end_of_epoch import EndOfEpoch
from wmhseg.training.files import CHECKPOINT, DRAWN, STATE, WEIGHTS
from wmhseg.training.growing import Growing
from wmhseg.training.pool import Pool
from wmhseg.training.start import Start, find_run, load_network, load_start


def train(
    sets: Sequence[SliceSet] | Growing,
    config: TrainingConfig,
    folder: str | Path,
    precision: str = "float32",
    start: Start | None = None,
) -> None:
    """Train one network, or go on where an interrupted run of the same settings stopped.

    Args:
        sets: Prepared slices of the training cases; Growing: drawn ones join them while it goes on.
        config: Settings.
        folder: Receives the checkpoint, the log (CSV), the curve (PNG), the manifest and the weights.
        precision: Keras dtype policy, "float32" or "mixed_bfloat16".
        start: Weights to start from, of the same width or narrower by a whole number; None for random ones.

    Raises:
        InputError: The folder holds a run with other settings or other cases, or slices differ in size.
    """
    folder = Path(folder)
    make_folder(folder)
    growing = sets if isinstance(sets, Growing) else None
    fixed = list(sets.fixed if isinstance(sets, Growing) else sets)
    settings = _settings(fixed, config, precision, start)
    if growing:
        settings["drawn_seed"] = growing.seed
    resumed = _is_resumable(folder, settings)
    keras.utils.set_random_seed(config.seed)
    steps = steps_per_epoch(config, sum(len(one.images) for one in fixed))
    network = compile_model(config, steps, precision)
    first_epoch = 0
    if resumed:
        network.load_weights(folder / CHECKPOINT)
        # The checkpoint itself says how far it is: a run may end between two writes.
        first_epoch = int(network.optimizer.iterations) // steps
    elif start is not None:
        load_start(start, network, config.widths or PAPER_WIDTHS, config.seed)
    pool, at_end = Pool(config.patch, grows=growing is not None), EndOfEpoch(folder, settings, network)
    for epoch in range(first_epoch, config.epochs):
        joining = growing.joining(epoch) if growing else []
        if pool.add([*(fixed if epoch == first_epoch else ()), *joining]):
            model = augmented(network, pool.windows, config)
        batches = Batches(pool.cases, pool.size_yx, config, epoch)
        model.fit(batches, epochs=config.epochs, initial_epoch=epoch, shuffle=False, callbacks=[at_end])
    save_member(network, config, folder / WEIGHTS)


def _settings(
    sets: Sequence[SliceSet], config: TrainingConfig, precision: str, start: Start | None
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
    """Build the network of a run, with its optimiser."""
    model = build_unet((config.patch, config.patch), widths=config.widths or PAPER_WIDTHS, dtype=precision)
    score = model.get_layer("score")
    kernel, bias = score.get_weights()
    score.set_weights([kernel, bias + np.float32(config.score_bias)])
    rate: Any = config.learning_rate
    if config.cosine_decay:
        rate = keras.optimizers.schedules.CosineDecay(rate, steps_per_epoch * config.epochs)
    # XLA on CPUs lacks the fast convolutions that plain graphs get from oneDNN.
    compiled = keras.backend.backend() != "tensorflow"
    model.compile(optimizer=keras.optimizers.Adam(rate), jit_compile=compiled)
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
        if (folder / DRAWN).is_file():
            training["drawn_cases"] = json.loads((folder / DRAWN).read_text(encoding="utf-8"))
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
