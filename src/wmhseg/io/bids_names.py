"""File names of the Brain Imaging Data Structure (BIDS 1.10), read and made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# The specification's order, as far as anatomical images and their derivatives have these entities.
_ORDER = (
    *("sub", "ses", "sample", "task", "tracksys", "acq", "nuc", "voi", "ce", "trc", "stain", "rec", "dir"),
    *("run", "mod", "echo", "flip", "inv", "mt", "part", "proc", "hemi", "space", "split", "recording"),
    *("chunk", "atlas", "seg", "scale", "res", "den", "label", "desc"),
)
_NAME = re.compile(r"(?P<entities>(?:[a-z]+-[A-Za-z0-9+]+_)+)(?P<suffix>[A-Za-z0-9]+)\.nii(?:\.gz)?")


@dataclass(frozen=True)
class BidsFile:
    """An image with a BIDS name.

    Attributes:
        path: The file.
        entities: What its name says, by key, such as {"sub": "01", "run": "2"}.
        suffix: The last part, such as "FLAIR".
    """

    path: Path
    entities: Mapping[str, str]
    suffix: str


def parse(path: Path) -> BidsFile | None:
    """Return what a name says; None when it is no BIDS name of a NIfTI image."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        return None
    pairs = [part.split("-", 1) for part in match["entities"].rstrip("_").split("_")]
    entities = dict(pairs)
    return BidsFile(path, entities, match["suffix"]) if len(entities) == len(pairs) else None


def stem(entities: Mapping[str, str]) -> str:
    """Return the entities as a name has them, in the specification's order, unknown ones last."""
    rank = {key: place for place, key in enumerate(_ORDER)}
    keys = sorted(entities, key=lambda key: rank.get(key, len(rank)))
    return "_".join(f"{key}-{entities[key]}" for key in keys)
