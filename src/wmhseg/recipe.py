"""The three recipes: every constant that decides how a scan becomes a mask.

A recipe is stored in the manifest beside the weights that were trained with it; nothing here is
read at run time for weights that bring their own.
"""

import reprlib
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from wmhseg.errors import WeightsError

# Robustly normalised intensities are clipped here: fat and vessels carry no information on WMH.
INTENSITY_CLIP = (-4.0, 6.0)

# Pixels that slices may be brought to: smaller ones fill the memory.
_PIXELS_MM = (0.2, 20.0)

Normalisation = Literal["paper", "published", "robust"]
# What decides which slices a network sees; the other fields come after it.
_PREPARATION = (
    "normalisation",
    "flair_threshold",
    "t1_threshold",
    "axial_lps",
    "spacing_range_mm",
    "target_spacing_mm",
    "min_profile_mm",
    "patch",
    "min_patch",
)


@dataclass(frozen=True)
class Recipe:
    """How images are prepared and probabilities become a mask.

    Attributes:
        name: What the recipe is called in manifests and reports.
        normalisation: "paper" (Li et al. 2018, section 3.1), "published" (the authors' released
            code) or "robust" (median and MAD, no absolute intensity).
        flair_threshold: Raw FLAIR intensity from which a voxel is brain ("paper", "published").
        t1_threshold: The same for T1 ("paper" only).
        axial_lps: Bring any orientation to axial LPS first.
        spacing_range_mm: In-plane spacing that is left as it is; outside it, slices are resampled
            to `target_spacing_mm`. None: never resample.
        target_spacing_mm: In-plane spacing after resampling.
        min_profile_mm: Thinner slices are blurred across to about this thickness: less noise, and
            closer to the thick slices of most scans.
        patch: Rows and columns of the network's input (paper, section 3.1: 200).
        min_patch: Down to this, in steps of 32, where a smaller window holds the head's core.
        threshold: A voxel is WMH when the mean probability is above this.
        end_slice_fraction: Fraction of the slices emptied at each end (paper, section 3.4).
        min_lesion_mm3: Lesions smaller than this are removed.
        min_peak: Lesions in which no voxel has at least this mean probability are removed: a low
            threshold finds the edge of a lesion, its core tells a lesion from a bright rim.
    """

    name: str
    normalisation: Normalisation
    flair_threshold: float = 0.0
    t1_threshold: float = 0.0
    axial_lps: bool = False
    spacing_range_mm: tuple[float, float] | None = None
    target_spacing_mm: float = 1.0
    min_profile_mm: float = 0.0
    patch: int = 200
    min_patch: int = 200
    threshold: float = 0.5
    end_slice_fraction: float = 0.0
    min_lesion_mm3: float = 0.0
    min_peak: float = 0.0

    def prepares_as(self, other: "Recipe") -> bool:
        """Tell whether both show a network the same slices of a scan."""
        return all(getattr(self, name) == getattr(other, name) for name in _PREPARATION)

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Recipe":
        """Build a recipe from a manifest's values.

        Raises:
            WeightsError: A field is unknown, a required one is missing, or a value means nothing.
        """
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown or not {"name", "normalisation"} <= set(values):
            raise WeightsError(
                f"recipe: expected name, normalisation and optional fields of {sorted(known)}, "
                f"found {reprlib.repr(unknown or sorted(values))}"
            )
        spacing = values.get("spacing_range_mm")
        recipe = cls(
            **{**values, "spacing_range_mm": tuple(spacing) if isinstance(spacing, list) else spacing}
        )
        if wrong := recipe.wrong_fields():
            found = ", ".join(f"{name} {reprlib.repr(getattr(recipe, name))}" for name in wrong)
            raise WeightsError(f"recipe: expected values that this version knows, found {found}")
        return recipe

    def wrong_fields(self) -> list[str]:
        """Return the names of fields whose values mean nothing."""
        good = {
            "name": isinstance(self.name, str) and self.name.isprintable(),
            "normalisation": self.normalisation in get_args(Normalisation),
            "flair_threshold": _is_number(self.flair_threshold),
            "t1_threshold": _is_number(self.t1_threshold),
            "axial_lps": isinstance(self.axial_lps, bool),
            "spacing_range_mm": self.spacing_range_mm is None or _is_range(self.spacing_range_mm),
            "target_spacing_mm": _is_number(self.target_spacing_mm, *_PIXELS_MM),
            "min_profile_mm": _is_number(self.min_profile_mm, 0, 100),
            "patch": _is_patch(self.patch),
            "min_patch": _is_patch(self.min_patch) and _is_patch(self.patch) and self.min_patch <= self.patch,
            "threshold": _is_number(self.threshold, 0, 1) and self.threshold < 1,
            "end_slice_fraction": _is_number(self.end_slice_fraction, 0, 0.5)
            and self.end_slice_fraction < 0.5,
            "min_lesion_mm3": _is_number(self.min_lesion_mm3),
            "min_peak": _is_number(self.min_peak, 0, 1),
        }
        return [name for name, is_good in good.items() if not is_good]


def _is_number(value: object, least: float = -1e9, most: float = 1e9) -> bool:
    """Tell whether a value is a number between limits; NaN and infinity are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _is_range(value: object) -> bool:
    if not isinstance(value, tuple) or len(value) != 2:
        return False
    return all(_is_number(limit, 0, 1e9) for limit in value) and value[0] <= value[1]


def _is_patch(value: object) -> bool:
    """Tell whether the network can be built for a window of so many rows and columns."""
    return isinstance(value, int) and _is_number(value, 40, 1000) and value % 32 == 8


# Li et al. 2018: thresholds and normalisation, section 3.1; 0.5 and 10 %, sections 3.3 and 3.4.
PAPER = Recipe(
    "paper", "paper", flair_threshold=70.0, t1_threshold=30.0, threshold=0.5, end_slice_fraction=0.1
)

# The authors' released test code: one mask from FLAIR, > 0.45, int(12.5 %) of the slices.
PUBLISHED = Recipe("published", "published", flair_threshold=30.0, threshold=0.45, end_slice_fraction=0.125)

# Ours. 0.85 mm x 200 still holds a whole brain (170 mm); above 1.25 mm small lesions vanish.
DEFAULT = Recipe(
    "default",
    "robust",
    axial_lps=True,
    spacing_range_mm=(0.85, 1.25),
    target_spacing_mm=1.0,
    min_profile_mm=2.0,
    min_patch=136,
    threshold=0.5,
)

RECIPES = {recipe.name: recipe for recipe in (PAPER, PUBLISHED, DEFAULT)}
