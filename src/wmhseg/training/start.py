"""Weights to start from: another run's, or a member of an ensemble."""

import json
from dataclasses import dataclass
from pathlib import Path

import keras

from wmhseg.errors import InputError, WeightsError
from wmhseg.io.files import file_sha256
from wmhseg.model.manifest import MANIFEST, PAPER_WIDTHS, Widths, read_manifest, verify
from wmhseg.model.unet import build_unet
from wmhseg.model.weights_file import load_weights
from wmhseg.training.files import STATE, WEIGHTS
from wmhseg.training.widen import widen, widening_factor


@dataclass(frozen=True)
class Start:
    """A trained network to go on from.

    Attributes:
        path: Its weights.
        sha256: Of that file.
        widths: Channels of its levels.
        cases: Real cases that it was trained on, as "site/case".
    """

    path: Path
    sha256: str
    widths: Widths
    cases: tuple[str, ...]


def find_start(folder: str | Path, member: int = 0) -> Start:
    """Find the weights of a finished run or of a member of an ensemble.

    Args:
        folder: Written by fit or by export.
        member: Which one of an ensemble.

    Raises:
        InputError: The folder holds neither, or there is no such member.
        WeightsError: The member's file is missing or changed, or has no batch normalisation.
    """
    folder = Path(folder)
    if (folder / MANIFEST).is_file():
        members = read_manifest(folder).members
        if not 0 <= member < len(members):
            raise InputError(f"{folder}: expected a member from 0 to {len(members) - 1}, found {member}")
        chosen = members[member]
        verify(chosen)
        if not chosen.batch_normalisation:
            raise WeightsError(
                f"{chosen.path}: expected a network with batch normalisation, found one without"
            )
        return Start(chosen.path, chosen.sha256, chosen.widths, tuple(chosen.training.get("cases", ())))
    if not (folder / WEIGHTS).is_file():
        raise InputError(
            f"{folder}: expected a finished run or an ensemble, found neither; run fit to its end first"
        )
    return find_run(folder)


def find_run(folder: Path) -> Start:
    """Find the weights of a finished run.

    Raises:
        InputError: The folder holds none.
    """
    path = folder / WEIGHTS
    if not path.is_file() or not (folder / STATE).is_file():
        raise InputError(f"{path}: expected a finished run, found none; run fit to its end first")
    settings = json.loads((folder / STATE).read_text(encoding="utf-8"))["settings"]
    return Start(path, file_sha256(path), _widths(settings["config"]["widths"]), tuple(settings["cases"]))


def load_start(start: Start, model: keras.Model, widths: Widths, seed: int) -> None:
    """Give `model` the start's weights; a model twice as wide computes the same afterwards.

    Args:
        start: The trained network.
        model: The one to train.
        widths: Its widths.
        seed: Of the random parts that a wider model's kernels are split into.

    Raises:
        InputError: The model's widths are no whole multiple of the start's.
    """
    factor = widening_factor(start.widths, widths)
    widen(load_network(start), model, factor, seed)


def load_network(start: Start) -> keras.Model:
    """Return the trained network at its own width, with batch normalisation.

    Raises:
        WeightsError: The file holds something else.
    """
    network = build_unet(widths=start.widths)
    load_weights(network, start.path)
    return network


def _widths(stored: list[list[int]] | None) -> Widths:
    if stored is None:
        return PAPER_WIDTHS
    encoder, decoder = (tuple(level) for level in stored)
    return encoder, decoder
