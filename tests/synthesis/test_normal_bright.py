from dataclasses import replace

import numpy as np
import pytest

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.normal_bright import (
    NormalBright,
    fainter,
    normal_brightness,
    sample_normal_bright,
)
from wmhseg.synthesis.tissues import Tissue


def test_rims_are_thin_and_only_in_tissue(anatomy: Anatomy, plain: NormalBright) -> None:
    bright = normal_brightness(anatomy, replace(plain, rim_sd=2.0))
    white = anatomy.brain_tissues == Tissue.WHITE
    assert bright.total[white & (anatomy.ventricle_mm == 1)].mean() > 1.0
    assert bright.total[white & (anatomy.ventricle_mm >= 6)].max() < 0.1
    assert (bright.total[anatomy.brain_tissues == Tissue.VENTRICLE] == 0).all()
    np.testing.assert_array_equal(bright.judged, bright.total)


def test_a_cap_is_thicker_than_the_rim_beside_the_body(anatomy: Anatomy, plain: NormalBright) -> None:
    drawn = normal_brightness(anatomy, replace(plain, rim_sd=2.0, rim_mm=1.5, cap=2.0)).judged
    near = (anatomy.ventricle_mm >= 3) & (anatomy.ventricle_mm < 5) & (anatomy.brain_tissues == Tissue.WHITE)
    horn = np.abs(anatomy.mni[1] - 4)
    # Beside the body exp(-3 / 1.5) at 4 mm; on the phantom's horns, which end at 30, exp(-3 / 2.5).
    assert drawn[near & (horn > 28)].mean() > 1.6 * drawn[near & (horn < 20)].mean()


def test_tracts_lie_left_and_right_and_are_not_judged(anatomy: Anatomy, plain: NormalBright) -> None:
    bright = normal_brightness(anatomy, replace(plain, tract_sd=1.0))
    right = bright.total[anatomy.mni[2] < -3].sum()
    assert np.isclose(right, bright.total[anatomy.mni[2] > 3].sum(), rtol=0.05)
    assert bright.total[np.abs(anatomy.mni[2]) < 3].max() < 0.05
    assert not bright.judged.any()
    assert not bright.septum.any()


def test_fainter_halves_what_is_judged_and_nothing_else(anatomy: Anatomy) -> None:
    drawn = sample_normal_bright(np.random.default_rng(9))
    drawn = replace(drawn, optic=replace(drawn.optic, sd=(1.0, 2.0)))
    before, after = normal_brightness(anatomy, drawn), normal_brightness(anatomy, fainter(drawn))
    np.testing.assert_allclose(after.judged, before.judged / 2, atol=1e-6)
    np.testing.assert_array_equal(after.septum, before.septum)
    np.testing.assert_allclose(before.total - before.judged, after.total - after.judged, atol=1e-6)


def test_rims_are_drawn_from_faint_to_thick() -> None:
    drawn = [sample_normal_bright(np.random.default_rng(seed)) for seed in range(400)]
    rim_mm = np.array([one.rim_mm for one in drawn])
    assert 0.25 < (rim_mm > 1.0).mean() < 0.4  # 0.6 of the draws, of which log(2.5)/log(6.25) = 0.5
    assert max(one.rim_sd for one in drawn) > 4.3
    assert np.mean([any(one.optic.sd) for one in drawn]) == pytest.approx(0.35 * (1 - 0.25**2), abs=0.07)
