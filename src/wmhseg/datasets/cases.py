"""Case folders as the challenge organisers hand them out."""

from dataclasses import dataclass
from pathlib import Path

from wmhseg.errors import InputError
from wmhseg.io.volume import Volume, write_volume


@dataclass(frozen=True)
class Case:
    """One labelled scan.

    Attributes:
        site: Name of the site's folder(s), joined by "-".
        name: Name of the case's folder.
        folder: Holds `pre/FLAIR.nii.gz`, `pre/T1.nii.gz` and `wmh.nii.gz`.
    """

    site: str
    name: str
    folder: Path

    @property
    def key(self) -> str:
        """Return a name that is unique in a data set."""
        return f"{self.site}__{self.name}"

    @property
    def flair(self) -> Path:
        """Return the FLAIR's path."""
        return self.folder / "pre" / "FLAIR.nii.gz"

    @property
    def t1(self) -> Path:
        """Return the T1's path."""
        return self.folder / "pre" / "T1.nii.gz"

    @property
    def truth(self) -> Path:
        """Return the path of the reference mask (0, 1 = WMH, 2 = other pathology)."""
        return self.folder / "wmh.nii.gz"


def find_cases(root: str | Path) -> list[Case]:
    """Find every labelled case below `root`, at any depth, sorted by site and name.

    Raises:
        InputError: There is none, or one lacks an image.
    """
    root = Path(root)
    cases = []
    for truth in sorted(root.glob("**/wmh.nii.gz")):
        folder = truth.parent
        parts = folder.relative_to(root).parts
        case = Case("-".join(parts[:-1]) or root.name, folder.name, folder)
        for path in (case.flair, case.t1):
            if not path.is_file():
                raise InputError(
                    f"{path}: expected beside {truth.name}, found none; complete the case or move it"
                )
        cases.append(case)
    if not cases:
        raise InputError(
            f"{root}: expected folders SITE/CASE with wmh.nii.gz and pre/FLAIR.nii.gz, found none"
        )
    return cases


def write_images(folder: Path, flair: Volume, t1: Volume, truth: Volume) -> None:
    """Write a case's images as `find_cases` finds them; the mask last.

    Raises:
        OutputError: An image cannot be written.
    """
    case = Case(folder.parent.name, folder.name, folder)
    case.flair.parent.mkdir(parents=True, exist_ok=True)
    for path, volume in ((case.flair, flair), (case.t1, t1), (case.truth, truth)):
        write_volume(path, volume)
