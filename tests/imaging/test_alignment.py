"""A displaced T1 is found to be off by just what it was moved."""

import numpy as np
import pytest

from wmhseg.imaging.alignment import normalised_mutual_information, offset_mm


def test_mutual_information_by_hand() -> None:
    a = np.array([0, 0, 1, 1])
    # One tells the other: (ln 2 + ln 2) / ln 2. Independent: 2 ln 2 / ln 4.
    assert normalised_mutual_information(a, 3 - a) == pytest.approx(2.0)
    assert normalised_mutual_information(a, np.array([0, 1, 0, 1])) == pytest.approx(1.0)
    assert normalised_mutual_information(a[:0], a[:0]) == 1.0


@pytest.mark.parametrize(
    ("moved_by", "expected_mm"), [((0, 0, 0), 0.0), ((0, 2, 0), 4.0), ((1, 0, 0), 5.0), ((0, 2, -2), 5.0)]
)
def test_moved_t1(moved_by: tuple[int, int, int], expected_mm: float) -> None:
    # Blobs of 3 voxels; T1 has another contrast: the square, turned over.
    rng = np.random.default_rng(3)
    blobs = np.repeat(np.repeat(np.repeat(rng.random((5, 9, 9)), 3, 0), 3, 1), 3, 2).astype(np.float32)
    t1 = np.roll(1 - blobs**2, moved_by, axis=(0, 1, 2)).astype(np.float32)
    inside = np.zeros(blobs.shape, bool)
    inside[3:-3, 5:-5, 5:-5] = True
    # Voxels of 5 x 2 x 1.5 mm: (2 x 2 mm, 2 x 1.5 mm) is 5 mm.
    assert offset_mm(blobs, t1, inside, (5.0, 2.0, 1.5), 10.0) == pytest.approx(expected_mm)


def test_a_t1_without_contrast_is_not_moved() -> None:
    flair = np.random.default_rng(0).random((4, 9, 9)).astype(np.float32)
    assert offset_mm(flair, np.ones_like(flair), np.ones(flair.shape, bool), (3.0, 2.0, 2.0), 6.0) == 0.0
