"""The phantom cohort: labelled, repeatable, three scanners."""

from pathlib import Path

import numpy as np
import pytest

from wmhseg.datasets.cases import find_cases
from wmhseg.datasets.prepare import prepare_case
from wmhseg.experiments.phantom_cohort import STYLES, make_phantom, write_cohort
from wmhseg.io.volume import read_volume
from wmhseg.lesions import label_lesions
from wmhseg.recipe import PAPER


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cohort")
    assert list(write_cohort(folder, 1, 3)) == [f"{style.site}/case_00" for style in STYLES]
    return folder


def test_each_scanner_has_its_own_grid_and_scale(cohort: Path) -> None:
    flairs = [read_volume(case.flair) for case in find_cases(cohort)]
    assert [flair.grid.size_xyz for flair in flairs] == [style.size_xyz for style in STYLES]
    assert flairs[1].grid.spacing_mm == pytest.approx((2.5, 2.5, 12.0))
    medians = [float(np.median(flair.array[flair.array > 60])) for flair in flairs]
    assert medians[1] > 1.4 * medians[2] > 1.4 * medians[0]


def test_lesions_are_bright_on_flair_dark_on_t1_and_more_than_one() -> None:
    phantom = make_phantom(STYLES[0], (0, 1))
    lesion = phantom.truth.array == 1
    assert 3 <= label_lesions(lesion)[1] <= 9
    # White matter of the first scanner: 135 on FLAIR, 165 on T1; lesions 290 and 120.
    assert 230 < np.median(phantom.flair.array[lesion]) < 310
    assert 105 < np.median(phantom.t1.array[lesion]) < 145


def test_the_same_seed_gives_the_same_voxels_and_another_others() -> None:
    first, again, other = (make_phantom(STYLES[1], seed) for seed in ((0, 0), (0, 0), (1, 0)))
    np.testing.assert_array_equal(first.flair.array, again.flair.array)
    np.testing.assert_array_equal(first.truth.array, again.truth.array)
    assert (first.truth.array != other.truth.array).any()


def test_the_paper_recipe_finds_the_brain(cohort: Path) -> None:
    for case in find_cases(cohort):
        slices = prepare_case(case, PAPER)
        wmh = slices.images[..., 0][slices.labels == 1].astype(float)
        assert np.median(wmh) > 1
