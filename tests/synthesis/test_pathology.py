from dataclasses import replace

import numpy as np

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.blobs import Blobs
from wmhseg.synthesis.pathology import draw_pathology, sample_pathology

NONE = Blobs(0, (2.0, 5.0), 1.5, 0.1, 0)


def test_a_core_has_a_rim_around_it(anatomy: Anatomy) -> None:
    parameters = replace(
        sample_pathology(np.random.default_rng(0)), lacunes=replace(NONE, count=3), infarcts=NONE, rim_mm=1.0
    )
    drawn = draw_pathology(anatomy, parameters)
    assert drawn.core.any()
    assert drawn.rim.any()
    assert not (drawn.core & drawn.rim).any()


def test_nothing_asked_nothing_drawn(anatomy: Anatomy) -> None:
    parameters = replace(sample_pathology(np.random.default_rng(0)), lacunes=NONE, infarcts=NONE)
    drawn = draw_pathology(anatomy, replace(parameters, spaces=NONE))
    assert not drawn.core.any()
    assert not drawn.rim.any()
    assert not drawn.spaces.any()


def test_perivascular_spaces_have_no_rim_and_keep_off_other_pathology(anatomy: Anatomy) -> None:
    parameters = sample_pathology(np.random.default_rng(0))
    parameters = replace(
        parameters, lacunes=replace(NONE, count=3), infarcts=NONE, spaces=replace(NONE, count=30)
    )
    drawn = draw_pathology(anatomy, parameters)
    assert drawn.spaces.any()
    assert not (drawn.spaces & (drawn.core | drawn.rim)).any()
    alone = draw_pathology(anatomy, replace(parameters, lacunes=NONE))
    assert not alone.rim.any()
