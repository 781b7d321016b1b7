"""Contrast, brightness, gamma, blur, noise and a missing T1."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from wmhseg.augmentation.intensity import (
    IntensityParameters,
    IntensityRange,
    apply_intensity,
    sample_intensity,
)

CLIP = (-4.0, 6.0)
IDENTITY = IntensityParameters((1.0, 1.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), 0.0, 0, False)


@pytest.fixture
def window() -> np.ndarray:
    values = np.random.default_rng(0).normal(size=(20, 24, 2)).astype(np.float32)
    return np.clip(values, *CLIP)


def test_identity_leaves_the_window_as_it_is(window: np.ndarray) -> None:
    before = window.copy()
    changed = apply_intensity(window, IDENTITY, CLIP)
    assert changed.dtype == np.float32
    np.testing.assert_allclose(changed, before, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(window, before)


def test_contrast_and_brightness_of_each_channel(window: np.ndarray) -> None:
    parameters = replace(IDENTITY, contrast=(0.5, 1.2), brightness=(0.25, -0.1))
    changed = apply_intensity(window, parameters, CLIP)
    np.testing.assert_allclose(changed[..., 0], 0.5 * window[..., 0] + 0.25, atol=1e-5)
    np.testing.assert_allclose(changed[..., 1], np.clip(1.2 * window[..., 1] - 0.1, *CLIP), atol=1e-5)


def test_gamma_by_hand() -> None:
    window = np.zeros((1, 3, 2), np.float32)
    window[0, :, 0] = (-4, 0, 6)
    # exp(log 2) = 2: the range bent to 0, 0.4 ** 2, 1, and typical tissue back at 0.
    changed = apply_intensity(window, replace(IDENTITY, gamma=(float(np.log(2)), 0.0)), (-4.0, 100.0))
    low, centre = 0.0, (4 / 104) ** 2
    expected = [104 * (low - centre), 0.0, 104 * ((10 / 104) ** 2 - centre)]
    np.testing.assert_allclose(changed[0, :, 0], expected, atol=1e-4)
    np.testing.assert_allclose(changed[0, :, 1], 0, atol=1e-5)


def test_results_are_clipped(window: np.ndarray) -> None:
    for brightness, bound in ((50.0, 6.0), (-50.0, -4.0)):
        changed = apply_intensity(window, replace(IDENTITY, brightness=(brightness, brightness)), CLIP)
        np.testing.assert_array_equal(changed, bound)


def test_a_missing_t1_is_zero_and_flair_stays(window: np.ndarray) -> None:
    parameters = replace(IDENTITY, brightness=(0.1, 0.1), noise=(0.1, 0.1), noise_seed=3)
    changed = apply_intensity(window, replace(parameters, t1_missing=True), CLIP)
    np.testing.assert_array_equal(changed[..., 1], 0)
    np.testing.assert_array_equal(changed[..., 0], apply_intensity(window, parameters, CLIP)[..., 0])


def test_blur_stays_within_its_channel(window: np.ndarray) -> None:
    changed = apply_intensity(window, replace(IDENTITY, blur_px=(0.8, 0.0)), CLIP)
    expected = ndimage.gaussian_filter(window[..., 0], 0.8)
    np.testing.assert_allclose(changed[..., 0], expected, atol=1e-5)
    np.testing.assert_allclose(changed[..., 1], window[..., 1], atol=1e-5)


def test_noise_has_the_drawn_size_and_replays() -> None:
    window = np.zeros((200, 200, 2), np.float32)
    parameters = replace(IDENTITY, noise=(0.2, 0.05), noise_seed=7)
    changed = apply_intensity(window, parameters, CLIP)
    np.testing.assert_allclose(changed.std(axis=(0, 1)), (0.2, 0.05), rtol=0.02)
    np.testing.assert_array_equal(apply_intensity(window, parameters, CLIP), changed)
    other = apply_intensity(window, replace(parameters, noise_seed=8), CLIP)
    assert np.abs(other - changed).max() > 0.1


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
