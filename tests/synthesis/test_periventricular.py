import numpy as np

from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.periventricular import Periventricular, draw_periventricular, sample_periventricular


def test_a_band_is_as_thick_as_drawn(anatomy: Anatomy) -> None:
    band = Periventricular((0.0, 0.0, 0.0, 0.0), 5.0, roughness=0.0, extent=-9.0, seed=1)
    drawn = draw_periventricular(anatomy, band)
    assert np.array_equal(drawn, anatomy.ventricle_mm < 5)


def test_caps_lie_on_their_own_horn(anatomy: Anatomy) -> None:
    frontal_right = Periventricular((8.0, 0.0, 0.0, 0.0), 0.0, roughness=0.0, extent=0.0, seed=1)
    drawn = draw_periventricular(anatomy, frontal_right)
    assert drawn.any()
    assert anatomy.mni[2][drawn].max() <= 0
    assert anatomy.mni[1][drawn].max() < -12


def test_nothing_asked_nothing_drawn(anatomy: Anatomy) -> None:
    nothing = Periventricular((0.0, 0.0, 0.0, 0.0), 0.0, roughness=0.3, extent=0.0, seed=1)
    assert not draw_periventricular(anatomy, nothing).any()


def test_bands_are_thicker_than_rims() -> None:
    drawn = [sample_periventricular(np.random.default_rng(seed)) for seed in range(100)]
    assert all(one.band_mm == 0 or one.band_mm >= 2.5 for one in drawn)
    assert all(cap == 0 or cap >= 3.5 for one in drawn for cap in one.cap_mm)
