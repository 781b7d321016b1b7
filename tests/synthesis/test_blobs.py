from dataclasses import replace

import numpy as np

from wmhseg.synthesis.blobs import Blobs, draw_blobs

ROUND = Blobs(count=1, radius_mm=(6.0, 6.0), elongation=1.0, waver=0.0, seed=4)


def test_one_round_blob_has_the_volume_of_a_sphere() -> None:
    allowed = np.zeros((60, 60, 60), bool)
    allowed[30, 30, 30] = True
    drawn = draw_blobs(allowed, ROUND)
    assert abs(drawn.sum() - 4 / 3 * np.pi * 6**3) < 40
    np.testing.assert_allclose(np.argwhere(drawn).mean(axis=0), 30, atol=0.6)


def test_centres_are_allowed_places() -> None:
    allowed = np.zeros((60, 60, 60), bool)
    allowed[:, :, :20] = True
    drawn = draw_blobs(allowed, replace(ROUND, count=30, radius_mm=(1.0, 2.0)))
    assert not drawn[:, :, 23:].any()
    assert drawn[:, :, :20].any()


def test_nothing_asked_or_allowed_nothing_drawn() -> None:
    allowed = np.ones((10, 10, 10), bool)
    assert not draw_blobs(allowed, replace(ROUND, count=0)).any()
    assert not draw_blobs(~allowed, ROUND).any()
