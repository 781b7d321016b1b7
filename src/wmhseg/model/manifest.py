"""The weights' manifest: which files make up an ensemble, and the recipe they were trained with."""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wmhseg.errors import WeightsError
from wmhseg.io.files import file_sha256
from wmhseg.io.writing import write_json
from wmhseg.model.json_fields import fields, read_json, shown, text_field
from wmhseg.recipe import Recipe
from wmhseg.settings import Settings

MANIFEST = "manifest.json"
# 1: written by version 0.1, without widths.
FORMATS = (1, 2)
WEIGHTS_VARIABLE = "WMHSEG_WEIGHTS"
_ANATOMY = "anatomy"


# Channels of the five encoder and four decoder levels.
Widths = tuple[tuple[int, ...], tuple[int, ...]]
# Li et al. 2018, Fig. 4.
PAPER_WIDTHS: Widths = ((64, 96, 128, 256, 512), (256, 128, 96, 64))
# More is no network of this family, and would fill the memory.
MOST_CHANNELS = 1024


@dataclass(frozen=True)
class Member:
    """One network of the ensemble.

    Attributes:
        path: Its `.weights.h5`.
        sha256: Hash that the file must have.
        batch_normalisation: Whether the file holds batch normalisation (folded when loaded).
        widths: Channels of the five encoder and four decoder levels.
        training: Seed, cases, date, versions and settings, as recorded.
    """

    path: Path
    sha256: str
    batch_normalisation: bool
    widths: Widths
    training: dict[str, Any]


@dataclass(frozen=True)
class Manifest:
    """An ensemble on disk.

    Attributes:
        name: What the ensemble is called.
        recipe: Recipe of all members.
        members: The networks, in order.
        scores: Scores as recorded, each with data set, case count and command.
    """

    name: str
    recipe: Recipe
    members: tuple[Member, ...]
    scores: dict[str, Any]


def default_weights() -> Path:
    """Return the folder named by WMHSEG_WEIGHTS, else the one that came with the program."""
    if value := os.environ.get(WEIGHTS_VARIABLE):
        return Path(value)
    return packaged_weights()


def packaged_weights() -> Path:
    """Return the folder that came with the program."""
    packaged = Path(__file__).parents[1] / "weights"
    # In a checkout they lie beside src/.
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "weights"


def anatomy_folder() -> Path:
    """Return the folder of the anatomy network: beside the ensemble's, else as it came with the program."""
    beside = default_weights() / _ANATOMY
    return beside if beside.is_dir() else packaged_weights() / _ANATOMY


def chosen_manifest(settings: Settings) -> Manifest:
    """Read the manifest of the weights that settings say, with their threshold where they say one.

    Raises:
        WeightsError: As `read_manifest`.
    """
    manifest = read_manifest(settings.weights or default_weights())
    if settings.threshold is None:
        return manifest
    return replace(manifest, recipe=replace(manifest.recipe, threshold=settings.threshold))


def read_manifest(folder: str | Path) -> Manifest:
    """Read a manifest; the members' files are not opened yet.

    Raises:
        WeightsError: The manifest is missing, unreadable or incomplete.
    """
    path = Path(folder) / MANIFEST
    values = read_json(path)
    try:
        if values["format"] not in FORMATS:
            raise WeightsError(
                f"{path}: expected format {FORMATS[-1]}, found {shown(values['format'])}; "
                "use a matching version"
            )
        members = tuple(_member(path, value) for value in values["members"])
        recipe, scores = _recipe(path, values["recipe"]), values.get("scores", {})
        manifest = Manifest(text_field(values["name"]), recipe, members, fields(scores))
    except (KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"{path}: a field is missing or has the wrong type ({error}); copy the weights again"
        ) from None
    if not manifest.members:
        raise WeightsError(f"{path}: expected at least one member, found none; copy the weights again")
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `manifest.json`; the members' files must be in `folder` already.

    Raises:
        OutputError: It cannot be written.
    """
    members = [
        {
            "file": member.path.name,
            "sha256": member.sha256,
            "batch_normalisation": member.batch_normalisation,
            "widths": member.widths,
            "training": member.training,
        }
        for member in manifest.members
    ]
    values = {
        "format": FORMATS[-1],
        "name": manifest.name,
        "recipe": manifest.recipe.to_dict(),
        "members": members,
        "scores": manifest.scores,
    }
    write_json(folder / MANIFEST, values)


def verify(member: Member) -> None:
    """Compare a member's file with its hash.

    Raises:
        WeightsError: The file is missing or is not the one that the manifest describes.
    """
    try:
        # A device or a pipe has no end.
        found = file_sha256(member.path) if member.path.is_file() else None
    except OSError:
        found = None
    if found is None:
        raise WeightsError(f"{member.path}: expected a weights file, found none; copy the weights again")
    if found != member.sha256:
        raise WeightsError(
            f"{member.path}: expected SHA-256 {member.sha256[:12]}…, found {found[:12]}…; "
            "the file was changed or damaged, copy the weights again"
        )


def _recipe(path: Path, values: dict[str, Any]) -> Recipe:
    if not isinstance(values, dict):
        raise WeightsError(f"{path}: expected a recipe with its fields, found {shown(values)}")
    try:
        return Recipe.from_dict(values)
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}; use a matching version") from None


def _member(path: Path, value: dict[str, Any]) -> Member:
    name, sha256 = value["file"], value["sha256"]
    if not isinstance(name, str) or Path(name).name != name or name in ("", "..") or not name.isprintable():
        raise WeightsError(f"{path}: expected plain file names, found {shown(name)}")
    if not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256):
        raise WeightsError(f"{path}: expected a SHA-256 for {name}, found {shown(sha256)}")
    widths, training = (
        require_widths(path, value.get("widths", PAPER_WIDTHS)),
        fields(value.get("training", {})),
    )
    if not all(isinstance(case, str) for case in training.get("cases", ())):
        raise TypeError("cases")
    return Member(path.parent / name, sha256, bool(value["batch_normalisation"]), widths, training)


def require_widths(path: Path, found: Any) -> Widths:
    """Return channels of the five encoder and four decoder levels.

    Raises:
        WeightsError: `found` is something else; the file is named.
    """
    try:
        encoder, decoder = (tuple(level) for level in found)
    except (TypeError, ValueError):
        encoder = decoder = ()
    counts = all(isinstance(width, int) and 0 < width <= MOST_CHANNELS for width in (*encoder, *decoder))
    if (len(encoder), len(decoder)) != (5, 4) or not counts:
        raise WeightsError(
            f"{path}: expected the widths of five encoder and four decoder levels, found {shown(found)}; "
            "copy the weights again"
        )
    return encoder, decoder
