"""Noise that is correlated from pixel to pixel."""

import numpy as np
import pytest

from wmhseg.augmentation.noise import correlated_noise


@pytest.mark.parametrize("blur", [0.7, 1.0])
def test_differences_between_pixels_are_those_of_a_blurred_field(blur: float) -> None:
    noise = correlated_noise(np.random.default_rng(0), (4, 300, 300), blur)
    assert noise.dtype == np.float32
    assert noise.std() == pytest.approx(1, abs=1e-3)
    # The autocorrelation of noise blurred by a Gaussian is a Gaussian sqrt(2) wider: at a distance d
    # exp(-d^2 / (4 blur^2)), and the variance of differences is 2 - 2 times that.
    for distance in (1, 2, 3):
        expected = np.sqrt(2 - 2 * np.exp(-(distance**2) / (4 * blur**2)))
        for axis in (1, 2):
            near = np.take(noise, range(300 - distance), axis)
            far = np.take(noise, range(distance, 300), axis)
            assert (far - near).std() == pytest.approx(expected, rel=0.03)
    assert (noise[1:] - noise[:-1]).std() == pytest.approx(np.sqrt(2), rel=0.02)


def test_without_blur_it_is_white_and_a_seed_repeats_it() -> None:
    first, again = (correlated_noise(np.random.default_rng(3), (300, 300), 0.0) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first[:, 1:] - first[:, :-1]).std() == pytest.approx(np.sqrt(2), rel=0.02)
