"""The regions that WMH are counted in, and what they are called and drawn like in label images."""

from dataclasses import dataclass
from enum import IntEnum


class Region(IntEnum):
    """Where a voxel or a lesion lies; the value is that of the label image."""

    PERIVENTRICULAR = 1
    DEEP = 2
    JUXTACORTICAL = 3
    INFRATENTORIAL = 4

    @property
    def label(self) -> str:
        """Return the name as tables have it."""
        return self.name.lower()


# In the label image, what is periventricular by the distance rule and a cap or a rim besides.
CAP_OR_RIM = 5


@dataclass(frozen=True)
class RegionLabel:
    """A value of the label image.

    Attributes:
        index: The value.
        name: What it means.
        abbreviation: The same, short.
        rgb: Colour in pictures, pages and viewers.
    """

    index: int
    name: str
    abbreviation: str
    rgb: tuple[int, int, int]


# Colours that people with any colour vision tell apart (Okabe and Ito 2008), on grey.
REGION_LABELS = (
    RegionLabel(Region.PERIVENTRICULAR, "periventricular WMH", "PV", (230, 159, 0)),
    RegionLabel(Region.DEEP, "deep WMH", "deep", (86, 180, 233)),
    RegionLabel(Region.JUXTACORTICAL, "juxtacortical WMH", "JC", (0, 158, 115)),
    RegionLabel(Region.INFRATENTORIAL, "infratentorial WMH", "IT", (204, 121, 167)),
    RegionLabel(CAP_OR_RIM, "periventricular cap or rim", "cap", (240, 228, 66)),
)
