"""How a row's command is run: in this process, with networks that are loaded once, or in one of its own."""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from row import OUT, Row, mask_of
from same_mask import volume_ml

from wmhseg.cli import main
from wmhseg.model import ensemble_loader
from wmhseg.model.manifest import Manifest
from wmhseg.settings import Settings


@dataclass(frozen=True)
class Found:
    """What a row's command did: what is said of it, and what is wrong, "" if nothing is."""

    text: str
    wrong: str


class Networks:
    """The ensemble, which computes equal slices once."""

    def __init__(self, ensemble: Any) -> None:
        self._ensemble = ensemble
        self._known: dict[tuple[Any, ...], Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ensemble, name)

    def predict(self, slices: np.ndarray, only_above: float | None = None) -> Any:
        return self._once("predict", slices, only_above)

    def predict_members(self, slices: np.ndarray) -> Any:
        return self._once("predict_members", slices)

    def _once(self, name: str, slices: np.ndarray, *more: Any) -> Any:
        key = (name, hashlib.sha256(np.ascontiguousarray(slices)).digest(), slices.shape, *more)
        if key not in self._known:
            self._known[key] = getattr(self._ensemble, name)(slices, *more)
        return self._known[key]


def share_networks() -> None:
    """Let all commands of this process share the networks that come with the program."""
    load, known = ensemble_loader.load_in_background, {}

    def shared(manifest: Manifest, settings: Settings) -> Any:
        if settings.weights is not None:
            return load(manifest, settings)
        if not known:
            known["networks"] = Networks(load(manifest, settings).result())
        future: Future[Any] = Future()
        future.set_result(known["networks"])
        return future

    ensemble_loader.load_in_background = shared


def run_row(row: Row) -> Found:
    """Run a row's command and look whether it did what is right."""
    (OUT / row.name).mkdir(parents=True, exist_ok=True)
    row.prepare()
    if row.program:
        words = [*row.program, sys.executable, "-m", "wmhseg", *row.words]
        done = subprocess.run(words, capture_output=True, text=True, errors="backslashreplace", check=False)
        code, said = done.returncode, done.stderr
    else:
        with _standard_error() as kept:
            code = main(list(row.words))
        said = kept[0]
    mask = mask_of(row.name)
    text = f"exit {code}" + (f", {volume_ml(mask):.1f} ml" if code == 0 and mask.is_file() else "")
    return Found(text, _wrong(row, code, said))


def _wrong(row: Row, code: int, said: str) -> str:
    lines = said.splitlines()
    if code != row.code:
        return f"expected exit {row.code}: {' / '.join(lines[-2:])}"
    if "Traceback" in said or (code and not lines):
        return "a traceback" if lines else "nothing said"
    if row.says and not any(re.search(row.says, line) for line in lines):
        return f"{row.says!r} not said: {' / '.join(lines[-2:]) or 'nothing'}"
    return row.check(said)


@contextmanager
def _standard_error() -> Iterator[list[str]]:
    """Yield a list that gets, in the end, what was written to standard error meanwhile."""
    kept, said = os.dup(2), [""]
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield said
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            file.seek(0)
            said[0] = file.read().decode("utf-8", "backslashreplace")
