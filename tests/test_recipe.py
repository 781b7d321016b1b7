"""The recipes' constants, each against the place it comes from, and their way through JSON."""

import json
from dataclasses import replace

import pytest

from wmhseg.errors import WeightsError
from wmhseg.recipe import DEFAULT, INTENSITY_CLIP, PAPER, PUBLISHED, RECIPES, Recipe


def test_paper_constants() -> None:
    assert (PAPER.flair_threshold, PAPER.t1_threshold) == (70, 30)  # Li et al. 2018, section 3.1
    assert (PAPER.patch, PAPER.threshold, PAPER.end_slice_fraction) == (200, 0.5, 0.1)
    assert not PAPER.axial_lps
    assert PAPER.spacing_range_mm is None


def test_published_constants() -> None:
    assert PUBLISHED.flair_threshold == 30  # the authors' test code
    assert (PUBLISHED.patch, PUBLISHED.threshold, PUBLISHED.end_slice_fraction) == (200, 0.45, 0.125)
    assert not PUBLISHED.axial_lps
    assert PUBLISHED.spacing_range_mm is None


def test_default_knows_no_absolute_intensity() -> None:
    assert (DEFAULT.flair_threshold, DEFAULT.t1_threshold, DEFAULT.normalisation) == (0, 0, "robust")
    assert DEFAULT.axial_lps
    low, high = INTENSITY_CLIP
    assert low < 0 < high


def test_whole_brain_fits_the_patch_at_the_finest_spacing_left_alone() -> None:
    assert DEFAULT.spacing_range_mm is not None
    finest, coarsest = DEFAULT.spacing_range_mm
    assert finest * DEFAULT.patch >= 170
    assert finest <= DEFAULT.target_spacing_mm <= coarsest


def test_recipes_are_listed_under_their_own_names() -> None:
    assert RECIPES == {"paper": PAPER, "published": PUBLISHED, "default": DEFAULT}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_recipe_survives_json_unchanged(recipe: Recipe) -> None:
    changed = replace(recipe, threshold=0.37, spacing_range_mm=(0.7, 1.1), min_lesion_mm3=3.5, min_peak=0.9)
    for each in (recipe, changed):
        assert Recipe.from_dict(json.loads(json.dumps(each.to_dict()))) == each


def test_optional_fields_take_their_defaults() -> None:
    assert Recipe.from_dict({"name": "mine", "normalisation": "robust"}) == Recipe("mine", "robust")


@pytest.mark.parametrize(
    "values",
    [{"name": "x", "normalisation": "paper", "treshold": 0.4}, {"name": "x"}, {"normalisation": "paper"}],
)
def test_unknown_or_missing_fields_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(
        WeightsError, match=r"recipe: expected name, normalisation and optional fields .* found"
    ):
        Recipe.from_dict(values)


@pytest.mark.parametrize(
    "wrong",
    [
        {"normalisation": "median"},
        {"threshold": "0.5"},
        {"patch": 100.5},
        {"min_peak": 95},
        {"spacing_range_mm": [1.0]},
        {"spacing_range_mm": 1.0},
    ],
    ids=str,
)
def test_values_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    # Such a recipe would silently run another preprocessing, or fail minutes later without naming the file.
    with pytest.raises(WeightsError, match="recipe: "):
        Recipe.from_dict({"name": "x", "normalisation": "paper", **wrong})
