import numpy as np

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.normal_bright import NormalBright, normal_brightness
from wmhseg.synthesis.tissues import Tissue

RIM = NormalBright(
    rim_sd=2.0,
    rim_mm=0.8,
    septum_sd=0.0,
    haze_sd=0.0,
    patches_sd=0.0,
    tract_sd=0.0,
    cortex_sd=0.0,
    seed=1,
)


def test_rims_are_thin_and_only_in_tissue(anatomy: Anatomy) -> None:
    bright = normal_brightness(anatomy, RIM)
    white = anatomy.brain_tissues == Tissue.WHITE
    assert bright[white & (anatomy.ventricle_mm == 1)].mean() > 1.0
    assert bright[white & (anatomy.ventricle_mm >= 6)].max() < 0.1
    assert (bright[anatomy.brain_tissues == Tissue.VENTRICLE] == 0).all()


def test_tracts_lie_left_and_right(anatomy: Anatomy) -> None:
    tracts = normal_brightness(anatomy, NormalBright(0, 0.8, 0, 0, 0, tract_sd=1.0, cortex_sd=0, seed=1))
    right = tracts[anatomy.mni[2] < -3].sum()
    assert np.isclose(right, tracts[anatomy.mni[2] > 3].sum(), rtol=0.05)
    assert tracts[np.abs(anatomy.mni[2]) < 3].max() < 0.05
