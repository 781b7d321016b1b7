"""What is written after every epoch: checkpoint, log, curve and state."""

import csv
import io
import platform
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import keras

from wmhseg import __version__
from wmhseg.io.writing import write_json, write_text
from wmhseg.training.curve import draw_curve
from wmhseg.training.files import CHECKPOINT, LOG, STATE

# A Dice loss this close to 1 after the first epochs means that the output is empty.
COLLAPSED = 0.98


class EndOfEpoch(keras.callbacks.Callback):  # type: ignore[misc]
    """Write checkpoint, state, log line and curve, report a collapse, and end `fit`: an epoch is a call.

    Args:
        folder: Of the run.
        settings: What the run is made of.
        network: Compiled; its weights and its optimiser's state are the checkpoint.
    """

    def __init__(self, folder: Path, settings: dict[str, Any], network: keras.Model) -> None:
        super().__init__()
        self._folder, self._settings, self._network = folder, settings, network
        self._start = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Save everything that a resumed run needs, the state last."""
        loss = float((logs or {})["loss"])
        dice = 1 - float((logs or {})["dice_loss"])
        temporary = self._folder / f"new-{CHECKPOINT}"
        self._network.save_weights(temporary)
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
        self.model.stop_training = True


def _read_log(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
