"""The stages of a scan as values that can be handed on: read and prepared; computed; reported.

`wmhseg segment` goes through them in one process, `wmhseg batch` and `wmhseg bids` in two.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import BrainMaskError
from wmhseg.model.member_probabilities import Members
from wmhseg.recipe import Recipe
from wmhseg.segmentation.read_scan import Scan, load_scan
from wmhseg.segmentation.segment_scan import Predicted, PreparedScan, prepare_scan
from wmhseg.settings import InputOptions

if TYPE_CHECKING:
    from wmhseg.model.ensemble import Ensemble


class Stopwatch:
    """Seconds per named step, in order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._start = self._last = time.monotonic()

    def lap(self, name: str) -> dict[str, float]:
        """Book the time since the last lap under `name`; return what is booked so far."""
        now = time.monotonic()
        self.seconds[name] = round(now - self._last, 3)
        self.seconds["total"] = round(now - self._start, 3)
        self._last = now
        return self.seconds


@dataclass(frozen=True)
class Ready:
    """A scan that waits for the network.

    Attributes:
        scan: Its images, and what the user should know.
        prepared: Its slices and the way back.
    """

    scan: Scan
    prepared: PreparedScan


def read_and_prepare(
    flair_path: Path, t1_path: Path | None, recipe: Recipe, options: InputOptions, watch: Stopwatch
) -> Ready:
    """Read a scan's files and prepare it; books the laps "read" and "prepare".

    Raises:
        InputError: An image is missing, unreadable or unfit, or the recipe needs a T1.
        RegistrationError: The T1 that is required cannot be registered.
        BrainMaskError: No head or brain was found; the file is named.
    """
    scan = load_scan(flair_path, t1_path, options)
    watch.lap("read")
    with _named(flair_path, t1_path):
        prepared = prepare_scan(scan.flair, scan.t1, recipe)
    watch.lap("prepare")
    return Ready(scan, prepared)


def predict(ensemble: "Ensemble", slices: NDArray[np.float32], only_above: float | None) -> Predicted:
    """Ask the ensemble for what decides the mask, or for all members in full where `only_above` is None."""
    if only_above is None:
        return Members(tuple(ensemble.predict_members(slices)))
    return ensemble.predict(slices, only_above=only_above)


@contextmanager
def _named(flair_path: Path, t1_path: Path | None) -> Iterator[None]:
    """Name the file in errors that know only "FLAIR" or "T1"."""
    try:
        yield
    except BrainMaskError as error:
        path = t1_path if str(error).startswith("T1:") else flair_path
        raise BrainMaskError(f"{path}: {error}") from None
