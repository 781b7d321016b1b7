from dataclasses import replace

import numpy as np

from wmhseg.synthesis.artefacts import Ghosts, Spikes
from wmhseg.synthesis.scanner import Scanner, coil_sensitivity, sample_scanner, scan_slices, store

CLEAN = Scanner(
    bias=0.0,
    bias_mm=80.0,
    ghosts=Ghosts(0.0, 1, 0.1),
    spikes=Spikes(0.0, (1, 1), 0.1, 0),
    gibbs=(1.0, 1.0),
    noise=0.0,
    noise_blur_px=0.0,
    sharpen=0.0,
    gamma=1.0,
    scale=1.0,
    offset=0.0,
    seed=5,
)


def test_a_perfect_scanner_changes_nothing() -> None:
    slices = np.random.default_rng(0).random((3, 20, 20), dtype=np.float32)
    np.testing.assert_allclose(scan_slices(slices, CLEAN), slices, rtol=1e-6)
    assert (coil_sensitivity((4, 5, 6), CLEAN) == 1).all()


def test_noise_is_rician() -> None:
    noisy = replace(CLEAN, noise=0.05)
    signal = scan_slices(np.ones((20, 50, 50), np.float32), noisy)
    assert abs(signal.std() - 0.05) < 0.002
    # Without a signal it is Rayleigh noise: mean sigma * sqrt(pi / 2).
    air = scan_slices(np.zeros((20, 50, 50), np.float32), noisy)
    assert abs(air.mean() - 0.05 * np.sqrt(np.pi / 2)) < 0.001


def test_bias_has_the_asked_spread() -> None:
    field = coil_sensitivity((200, 200, 200), replace(CLEAN, bias=0.1, bias_mm=25.0))
    assert 0.07 < np.log(field).std() < 0.13


def test_noise_keeps_its_sd_when_it_is_correlated() -> None:
    noisy = scan_slices(np.ones((10, 80, 80), np.float32), replace(CLEAN, noise=0.05, noise_blur_px=0.7))
    assert abs(noisy.std() / 0.05 - 1) < 0.02
    beside, above = noisy[..., 1:] - noisy[..., :-1], noisy[1:] - noisy[:-1]
    assert beside.std() < 0.7 * above.std()


def test_stored_values() -> None:
    stored = store(np.ones((1, 2, 2), np.float32), replace(CLEAN, scale=200.0, offset=0.5))
    assert (stored == 300).all()


def test_draws_keep_the_noise_in_range() -> None:
    drawn = [sample_scanner(np.random.default_rng(seed), (0.02, 0.09)) for seed in range(100)]
    assert all(0.02 <= one.noise <= 0.09 for one in drawn)
    assert 0.15 < np.mean([one.ghosts.strength > 0 for one in drawn]) < 0.5
