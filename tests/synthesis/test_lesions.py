from dataclasses import replace

import numpy as np
import pytest

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.heads import LesionMask
from wmhseg.synthesis.lesions import LOAD_ML, allowed_tissue, draw_lesions, sample_lesions
from wmhseg.synthesis.tissues import Tissue


@pytest.mark.parametrize(("load_ml", "seed"), [(1.0, 0), (8.0, 1), (30.0, 2)])
def test_load_and_place(anatomy: Anatomy, masks: list[LesionMask], load_ml: float, seed: int) -> None:
    parameters = replace(sample_lesions(np.random.default_rng(seed), masks), load_ml=load_ml)
    drawn = draw_lesions(anatomy, masks, parameters)
    assert 0.3 * load_ml < drawn.sum() / 1000 <= 1.15 * load_ml
    assert not (drawn & ~allowed_tissue(anatomy.brain_tissues, parameters.deep)).any()


def test_without_deep_lesions_only_white_matter(anatomy: Anatomy, masks: list[LesionMask]) -> None:
    parameters = replace(sample_lesions(np.random.default_rng(3), masks), load_ml=20.0, deep=False)
    drawn = draw_lesions(anatomy, masks, parameters)
    assert set(np.unique(anatomy.brain_tissues[drawn])) == {int(Tissue.WHITE)}


def test_no_load_no_lesions(anatomy: Anatomy, masks: list[LesionMask]) -> None:
    parameters = replace(sample_lesions(np.random.default_rng(0), masks), load_ml=0.0)
    assert not draw_lesions(anatomy, masks, parameters).any()


def test_the_same_parameters_give_the_same_lesions(anatomy: Anatomy, masks: list[LesionMask]) -> None:
    parameters = replace(sample_lesions(np.random.default_rng(5), masks), load_ml=5.0)
    first = draw_lesions(anatomy, masks, parameters)
    assert np.array_equal(first, draw_lesions(anatomy, masks, parameters))


def test_draws_stay_in_range(masks: list[LesionMask]) -> None:
    loads = np.array([sample_lesions(np.random.default_rng(s), masks).load_ml for s in range(400)])
    assert 0.06 < (loads == 0).mean() < 0.2
    assert loads[loads > 0].min() >= LOAD_ML[0]
    assert loads.max() <= LOAD_ML[1]
    assert 3 < np.median(loads[loads > 0]) < 8  # log-uniform: sqrt(0.3 * 80) = 4.9
