"""Batches: what is drawn, how often, and the same again for the same seed, epoch and step."""

from dataclasses import replace

import numpy as np
import pytest

from wmhseg.augmentation.affine import AffineRange
from wmhseg.augmentation.intensity import IntensityRange
from wmhseg.datasets.slices import SliceSet
from wmhseg.training.batches import Batches
from wmhseg.training.config import FIRST, PAPER

SIZE = 72
STILL = AffineRange(0.0, 0.0, (1.0, 1.0), 0.0)
CONFIG = replace(
    FIRST, batch_size=8, patch=40, intensity=None, balance_sites=False, lesion_fraction=None, affine=STILL
)


def made_up(site: str, name: str, count: int, value: float = 0.0, lesion: tuple[int, ...] = ()) -> SliceSet:
    """Slices with their row in FLAIR and `value` in T1; a square lesion in the slices `lesion`."""
    images = np.full((count, SIZE, SIZE, 2), value, np.float16)
    images[..., 0] = np.arange(SIZE)[:, np.newaxis]
    labels = np.zeros((count, SIZE, SIZE), np.uint8)
    for z in lesion:
        labels[z, 50:54, 30:34] = 1
        labels[z, 10:20, 10:20] = 2
    return SliceSet(site, name, images, labels)


def values_drawn(batches: Batches, steps: int) -> np.ndarray:
    return np.concatenate([batches[step][0][:, 20, 20, 1] for step in range(steps)])


def test_shapes_and_types() -> None:
    batches = Batches([made_up("a", "1", 4, lesion=(1,))], replace(CONFIG, affine=AffineRange()))
    images, truth = batches[0]
    assert images.shape == (8, 40, 40, 2)
    assert truth.shape == (8, 40, 40, 1)
    assert images.dtype == truth.dtype == np.float32
    assert set(np.unique(truth)) <= {0.0, 1.0}


def test_the_same_for_the_same_seed_epoch_and_step() -> None:
    config = replace(CONFIG, affine=AffineRange(), intensity=IntensityRange(), lesion_fraction=0.5)
    sets = [made_up("a", "1", 4, lesion=(1,))]
    first, again = Batches(sets, config), Batches(sets, config)
    _ = again[1], again[0]  # in whatever order
    for step in (0, 1):
        for x, y in zip(first[step], again[step], strict=True):
            np.testing.assert_array_equal(x, y)
    start = first[0][0]
    assert np.abs(first[1][0] - start).max() > 0.1
    assert np.abs(Batches(sets, replace(config, seed=1))[0][0] - start).max() > 0.1
    first.on_epoch_end()
    assert np.abs(first[0][0] - start).max() > 0.1
    # A run resumed at epoch 1 draws what an uninterrupted one draws there.
    np.testing.assert_array_equal(Batches(sets, config, first_epoch=1)[0][0], first[0][0])


def test_truth_lies_where_the_image_shows_it() -> None:
    one = made_up("a", "1", 3, lesion=(0, 1, 2))
    images = one.images.copy()
    images[..., 0] = 2 * (one.labels == 1)
    # Scale about 1.5 and strong turns, so that a mistake of half a pixel shows.
    config = replace(CONFIG, affine=AffineRange(90.0, 18.0, (1.2, 1.8)), lesion_fraction=1.0)
    found, truth = Batches([replace(one, images=images)], config)[0]
    assert truth.sum(axis=(1, 2, 3)).min() > 5
    undecided = np.abs(found[..., 0] - 1) < 1e-4
    assert undecided.mean() < 0.01
    np.testing.assert_array_equal((found[..., 0] > 1)[~undecided], (truth[..., 0] == 1)[~undecided])


def test_other_pathology_is_background() -> None:
    one = made_up("a", "1", 2, lesion=(0, 1))
    config = replace(CONFIG, patch=72, lesion_fraction=1.0)
    _, truth = Batches([one], config)[0]
    # The whole slice: 4 x 4 pixels of WMH, and none of the 10 x 10 of label 2.
    np.testing.assert_array_equal(truth.sum(axis=(1, 2, 3)), 16)


def test_what_nobody_judged_is_marked() -> None:
    one = made_up("a", "1", 2, lesion=(0, 1))
    labels = one.labels.copy()
    labels[:, 20:26, 20:25] = 3
    config = replace(CONFIG, patch=72, lesion_fraction=1.0)
    _, truth = Batches([replace(one, labels=labels)], config)[0]
    assert set(np.unique(truth)) == {-1, 0, 1}
    np.testing.assert_array_equal((truth == -1).sum(axis=(1, 2, 3)), 6 * 5)
    np.testing.assert_array_equal((truth == 1).sum(axis=(1, 2, 3)), 16)


@pytest.mark.parametrize("fraction", [None, 1.0])
def test_windows_stay_inside_the_slice(fraction: float | None) -> None:
    one = made_up("a", "1", 2, lesion=(0, 1))
    batches = Batches([one], replace(CONFIG, lesion_fraction=fraction))
    windows = np.concatenate([batches[step][0] for step in range(10)])
    rows = windows[..., 0]
    np.testing.assert_allclose(np.diff(rows, axis=1), 1, atol=1e-4)
    assert rows.min() >= 0
    assert rows.max() <= SIZE - 1
    first = rows[:, 0, 0]
    # 32 pixels of room; with a lesion in rows 50-53, half a window of jitter of 0.3 about it.
    low, high = (0, 32) if fraction is None else (50 - 20 - 12 - 1, 32)
    assert low <= first.min() < low + 4
    assert high - 2 < first.max() <= high


def test_a_window_of_the_whole_slice_is_the_slice() -> None:
    one = made_up("a", "1", 1, value=3.0)
    images, _ = Batches([one], replace(CONFIG, patch=72))[0]
    np.testing.assert_array_equal(images, np.broadcast_to(one.images.astype(np.float32), images.shape))


def test_sites_are_drawn_equally_often() -> None:
    # Site a: one case of 2 slices; site b: 3 cases of 6. By slices a would get 10 %.
    sets = [made_up("a", "0", 2, 1.0)] + [made_up("b", str(i), 6, 2.0 + i) for i in range(3)]
    drawn = values_drawn(Batches(sets, replace(CONFIG, balance_sites=True)), 125)
    shares = [(drawn == value).mean() for value in (1.0, 2.0, 3.0, 4.0)]
    assert shares == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6], abs=0.05)
    drawn = values_drawn(Batches(sets, CONFIG), 125)
    shares = [(drawn == value).mean() for value in (1.0, 2.0, 3.0, 4.0)]
    assert shares == pytest.approx([0.1, 0.3, 0.3, 0.3], abs=0.05)


def test_synthetic_cases_are_drawn_with_their_share() -> None:
    sets = [made_up("a", "0", 2, 1.0), made_up("b", "1", 4, 2.0)]
    sets += [made_up("synthetic", str(i), 6, 3.0) for i in range(3)]
    config = replace(CONFIG, balance_sites=True, synthetic_share=0.7)
    drawn = values_drawn(Batches(sets, config), 125)
    assert [(drawn == value).mean() for value in (1.0, 2.0, 3.0)] == pytest.approx(
        [0.15, 0.15, 0.7], abs=0.05
    )
    # Nothing to share with: synthetic cases alone, or real ones alone.
    assert (values_drawn(Batches(sets[2:], config), 5) == 3.0).all()
    assert (values_drawn(Batches(sets[:2], config), 125) == 1.0).mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("fraction", "expected"), [(None, 0.1), (0.5, 0.55), (1.0, 1.0)])
def test_share_of_windows_with_lesions(fraction: float | None, expected: float) -> None:
    one = made_up("a", "1", 10, lesion=(4,))
    batches = Batches([one], replace(CONFIG, patch=72, lesion_fraction=fraction))
    found = np.concatenate([batches[step][1].any(axis=(1, 2, 3)) for step in range(100)])
    assert found.mean() == pytest.approx(expected, abs=0.05)


def test_a_case_without_lesions_is_drawn_all_the_same() -> None:
    sets = [made_up("a", "1", 3, 1.0), made_up("a", "2", 3, 2.0, lesion=(0,))]
    drawn = values_drawn(Batches(sets, replace(CONFIG, balance_sites=True, lesion_fraction=1.0)), 50)
    assert (drawn == 1.0).mean() == pytest.approx(0.5, abs=0.08)


def test_batches_per_epoch() -> None:
    sets = [made_up("a", "1", 7), made_up("a", "2", 5)]
    assert len(Batches(sets, replace(PAPER, batch_size=30))) == 12 * 10 // 30
    assert len(Batches(sets[1:], replace(PAPER, batch_size=64))) == 1
    assert len(Batches(sets, replace(PAPER, batches_per_epoch=27))) == 27
