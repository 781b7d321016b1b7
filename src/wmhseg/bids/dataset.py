"""The scans of a BIDS data set: every FLAIR, each with the T1 that suits it best."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wmhseg.errors import InputError
from wmhseg.io.bids_names import BidsFile, parse, stem
from wmhseg.io.files import read_json

DESCRIPTION = "dataset_description.json"
# Images that are not magnitudes.
_OTHER_PARTS = ("phase", "real", "imag")
ENDINGS = (".nii", ".nii.gz")


@dataclass(frozen=True)
class Selection:
    """Labels to keep, without "sub-" and "ses-"; empty keeps all."""

    participants: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()


@dataclass(frozen=True)
class BidsScan:
    """A FLAIR and the T1 to go with it, or None; or a folder that may not be read, and why."""

    flair: BidsFile
    t1: BidsFile | None
    error: str = ""


@dataclass(frozen=True)
class Dataset:
    """What is found in a data set.

    Attributes:
        scans: By name.
        resampled: FLAIRs with `space-` that are left out, because they are made from others beside them.
        misnamed: Images that are left out, because their names are not those that BIDS gives them.
    """

    scans: tuple[BidsScan, ...]
    resampled: tuple[Path, ...]
    misnamed: tuple[Path, ...]


def require_dataset(root: Path) -> None:
    """Check that a folder says that it is a BIDS data set; file names are the validator's task.

    Raises:
        InputError: Its description is missing, unreadable, or lacks what BIDS requires.
    """
    path = root / DESCRIPTION
    if not {"Name", "BIDSVersion"} <= set(read_json(path) or ()):
        raise InputError(
            f"{path}: expected JSON with Name and BIDSVersion, found none; complete the data set, "
            "or use --skip-bids-validation"
        )


def find_scans(root: Path, selection: Selection) -> Dataset:
    """Return every `sub-*/[ses-*/]anat/*_FLAIR.nii[.gz]` that is selected, by name, and what is left out.

    Raises:
        InputError: There is none, a participant or session that was asked for has none, or the results
            of two would have one name.
    """
    scans: list[BidsScan] = []
    resampled: list[Path] = []
    misnamed: list[Path] = []
    for subject in _subjects(root, selection):
        anat = _read_subject(subject)
        flairs = [image for image in anat.images if image.suffix == "FLAIR" and _is_in(image, selection)]
        t1s = [image for image in anat.images if image.suffix == "T1w"]
        original = {image.path.parent for image in flairs if "space" not in image.entities}
        made = [image for image in flairs if "space" in image.entities and image.path.parent in original]
        scans += [BidsScan(flair, choose_t1(flair, t1s)) for flair in flairs if flair not in made]
        # Nobody knows which sessions a participant has whose folder may not be read.
        scans += [
            one for one in anat.unreadable if "ses" not in one.flair.entities or _is_in(one.flair, selection)
        ]
        resampled += [image.path for image in made]
        misnamed += anat.misnamed
    _require_all(root, scans, selection)
    _require_own_names(scans)
    return Dataset(tuple(scans), tuple(resampled), tuple(misnamed))


def result_stem(flair: BidsFile, **more: str) -> str:
    """Return what the results of a FLAIR are called, on its own grid, up to their label.

    Args:
        flair: The FLAIR.
        more: Further entities.
    """
    return stem({**flair.entities, "space": "orig", **more})


def choose_t1(flair: BidsFile, candidates: Sequence[BidsFile]) -> BidsFile | None:
    """Return the T1 that suits a FLAIR of the same participant best.

    Of its session before others; of its space before others; without contrast agent before with; then
    the one with the most entities (run, acq, rec ...) in common; then the first by name.
    """

    def unlike(t1: BidsFile) -> tuple[list[bool], int, str]:
        shared = sum(flair.entities.get(key) == value for key, value in t1.entities.items())
        elsewhere = [t1.entities.get(key) != flair.entities.get(key) for key in ("ses", "space")]
        return [*elsewhere, "ce" in t1.entities], -shared, t1.path.name

    return min(candidates, key=unlike, default=None)


@dataclass
class _Anat:
    """What the folders `anat` of a participant hold."""

    images: list[BidsFile]
    misnamed: list[Path]
    unreadable: list[BidsScan]


def _subjects(root: Path, selection: Selection) -> list[Path]:
    try:
        folders = sorted(path for path in root.iterdir() if path.name.startswith("sub-"))
    except OSError as error:
        raise InputError(f"{root}: expected a folder, found: {error.strerror}; check the path") from None
    labels = selection.participants
    return [path for path in folders if not labels or path.name.removeprefix("sub-") in labels]


def _read_subject(subject: Path) -> _Anat:
    found = _Anat([], [], [])
    inside = _list(subject, found)
    sessions = [path for path in inside if path.name.startswith("ses-")]
    for folder in (*(path for path in inside if path.name == "anat"), *sessions):
        for path in _list(folder if folder.name == "anat" else folder / "anat", found):
            image = parse(path)
            if image is not None and _belongs(image, subject):
                if image.entities.get("part") not in _OTHER_PARTS:
                    found.images.append(image)
            elif path.name.lower().endswith(ENDINGS):
                found.misnamed.append(path)
    return found


def _list(folder: Path, found: _Anat) -> list[Path]:
    """Return what a folder holds, nothing where there is none; one that may not be read fails as a scan."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        parts = (part.split("-", 1) for part in folder.parts[-3:] if part.startswith(("sub-", "ses-")))
        entities = dict(parts)
        flair = BidsFile(folder / f"{stem(entities)}_FLAIR.nii.gz", entities, "FLAIR")
        why = f"{folder}: cannot be read ({error.strerror}); check who owns it"
        found.unreadable.append(BidsScan(flair, None, why))
        return []


def _belongs(image: BidsFile, subject: Path) -> bool:
    """Tell whether a name says the participant, and no other session, of its folder, and no odd "flair"."""
    session = image.path.parent.parent.name.removeprefix("ses-")
    said = image.entities.get("ses", session)
    return (
        f"sub-{image.entities.get('sub')}" == subject.name
        and (said == session or image.path.parent.parent == subject)
        and ("flair" not in image.suffix.lower() or image.suffix == "FLAIR")
    )


def _is_in(image: BidsFile, selection: Selection) -> bool:
    return not selection.sessions or image.entities.get("ses") in selection.sessions


def _require_all(root: Path, scans: Sequence[BidsScan], selection: Selection) -> None:
    if not scans and not selection.participants and not selection.sessions:
        raise InputError(f"{root}: expected sub-*/[ses-*/]anat/*_FLAIR.nii.gz, found none; check the path")
    for key, labels in (("sub", selection.participants), ("ses", selection.sessions)):
        found = {scan.flair.entities.get(key) for scan in scans}
        if missing := [label for label in labels if label not in found]:
            raise InputError(f"{root}: expected a FLAIR of {key}-{missing[0]}, found none; check the label")


def _require_own_names(scans: Sequence[BidsScan]) -> None:
    seen: dict[str, Path] = {}
    for scan in scans:
        name, path = result_stem(scan.flair), scan.flair.path
        if name in seen:
            raise InputError(
                f"{path}: expected one FLAIR for the result {name}, found {seen[name]} too; "
                "rename or remove one"
            )
        seen[name] = path
