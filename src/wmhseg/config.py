"""The three recipes: every constant that decides how a scan becomes a mask.

A recipe is stored in the manifest beside the weights that were trained with it; nothing here is
read at run time for weights that bring their own.
"""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from wmhseg.errors import WeightsError

# Robustly normalised intensities are clipped here: fat and vessels carry no information on WMH.
INTENSITY_CLIP = (-4.0, 6.0)

Normalisation = Literal["paper", "published", "robust"]


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
        patch: Rows and columns of the network's input (paper, section 3.1: 200).
        threshold: A voxel is WMH when the mean probability is above this.
        end_slice_fraction: Fraction of the slices emptied at each end (paper, section 3.4).
        min_lesion_mm3: Lesions smaller than this are removed.
    """

    name: str
    normalisation: Normalisation
    flair_threshold: float = 0.0
    t1_threshold: float = 0.0
    axial_lps: bool = False
    spacing_range_mm: tuple[float, float] | None = None
    target_spacing_mm: float = 1.0
    patch: int = 200
    threshold: float = 0.5
    end_slice_fraction: float = 0.0
    min_lesion_mm3: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the recipe as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Recipe":
        """Build a recipe from a manifest's values.

        Raises:
            WeightsError: A field is unknown or a required one is missing.
        """
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown or not {"name", "normalisation"} <= set(values):
            raise WeightsError(
                f"recipe: expected name, normalisation and optional fields of {sorted(known)}, "
                f"found {sorted(values)}"
            )
        spacing = values.get("spacing_range_mm")
        recipe = cls(**values)
        return replace(recipe, spacing_range_mm=None if spacing is None else (spacing[0], spacing[1]))


# Li et al. 2018: thresholds and normalisation, section 3.1; 0.5 and 10 %, sections 3.3 and 3.4.
PAPER = Recipe(
    "paper", "paper", flair_threshold=70.0, t1_threshold=30.0, threshold=0.5, end_slice_fraction=0.1
)

# The authors' released test code: one mask from FLAIR, > 0.45, int(12.5 %) of the slices.
PUBLISHED = Recipe("published", "published", flair_threshold=30.0, threshold=0.45, end_slice_fraction=0.125)

# Ours. 0.85 mm x 200 still holds a whole brain (170 mm); above 1.25 mm small lesions vanish.
DEFAULT = Recipe(
    "default", "robust", axial_lps=True, spacing_range_mm=(0.85, 1.25), target_spacing_mm=1.0, threshold=0.5
)

RECIPES = {recipe.name: recipe for recipe in (PAPER, PUBLISHED, DEFAULT)}
