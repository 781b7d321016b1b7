"""The parcellation of each FLAIR in a derivative data set, such as fMRIPrep's."""

from pathlib import Path

from wmhseg.bids.dataset import ENDINGS
from wmhseg.errors import InputError
from wmhseg.io.bids_names import BidsFile, parse
from wmhseg.io.files import beside, few
from wmhseg.segmentation.parcellation import ParcellationFiles

SUFFIX = "dseg"
# Without space-, derivatives lie where the raw image does; these say so.
_OWN_SPACES = (None, "orig", "T1w", "FLAIR")


def find_parcellation(root: Path, flair: BidsFile, desc: str | None) -> ParcellationFiles | None:
    """Return the `*_dseg.nii[.gz]` of a FLAIR's participant and session, or of the participant alone.

    Those in a template's space are left out: only headers put them on the FLAIR. Names come from the table
    with the image's name, or with its description at the data set's root.

    Args:
        root: Derivative data set.
        flair: The FLAIR.
        desc: Description (`desc-`) to take; None takes any.

    Returns:
        None where there is none.

    Raises:
        InputError: There are several.
    """
    subject = root / f"sub-{flair.entities['sub']}"
    session = flair.entities.get("ses")
    folders = (
        [subject / "anat"] if session is None else [subject / f"ses-{session}" / "anat", subject / "anat"]
    )
    for folder in folders:
        found = [image for image in map(parse, _images(folder)) if image and _fits(image, flair, desc)]
        if len(found) > 1:
            raise InputError(
                f"{folder}: expected one *_{SUFFIX}.nii.gz, found {len(found)} "
                f"({few([image.path.name for image in found])}); say which with --parcellation-desc"
            )
        if found:
            return ParcellationFiles(found[0].path, names=_names(root, found[0]))
    return None


def _images(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(ENDINGS))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _fits(image: BidsFile, flair: BidsFile, desc: str | None) -> bool:
    return (
        image.suffix == SUFFIX
        and image.entities.get("sub") == flair.entities["sub"]
        and image.entities.get("ses") in (None, flair.entities.get("ses"))
        and image.entities.get("space") in _OWN_SPACES
        and (desc is None or image.entities.get("desc") == desc)
    )


def _names(root: Path, image: BidsFile) -> Path | None:
    described = image.entities.get("desc")
    common = root / (f"{SUFFIX}.tsv" if described is None else f"desc-{described}_{SUFFIX}.tsv")
    return next((path for path in (beside(image.path, ".tsv"), common) if path.is_file()), None)
