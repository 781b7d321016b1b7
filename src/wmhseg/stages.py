"""The stages of a scan as values that can be handed on: read and prepared; computed; reported.

`wmhseg segment` goes through them in one process, `wmhseg batch` and `wmhseg bids` in two.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from wmhseg import __version__
from wmhseg.config import Recipe
from wmhseg.errors import BrainMaskError
from wmhseg.manifest import Manifest
from wmhseg.pipeline import PreparedScan, Segmentation, prepare_scan
from wmhseg.report import Summary
from wmhseg.volume import Volume, read_volume


class Stopwatch:
    """Seconds per named step, in order."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._start = self._last = time.monotonic()

    def lap(self, name: str) -> None:
        """Book the time since the last lap under `name`."""
        now = time.monotonic()
        self.seconds[name] = round(now - self._last, 3)
        self.seconds["total"] = round(now - self._start, 3)
        self._last = now


@dataclass(frozen=True)
class Ready:
    """A scan that waits for the network.

    Attributes:
        flair: The FLAIR as read.
        scan: Its slices and the way back.
        warnings: What the user should know, a sentence each.
    """

    flair: Volume
    scan: PreparedScan
    warnings: tuple[str, ...]


def read_and_prepare(flair_path: Path, t1_path: Path | None, recipe: Recipe, watch: Stopwatch) -> Ready:
    """Read a scan's files and prepare it; books the laps "read" and "prepare".

    Raises:
        InputError: An image is missing, unreadable or unfit, or the recipe needs a T1.
        BrainMaskError: No head or brain was found; the file is named.
    """
    flair = read_volume(flair_path)
    t1 = None if t1_path is None else read_volume(t1_path)
    watch.lap("read")
    with _named(flair_path, t1_path):
        scan = prepare_scan(flair, t1, recipe)
    watch.lap("prepare")
    warnings = ("no T1: segmenting with FLAIR alone",) if t1 is None else ()
    return Ready(flair, scan, warnings)


def make_report(summary: Summary, result: Segmentation, manifest: Manifest, precision: str) -> dict[str, Any]:
    """Return all that is to be said about a scan but the seconds, ready for JSON."""
    packages = ("keras", "numpy", "scipy", "SimpleITK", "h5py")
    return {
        **summary.to_dict(),
        "slices_computed": result.slices_computed,
        "t1_used": result.t1_used,
        "recipe": manifest.recipe.to_dict(),
        "weights": {
            "name": manifest.name,
            "sha256": {member.path.name: member.sha256 for member in manifest.members},
        },
        "precision": precision,
        "versions": {"wmhseg": __version__, **{name: version(name) for name in packages}},
    }


@contextmanager
def _named(flair_path: Path, t1_path: Path | None) -> Iterator[None]:
    """Name the file in errors that know only "FLAIR" or "T1"."""
    try:
        yield
    except BrainMaskError as error:
        path = t1_path if str(error).startswith("T1:") else flair_path
        raise BrainMaskError(f"{path}: {error}") from None
