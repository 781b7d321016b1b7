"""What a variant of a scan is, and what is asked of its mask."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import SimpleITK as sitk

from scan_variants.files import nifti_gz

# Slices further apart make a thick case, others a thin one.
THICK_MM = 2.5


class Kind(Enum):
    """How far a variant is from the scan that it was made of: its name and the Dice asked for."""

    REORDERED = "re-ordering", 0.95
    FORMAT = "format", 0.95
    RESCALED = "rescaling", 0.95
    PADDED = "padded", 0.95
    CROPPED = "cropped", 0.85
    RESAMPLED = "resampled", 0.85
    LOST = "information lost", None

    @property
    def label(self) -> str:
        """Return its name in the table."""
        return self.value[0]

    @property
    def required(self) -> float | None:
        """Return the Dice that is asked for; None where nothing is."""
        return self.value[1]


@dataclass(frozen=True)
class Pair:
    """The images of a scan; `t1` is None for FLAIR alone."""

    flair: sitk.Image
    t1: sitk.Image | None

    def each(self, change: Callable[..., sitk.Image], *arguments: object) -> "Pair":
        """Return both images changed in the same way."""
        t1 = None if self.t1 is None else change(self.t1, *arguments)
        return Pair(change(self.flair, *arguments), t1)

    def its_t1(self, change: Callable[..., sitk.Image], *arguments: object) -> "Pair":
        """Return the pair with the T1 alone changed."""
        return Pair(self.flair, None if self.t1 is None else change(self.t1, *arguments))


def unchanged(pair: Pair) -> Pair:
    """Return the pair."""
    return pair


@dataclass(frozen=True)
class Variant:
    """One way that a scan may come.

    Attributes:
        name: Row of the table.
        kind: What is asked of the mask.
        make: Makes the images.
        write: Writes one of them, given its path without an ending; returns its path.
        voxelwise: The header was moved, so that masks are compared voxel by voxel, not by position.
    """

    name: str
    kind: Kind
    make: Callable[[Pair], Pair] = unchanged
    write: Callable[[Path, sitk.Image], Path] = nifti_gz
    voxelwise: bool = False


def is_thick(flair: sitk.Image) -> bool:
    """Tell whether a scan has thick slices."""
    return max(flair.GetSpacing()) >= THICK_MM


def write_pair(folder: Path, pair: Pair, variant: Variant) -> tuple[Path, Path | None]:
    """Make a variant's files in an empty folder; return the paths of FLAIR and T1."""
    made = variant.make(pair)
    t1 = None if made.t1 is None else variant.write(folder / "T1", made.t1)
    return variant.write(folder / "FLAIR", made.flair), t1
