"""Slices per second of our training loop and of a bare `model.fit` on arrays in memory, side by side.

    python benchmarks/training.py [--repeats 2] [--steps 50] [--preset synthetic]

Ours reads slices from disk, draws and augments windows, writes a checkpoint, a log and a curve after
every epoch; the bare loop only computes. Both train the same network on windows of the same size.
The first epoch of each builds the graph and is left out.
"""

import argparse
import csv
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from wmhseg.datasets.slices import SliceSet, load_slices, save_slices
from wmhseg.training.batches import Batches
from wmhseg.training.config import PRESETS, TrainingConfig
from wmhseg.training.files import LOG
from wmhseg.training.train import compile_model, train

EPOCHS = 3


class _Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """The time at the end of every epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[float] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Take the time."""
        self.ends.append(time.perf_counter())


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
    """Return slices per second of `train`."""
    train(load_slices(slices), config, folder)
    with (folder / LOG).open(newline="", encoding="utf-8") as file:
        ends = [float(row["seconds"]) for row in csv.DictReader(file)]
    return config.batch_size * config.batches_per_epoch * (EPOCHS - 1) / (ends[-1] - ends[0])


def bare_rate(config: TrainingConfig, slices: Path) -> float:
    """Return slices per second of `model.fit` on one epoch's windows in memory."""
    drawn = Batches(load_slices(slices), config)
    batches = [drawn[step] for step in range(len(drawn))]
    images, truth = (np.concatenate([batch[part] for batch in batches]) for part in (0, 1))
    clock = _Clock()
    model = compile_model(config, len(drawn), "float32")
    model.fit(images, truth, config.batch_size, epochs=EPOCHS, verbose=0, callbacks=[clock])
    return len(images) * (EPOCHS - 1) / (clock.ends[-1] - clock.ends[0])


def main() -> None:
    """Measure both in turns and print the medians and their ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=2, help="measurements of each")
    parser.add_argument("--steps", type=int, default=50, help="optimiser steps per epoch")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="synthetic")
    options = parser.parse_args()
    config = replace(PRESETS[options.preset], epochs=EPOCHS, batches_per_epoch=options.steps)
    ours, bare = [], []
    with tempfile.TemporaryDirectory() as name:
        slices = Path(name) / "slices"
        for one in made_up_slices():
            save_slices(one, slices)
        for repeat in range(options.repeats):
            bare.append(bare_rate(config, slices))
            ours.append(our_rate(config, slices, Path(name) / f"run{repeat}"))
    print(f"bare model.fit: {np.median(bare):.2f} slices/s")
    print(f"our training:   {np.median(ours):.2f} slices/s")
    print(f"ratio: {np.median(ours) / np.median(bare):.2f}")


if __name__ == "__main__":
    main()
