"""Case folders as the challenge organisers hand them out."""

from dataclasses import dataclass
from pathlib import Path

from wmhseg.errors import InputError
from wmhseg.io.files import walk
from wmhseg.io.volume import Volume
from wmhseg.io.write_volume import write_volume
from wmhseg.io.writing import make_folder

FLAIR, T1, TRUTH = Path("pre", "FLAIR.nii.gz"), Path("pre", "T1.nii.gz"), "wmh.nii.gz"
STRUCTURES = "structures.nii.gz"  # of a synthetic case


@dataclass(frozen=True)
class Case:
    """One labelled scan.

    Attributes:
        site: Name of the site's folder(s), joined by "-".
        name: Name of the case's folder.
        folder: Holds `pre/FLAIR.nii.gz`, perhaps `pre/T1.nii.gz`, and `wmh.nii.gz`.
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
        return self.folder / FLAIR

    @property
    def t1(self) -> Path | None:
        """Return the T1's path; None where there is FLAIR alone."""
        return self.folder / T1 if (self.folder / T1).is_file() else None

    @property
    def truth(self) -> Path:
        """Return the path of the reference mask (0, 1 = WMH, 2 = other pathology, 3 = unsure)."""
        return self.folder / TRUTH


def find_cases(root: str | Path) -> list[Case]:
    """Find every labelled case below `root`, at any depth, sorted by site and name.

    Raises:
        InputError: There is none, or one lacks its FLAIR.
    """
    root = Path(root)
    cases = []
    for folder in sorted(folder for folder, _, files in walk(root) if TRUTH in files):
        parts = folder.relative_to(root).parts
        case = Case("-".join(parts[:-1]) or root.name, folder.name, folder)
        if not case.flair.is_file():
            raise InputError(
                f"{case.flair}: expected beside {TRUTH}, found none; complete the case or move it"
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
    make_folder((folder / FLAIR).parent)
    for name, volume in ((FLAIR, flair), (T1, t1), (TRUTH, truth)):
        write_volume(folder / name, volume)
