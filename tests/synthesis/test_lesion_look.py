import numpy as np

from wmhseg.synthesis.lesion_look import LesionLook, lesion_strength, sample_lesion_look

PLAIN = LesionLook(flair_sd=2.0, t1_sd=1.0, border_mm=0.6, texture=0.0, dull=0.0, seed=1)


def _ball() -> np.ndarray:
    z, y, x = np.indices((41, 41, 41)) - 20
    return z**2 + y**2 + x**2 <= 12**2


def test_strength_is_one_inside_slopes_at_the_border_and_zero_outside() -> None:
    strength = lesion_strength(_ball(), PLAIN)
    assert strength[20, 20, 20] == np.float32(1)
    # The mask ends at voxel 32; the slope lies about there and outside.
    assert strength[20, 20, 30] == np.float32(1)
    assert 0.6 < strength[20, 20, 32] < 0.95
    assert 0 < strength[20, 20, 33] < 0.3
    assert strength[20, 20, 37] == 0


def test_dull_centre() -> None:
    dull = lesion_strength(_ball(), LesionLook(2.0, 1.0, 0.6, 0.0, 0.5, 1))
    assert abs(dull[20, 20, 20] - 0.5) < 0.01
    assert dull[20, 20, 31] > 0.8


def test_contrasts_of_real_scans_are_covered() -> None:
    drawn = np.array([sample_lesion_look(np.random.default_rng(s)).flair_sd for s in range(300)])
    assert drawn.min() >= 1.9
    assert drawn.max() <= 5.0
    # Median 2.9; a normal deviate is below -1.41 = ln(1.9 / 2.9) / 0.3 in 8 of 100.
    assert abs(np.median(drawn) - 2.9) < 0.15
    assert abs((drawn == 1.9).mean() - 0.08) < 0.04


def test_t1_darkness_of_real_scans_is_covered() -> None:
    drawn = np.array([sample_lesion_look(np.random.default_rng(s)).t1_sd for s in range(600)])
    assert drawn.min() >= 0
    assert drawn.max() <= 3.2
    # One half of the scans below 1, and of the other half 1 / 3.2.
    assert abs((drawn < 1).mean() - (0.5 + 0.5 / 3.2)) < 0.06
    assert abs((drawn > 2).mean() - 0.5 * 1.2 / 3.2) < 0.05
