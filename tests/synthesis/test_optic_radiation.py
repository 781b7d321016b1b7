import numpy as np

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.optic_radiation import OpticBands, optic_brightness

RIGHT = OpticBands((2.0, 0.0), (3.0, 5.0), (30.0, 86.0), (0.0, 0.0), 1)


def test_a_band_runs_backwards_on_its_own_side(anatomy: Anatomy) -> None:
    bright = optic_brightness(anatomy.mni, RIGHT)
    z, y, x = anatomy.mni
    assert not bright[x > 0].any()  # LPS: left is positive
    assert not bright[(y < 30) | (y > 86)].any()
    middle = (np.abs(x + 30) < 1) & (np.abs(y - 58) < 1) & (np.abs(z - 6) < 1)
    assert 1.0 < bright[middle].mean() < 2.8
    # Three SDs beside the middle: exp(-4.5) = 1 % of it.
    assert bright[(np.abs(x + 40) < 1) & (np.abs(y - 58) < 1)].max() < 0.05


def test_a_band_is_long_and_narrow(anatomy: Anatomy) -> None:
    z, y, x = anatomy.mni
    there = (optic_brightness(anatomy.mni, RIGHT) > 0.6) & (np.abs(z - 5) < 0.6)
    assert np.ptp(y[there]) > 35
    at_one_place = there & (np.abs(y - 58) < 0.6)
    assert np.ptp(x[at_one_place]) < 14


def test_nothing_asked_nothing_drawn(anatomy: Anatomy) -> None:
    assert not optic_brightness(anatomy.mni, OpticBands((0, 0), (3, 5), (30, 80), (0, 0), 1)).any()
