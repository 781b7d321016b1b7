# ruff: noqa: E402
"""Steps per second of our training and of bare steps on one batch that lies on the device, side by side.

    [KERAS_BACKEND=jax] python benchmarks/training.py [--repeats 2] [--steps 50] [--preset synthetic]

Ours reads slices from disk, draws, cuts and augments windows, writes a checkpoint, a log and a curve after
every epoch; the bare loop only computes. Both train the same network on windows of the same size.
The first epoch of each builds the graph and is left out.
"""

import argparse
import csv
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from wmhseg.model.start_keras import start_keras

start_keras()  # with the convolutions that the program has: before Keras is imported
import keras

from wmhseg.datasets.slices import SliceSet, load_slices, save_slices
from wmhseg.training.augmented import augmented
from wmhseg.training.config import PRESETS, TrainingConfig
from wmhseg.training.files import LOG
from wmhseg.training.train import compile_model, train
from wmhseg.training.windows import Tensors

EPOCHS = 3


class _Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """The time at the end of every epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[float] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Take the time."""
        self.ends.append(time.perf_counter())


class _FixedBatch(keras.layers.Layer):  # type: ignore[misc]
    """The same images and truth whatever is drawn."""

    def __init__(self, config: TrainingConfig) -> None:
        super().__init__(dtype="float32")
        shape = (config.batch_size, config.patch, config.patch)
        self.images = self.add_weight((*shape, 2), "random_normal", trainable=False)
        self.truth = self.add_weight((*shape, 1), "zeros", trainable=False)
        self.built = True

    def call(self, draw: Tensors) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return images and truth."""
        return self.images.value, self.truth.value


class _Nothing(keras.utils.PyDataset):  # type: ignore[misc]
    """An epoch of steps without data."""

    def __init__(self, config: TrainingConfig) -> None:
        super().__init__()
        self._config = config

    def __len__(self) -> int:
        return self._config.batches_per_epoch

    def __getitem__(self, step: int) -> tuple[dict[str, np.ndarray]]:
        return ({"slice": np.zeros(self._config.batch_size, np.int32)},)


def made_up_slices(cases: int = 4, slices: int = 24) -> list[SliceSet]:
    """Return noise with a bright square: what is seen does not change the work."""
    rng = np.random.default_rng(0)
    labels = np.zeros((slices, 200, 200), np.uint8)
    labels[:, 90:100, 90:100] = 1
    return [
        SliceSet("a", str(i), rng.normal(size=(slices, 200, 200, 2)).astype(np.float16), labels)
        for i in range(cases)
    ]


def our_rate(config: TrainingConfig, slices: Path, folder: Path) -> float:
    """Return steps per second of `train`."""
    train(load_slices(slices), config, folder)
    with (folder / LOG).open(newline="", encoding="utf-8") as file:
        ends = [float(row["seconds"]) for row in csv.DictReader(file)]
    return config.batches_per_epoch * (EPOCHS - 1) / (ends[-1] - ends[0])


def bare_rate(config: TrainingConfig) -> float:
    """Return steps per second on one batch on the device."""
    clock = _Clock()
    model = augmented(compile_model(config, config.batches_per_epoch, "float32"), _FixedBatch(config), config)
    model.fit(_Nothing(config), epochs=EPOCHS, verbose=0, callbacks=[clock])
    return config.batches_per_epoch * (EPOCHS - 1) / (clock.ends[-1] - clock.ends[0])


def main() -> None:
    """Measure both in turns and print each, the medians and their ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=2, help="measurements of each")
    parser.add_argument("--steps", type=int, default=50, help="optimiser steps per epoch")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="synthetic")
    parser.add_argument("--patch", type=int, help="rows and columns of a window (default: the preset's)")
    parser.add_argument("--batch-size", type=int, help="windows a step (default: the preset's)")
    options = parser.parse_args()
    config = replace(PRESETS[options.preset], epochs=EPOCHS, batches_per_epoch=options.steps)
    config = replace(config, patch=options.patch or config.patch)
    config = replace(config, batch_size=options.batch_size or config.batch_size)
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as name:
        slices = Path(name) / "slices"
        for one in made_up_slices():
            save_slices(one, slices)
        for repeat in range(options.repeats):
            bare.append(bare_rate(config))
            ours.append(our_rate(config, slices, Path(name) / f"run{repeat}"))
            print(f"bare {bare[-1]:.2f}, ours {ours[-1]:.2f} steps/s; load {os.getloadavg()[0]:.1f}")
    windows = f"{config.batch_size} windows of {config.patch}x{config.patch}, {keras.backend.backend()}"
    print(f"bare steps:   {np.median(bare):.2f} a second ({windows})")
    print(f"our training: {np.median(ours):.2f} a second")
    print(f"ratio: {np.median(ours) / np.median(bare):.2f}")


if __name__ == "__main__":
    main()
