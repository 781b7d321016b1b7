"""The same training code on Keras' JAX backend, where JAX is installed."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from dataclasses import replace
import numpy as np
import keras
from wmhseg.datasets.slices import SliceSet
from wmhseg.training.config import FIRST
from wmhseg.training.train import train

assert keras.backend.backend() == "jax"
labels = np.zeros((2, 72, 72), np.uint8)
labels[:, 20:32, 30:44] = 1
images = np.repeat((2.0 * labels)[..., np.newaxis], 2, axis=-1).astype(np.float16)
widths = ((2, 2, 2, 2, 2), (2, 2, 2, 2))
config = replace(FIRST, epochs=1, batch_size=2, batches_per_epoch=2, patch=40, widths=widths)
train([SliceSet("a", "1", images, labels)], config, sys.argv[1])
train([SliceSet("a", "1", images, labels)], config, sys.argv[1])  # read from its checkpoint
"""


def test_training_runs_on_jax(tmp_path: Path) -> None:
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    subprocess.run([sys.executable, "-c", PROGRAM, tmp_path], check=True, env=environment)
    assert (tmp_path / "member.weights.h5").is_file()
    assert len((tmp_path / "epochs.csv").read_text().splitlines()) == 2
