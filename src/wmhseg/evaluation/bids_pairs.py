"""Which result belongs to which truth where both, or the results alone, are named as in BIDS."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from wmhseg.errors import InputError
from wmhseg.io.bids_names import parse, stem
from wmhseg.io.files import walk

MASK_LABELS = (None, "WMH", "lesion", "lesions")
# What a derivative's name says about itself, not about the scan.
_OWN = ("space", "res", "den", "label", "desc", "seg", "atlas")
Entities = tuple[tuple[str, str], ...]


def find_masks(root: Path) -> dict[Entities, Path]:
    """Return the WMH masks below a folder that are named as in BIDS, by the scan that their name says.

    Masks are called `*_mask.nii[.gz]`, with a label of `MASK_LABELS`.

    Raises:
        InputError: A scan has two.
    """
    found: dict[Entities, Path] = {}
    for folder, _, files in walk(root):
        for name in files:
            image = parse(folder / name)
            if image is None or image.suffix != "mask" or image.entities.get("label") not in MASK_LABELS:
                continue
            scan = scan_of(image.entities)
            if scan in found:
                raise InputError(
                    f"{image.path}: expected one mask of {stem(dict(scan))}, found {found[scan].name} too; "
                    "remove one"
                )
            found[scan] = image.path
    return found


def scan_of(entities: Mapping[str, str]) -> Entities:
    """Return what a name says about the scan, sorted by key."""
    return tuple(sorted((key, value) for key, value in entities.items() if key not in _OWN))


def scan_of_folder(relative: Path) -> Entities:
    """Return what the folders sub-*/[ses-*] say; empty for other folders."""
    pairs = [part.split("-", 1) for part in relative.parts if part.startswith(("sub-", "ses-"))]
    return tuple(sorted((key, value) for key, value in pairs))


def match(scan: Entities, masks: Mapping[Entities, Path]) -> Path | None:
    """Return the mask of a scan: of the same name, or the only one whose name says more than the scan's.

    Raises:
        InputError: Several do.
    """
    if scan in masks:
        return masks[scan]
    candidates: Sequence[Path] = [path for other, path in masks.items() if scan and set(scan) < set(other)]
    if len(candidates) > 1:
        names = " and ".join(path.name for path in candidates[:3])
        raise InputError(
            f"{stem(dict(scan))}: expected one result, found {names}; pair them in a table (TSV)"
        )
    return candidates[0] if candidates else None
