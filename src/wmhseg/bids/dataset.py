"""The scans of a BIDS data set: every FLAIR, each with the T1 that suits it best."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wmhseg.errors import InputError
from wmhseg.io.bids_names import BidsFile, parse

DESCRIPTION = "dataset_description.json"
# Images that are not magnitudes.
_OTHER_PARTS = ("phase", "real", "imag")


@dataclass(frozen=True)
class Selection:
    """Labels to keep, without "sub-" and "ses-"; empty keeps all."""

    participants: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()


@dataclass(frozen=True)
class BidsScan:
    """A FLAIR and the T1 to go with it, or None."""

    flair: BidsFile
    t1: BidsFile | None


def require_dataset(root: Path) -> None:
    """Check that a folder says that it is a BIDS data set; file names are the validator's task.

    Raises:
        InputError: Its description is missing, unreadable, or lacks what BIDS requires.
    """
    path = root / DESCRIPTION
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        values = None
    if not isinstance(values, dict) or not {"Name", "BIDSVersion"} <= set(values):
        raise InputError(
            f"{path}: expected JSON with Name and BIDSVersion, found none; complete the data set, "
            "or use --skip-bids-validation"
        )


def find_scans(root: Path, selection: Selection) -> list[BidsScan]:
    """Return every `sub-*/[ses-*/]anat/*_FLAIR.nii[.gz]` that is selected, by name.

    Raises:
        InputError: There is none, a participant or session that was asked for has none, or two
            files differ in nothing but their ending.
    """
    subjects = {path.name.removeprefix("sub-"): path for path in _folders(root, "sub-")}
    scans = []
    for label in sorted(subjects):
        if not selection.participants or label in selection.participants:
            images = sorted(_images(subjects[label]), key=lambda image: image.path)
            t1s = [image for image in images if image.suffix == "T1w"]
            flairs = [image for image in images if image.suffix == "FLAIR" and _is_in(image, selection)]
            scans += [BidsScan(flair, choose_t1(flair, t1s)) for flair in flairs]
    _require_all(root, scans, selection)
    return scans


def choose_t1(flair: BidsFile, candidates: Sequence[BidsFile]) -> BidsFile | None:
    """Return the T1 that suits a FLAIR of the same participant best.

    Of its session before others; without contrast agent before with; then the one with the most
    entities (run, acq, rec ...) in common; then the first by name.
    """

    def unlike(t1: BidsFile) -> tuple[bool, bool, int, str]:
        shared = sum(flair.entities.get(key) == value for key, value in t1.entities.items())
        return t1.entities.get("ses") != flair.entities.get("ses"), "ce" in t1.entities, -shared, t1.path.name

    return min(candidates, key=unlike, default=None)


def _is_in(image: BidsFile, selection: Selection) -> bool:
    return not selection.sessions or image.entities.get("ses") in selection.sessions


def _images(subject: Path) -> Iterator[BidsFile]:
    for folder in (subject, *_folders(subject, "ses-")):
        if (folder / "anat").is_dir():
            for path in (folder / "anat").iterdir():
                image = parse(path)
                if image is not None and image.entities.get("part") not in _OTHER_PARTS:
                    yield image


def _folders(root: Path, prefix: str) -> list[Path]:
    try:
        return [path for path in root.iterdir() if path.name.startswith(prefix) and path.is_dir()]
    except OSError as error:
        raise InputError(f"{root}: expected a folder, found: {error.strerror}; check the path") from None


def _require_all(root: Path, scans: Sequence[BidsScan], selection: Selection) -> None:
    if not scans and not selection.participants and not selection.sessions:
        raise InputError(f"{root}: expected sub-*/[ses-*/]anat/*_FLAIR.nii.gz, found none; check the path")
    for key, labels in (("sub", selection.participants), ("ses", selection.sessions)):
        found = {scan.flair.entities.get(key) for scan in scans}
        if missing := [label for label in labels if label not in found]:
            raise InputError(f"{root}: expected a FLAIR of {key}-{missing[0]}, found none; check the label")
    seen: set[str] = set()
    for scan in scans:
        name = scan.flair.path.name.removesuffix(".gz")
        if name in seen:
            raise InputError(f"{scan.flair.path}: expected one file {name}[.gz], found two; remove one")
        seen.add(name)
