"""Every network is trained once, whichever experiments need it."""

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wmhseg.errors import InputError
from wmhseg.experiments.material import Input
from wmhseg.io.writing import make_folder, write_json
from wmhseg.model.start_keras import start_keras
from wmhseg.training.config import TrainingConfig
from wmhseg.training.files import CHECKPOINT, LOG, STATE

FINISHED = "finished.json"
_KEY_LENGTH = 20


@dataclass(frozen=True)
class ModelStore:
    """Trained networks in folders named after what they are made of.

    Attributes:
        folder: Holds a folder per network.
        precision: Keras dtype policy of the training.
    """

    folder: Path
    precision: str

    def trained(self, inputs: Sequence[Input], config: TrainingConfig) -> Path:
        """Return the folder of a network; it is trained first, or on from an interruption, if need be.

        Args:
            inputs: Cases to train on, in any order.
            config: Settings, seed included.
        """
        return self._train(inputs, config, keep_checkpoint=False)

    def after_epochs(
        self, inputs: Sequence[Input], config: TrainingConfig, stops: Sequence[int]
    ) -> list[Path]:
        """Return one network after several numbers of epochs, each going on from the one before.

        Args:
            inputs: Cases to train on, in any order.
            config: Settings; its number of epochs is replaced.
            stops: Numbers of epochs, one at least.

        Raises:
            ValueError: The learning rate's schedule depends on the last epoch.
        """
        if config.cosine_decay:
            raise ValueError("expected a constant learning rate, found a schedule that ends with the run")
        folders: list[Path] = []
        for stop in sorted(stops):
            stopped = replace(config, epochs=stop)
            if folders:
                self._carry_on(folders[-1], self.path(inputs, stopped), stop)
            folders.append(self._train(inputs, stopped, keep_checkpoint=True))
            for done in folders[:-1]:
                _drop_checkpoint(done)
        _drop_checkpoint(folders[-1])
        return folders

    def path(self, inputs: Sequence[Input], config: TrainingConfig) -> Path:
        """Return where a network is or will be: the hash of settings, cases, precision and seed."""
        text = json.dumps(self._key(inputs, config), sort_keys=True)
        return self.folder / hashlib.sha256(text.encode()).hexdigest()[:_KEY_LENGTH]

    def _key(self, inputs: Sequence[Input], config: TrainingConfig) -> dict[str, Any]:
        cases = {f"{one.slices.site}/{one.slices.name}": one.digest for one in inputs}
        return {"config": config.to_dict(), "cases": cases, "precision": self.precision, "seed": config.seed}

    def _train(self, inputs: Sequence[Input], config: TrainingConfig, *, keep_checkpoint: bool) -> Path:
        folder = self.path(inputs, config)
        if not (folder / FINISHED).is_file():
            ordered = sorted(inputs, key=lambda one: (one.slices.site, one.slices.name))
            _training()([one.slices for one in ordered], config, folder, self.precision)
            write_json(folder / FINISHED, self._key(inputs, config), indent=1)
        if not keep_checkpoint:
            _drop_checkpoint(folder)
        return folder

    def _carry_on(self, before: Path, folder: Path, epochs: int) -> None:
        """Let a run that has not begun start from the checkpoint of a shorter one."""
        if (folder / FINISHED).is_file() or (folder / STATE).is_file() or not (before / CHECKPOINT).is_file():
            return
        make_folder(folder)
        for name in (CHECKPOINT, LOG):
            shutil.copyfile(before / name, folder / name)
        state = json.loads((before / STATE).read_text(encoding="utf-8"))
        state["settings"]["config"]["epochs"] = epochs
        write_json(folder / STATE, state)


def training_losses(folder: Path) -> list[float]:
    """Return a trained network's Dice loss of each epoch.

    Raises:
        InputError: The log is missing or unreadable.
    """
    try:
        with (folder / LOG).open(newline="", encoding="utf-8") as file:
            return [1 - float(row["dice"]) for row in csv.DictReader(file)]
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"{folder / LOG}: expected the log of a training run ({error})") from None


def _drop_checkpoint(folder: Path) -> None:
    """A finished network needs no optimiser state, which is twice its own size."""
    (folder / CHECKPOINT).unlink(missing_ok=True)


def _training() -> Callable[..., None]:
    """Return `train`; loading TensorFlow takes seconds, and a finished experiment needs none."""
    start_keras()
    from wmhseg.training.train import train

    return train
