import numpy as np

from wmhseg.synthesis.artefacts import Ghosts, Spikes, add_ghosts, add_spikes, ring


def test_ghosts_are_shifted_weaker_copies() -> None:
    slices = np.zeros((1, 10, 10), np.float32)
    slices[0, 5, 5] = 1
    ghosted = add_ghosts(slices, Ghosts(strength=0.1, axis=1, period=0.2))
    # Copies two rows away at 0.1, four rows away at 0.05.
    np.testing.assert_allclose(ghosted[0, [3, 7], 5], 0.1, atol=1e-6)
    np.testing.assert_allclose(ghosted[0, [1, 9], 5], 0.05, atol=1e-6)
    assert ghosted[0, 5, 5] == 1
    assert np.count_nonzero(ghosted) == 5


def test_ringing_overshoots_at_an_edge_by_nine_percent() -> None:
    slices = np.ones((1, 128, 128), np.float32)
    slices[:, 32:96] = 3
    rung = ring(slices, (0.5, 1.0))
    # Gibbs: 9 % of the step of 2.
    assert 0.12 < rung.max() - 3 < 0.22
    np.testing.assert_allclose(rung.mean(), slices.mean(), rtol=1e-4)
    assert np.array_equal(ring(slices, (1.0, 1.0)), slices)


def test_spikes_are_waves_in_some_slices() -> None:
    slices = np.full((200, 16, 16), 5, np.float32)
    striped = add_spikes(slices, Spikes(strength=0.5, wave_yx=(4, 0), share=0.5, seed=1))
    hit = np.ptp(striped, axis=(1, 2)) > 0
    assert 70 < hit.sum() < 130
    np.testing.assert_allclose(striped[hit][:, ::4], 5.5, atol=1e-5)
    assert (striped[~hit] == 5).all()
