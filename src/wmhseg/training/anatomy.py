"""One training of the anatomy network, from prepared slices with structures to its weights."""

import json
import platform
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import keras

from wmhseg import __version__
from wmhseg.anatomy.structure import Structure
from wmhseg.datasets.slices import SliceSet
from wmhseg.errors import InputError, OutputError
from wmhseg.io.writing import make_folder, write_json
from wmhseg.model.export import Trained, write_ensemble
from wmhseg.model.manifest import MANIFEST, Manifest
from wmhseg.model.unet import build_unet
from wmhseg.recipe import DEFAULT
from wmhseg.training.anatomy_batches import AnatomyBatches, structure_windows
from wmhseg.training.anatomy_config import AnatomyConfig
from wmhseg.training.anatomy_loss import anatomy_loss, mean_dice
from wmhseg.training.augmented import Augmented
from wmhseg.training.files import CHECKPOINT, LOG

NAME = "anatomy"
SETTINGS = "settings.json"


def train_anatomy(sets: list[SliceSet], config: AnatomyConfig, folder: str | Path) -> Manifest:
    """Train the network, or go on where an interrupted run of the same settings stopped.

    Args:
        sets: Prepared slices with structures.
        config: Settings.
        folder: Receives checkpoint and log (CSV), at the end the weights and their manifest.

    Raises:
        InputError: A case has no structures, or the folder holds a run with other settings or cases.
        OutputError: The folder cannot be written or holds weights already.
    """
    folder = Path(folder)
    if (folder / MANIFEST).exists():
        raise OutputError(f"{folder}: expected a folder without weights, found {MANIFEST}; choose another")
    make_folder(folder)
    settings = {"config": config.to_dict(), "cases": [], "synthetic_cases": len(sets)}
    resumed = _is_resumable(folder, settings)
    keras.utils.set_random_seed(config.seed)
    windows = structure_windows(sets, config.patch)
    network = _compiled(config)
    first_epoch = 0
    if resumed:
        network.load_weights(folder / CHECKPOINT)
        # The checkpoint itself says how far it is: a run may end between two writes.
        first_epoch = int(network.optimizer.iterations) // config.batches_per_epoch
    write_json(folder / SETTINGS, settings)
    model = Augmented(network, windows)
    model.compile(
        optimizer=network.optimizer,
        loss=anatomy_loss,
        metrics=[mean_dice],
        jit_compile=network.jit_compile,
    )
    model.fit(
        AnatomyBatches(sets, config, first_epoch, workers=1),
        epochs=config.epochs,
        initial_epoch=first_epoch,
        shuffle=False,
        verbose="auto",
        callbacks=[
            _Checkpoint(network, folder / CHECKPOINT),
            keras.callbacks.CSVLogger(folder / LOG, append=resumed),
        ],
    )
    return _written(network, config, folder, settings)


def _compiled(config: AnatomyConfig) -> keras.Model:
    model = _network((config.patch, config.patch), config)
    steps = config.batches_per_epoch * config.epochs
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(config.learning_rate, steps)),
        # XLA on CPUs lacks the fast convolutions that plain graphs get from oneDNN.
        jit_compile=keras.backend.backend() != "tensorflow",
    )
    # Loading a checkpoint skips the moments and the step count of an optimiser without variables.
    model.optimizer.build(model.trainable_variables)
    return model


def _network(size_yx: tuple[int, int], config: AnatomyConfig) -> keras.Model:
    return build_unet(size_yx, widths=config.widths, outputs=len(Structure))


def _written(model: keras.Model, config: AnatomyConfig, folder: Path, settings: dict[str, Any]) -> Manifest:
    plain = _network((200, 200), config)
    plain.set_weights(model.get_weights())
    training = {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "versions": {"wmhseg": __version__, "keras": keras.__version__, "python": platform.python_version()},
        "structures": [structure.name for structure in Structure],
        **settings,
    }
    return write_ensemble(folder, NAME, DEFAULT, [Trained(plain, True, training)])


def _is_resumable(folder: Path, settings: dict[str, Any]) -> bool:
    if not (folder / CHECKPOINT).is_file():
        return False
    found = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    if found != json.loads(json.dumps(settings)):
        raise InputError(
            f"{folder / SETTINGS}: a run with other settings or cases is there; choose another folder"
        )
    return True


class _Checkpoint(keras.callbacks.Callback):  # type: ignore[misc]
    """Save a network's weights and optimiser after every epoch, in one step."""

    def __init__(self, network: keras.Model, path: Path) -> None:
        super().__init__()
        self._network, self._path = network, path

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Save them."""
        temporary = self._path.with_name(f"new-{self._path.name}")
        self._network.save_weights(temporary)
        temporary.replace(self._path)
