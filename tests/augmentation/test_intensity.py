"""Contrast, brightness, gamma, blur, noise and a missing T1: what is drawn."""

import numpy as np
import pytest

from wmhseg.augmentation.intensity import IntensityRange, sample_intensity


def test_draws_stay_in_range_and_fill_it() -> None:
    rng = np.random.default_rng(1)
    limits = IntensityRange()
    drawn = [sample_intensity(rng, limits) for _ in range(1000)]
    for name, low, high in (
        ("contrast", 0.8, 1.2),
        ("brightness", -0.3, 0.3),
        ("gamma", -0.25, 0.25),
        ("noise", 0.0, 0.2),
    ):
        values = np.array([getattr(one, name) for one in drawn])
        width = high - low
        assert low <= values.min() < low + 0.02 * width, name
        assert high - 0.02 * width < values.max() <= high, name
        # FLAIR and T1 are changed independently.
        assert abs(np.corrcoef(values, rowvar=False)[0, 1]) < 0.1, name
    correlated = np.array([one.noise_blur_px for one in drawn])
    assert 0 <= correlated.min() < 0.02
    assert 0.98 < correlated.max() <= 1
    blur = np.array([one.blur_px for one in drawn])
    assert (blur[blur > 0] >= 0.3).all()
    assert blur.max() <= 1.0
    assert (blur > 0).mean() == pytest.approx(0.3, abs=0.05)
    assert np.mean([one.t1_missing for one in drawn]) == pytest.approx(0.15, abs=0.04)
    assert len({one.noise_seed for one in drawn}) > 990
