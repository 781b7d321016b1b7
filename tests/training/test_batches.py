"""Batches: what is drawn, how often, and the same again for the same seed, epoch and step."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wmhseg.augmentation.affine import AffineRange
from wmhseg.augmentation.intensity import IntensityRange
from wmhseg.datasets.slices import SliceSet
from wmhseg.errors import InputError
from wmhseg.training.batches import steps_per_epoch
from wmhseg.training.config import FIRST, PAPER
from wmhseg.training.pool import Pool

sys.path.insert(0, str(Path(__file__).parent))
from windows_reference import Drawn

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


def values_drawn(batches: Drawn, steps: int) -> np.ndarray:
    return np.concatenate([batches[step][0][:, 20, 20, 1] for step in range(steps)]).round(3)


def test_shapes_and_types() -> None:
    batches = Drawn([made_up("a", "1", 4, lesion=(1,))], replace(CONFIG, affine=AffineRange()))
    images, truth = batches[0]
    assert images.shape == (8, 40, 40, 2)
    assert truth.shape == (8, 40, 40, 1)
    assert images.dtype == truth.dtype == np.float32
    assert set(np.unique(truth)) <= {0.0, 1.0}


def test_the_same_for_the_same_seed_epoch_and_step() -> None:
    config = replace(CONFIG, affine=AffineRange(), intensity=IntensityRange(), lesion_fraction=0.5)
    sets = [made_up("a", "1", 4, lesion=(1,))]
    first, again = Drawn(sets, config), Drawn(sets, config)
    _ = again[1], again[0]  # in whatever order
    for step in (0, 1):
        for x, y in zip(first[step], again[step], strict=True):
            np.testing.assert_array_equal(x, y)
    start = first[0][0]
    assert np.abs(first[1][0] - start).max() > 0.1
    assert np.abs(Drawn(sets, replace(config, seed=1))[0][0] - start).max() > 0.1
    assert np.abs(Drawn(sets, config, epoch=1)[0][0] - start).max() > 0.1


def test_truth_lies_where_the_image_shows_it() -> None:
    one = made_up("a", "1", 3, lesion=(0, 1, 2))
    images = one.images.copy()
    images[..., 0] = 2 * (one.labels == 1)
    # Scale about 1.5 and strong turns, so that a mistake of half a pixel shows.
    config = replace(CONFIG, affine=AffineRange(90.0, 18.0, (1.2, 1.8)), lesion_fraction=1.0)
    found, truth = Drawn([replace(one, images=images)], config)[0]
    assert truth.sum(axis=(1, 2, 3)).min() > 5
    undecided = np.abs(found[..., 0] - 1) < 1e-4
    assert undecided.mean() < 0.01
    np.testing.assert_array_equal((found[..., 0] > 1)[~undecided], (truth[..., 0] == 1)[~undecided])


def test_other_pathology_is_background() -> None:
    one = made_up("a", "1", 2, lesion=(0, 1))
    config = replace(CONFIG, patch=72, lesion_fraction=1.0)
    _, truth = Drawn([one], config)[0]
    # The whole slice: 4 x 4 pixels of WMH, and none of the 10 x 10 of label 2.
    np.testing.assert_array_equal(truth.sum(axis=(1, 2, 3)), 16)


def test_what_nobody_judged_is_marked() -> None:
    one = made_up("a", "1", 2, lesion=(0, 1))
    labels = one.labels.copy()
    labels[:, 20:26, 20:25] = 3
    config = replace(CONFIG, patch=72, lesion_fraction=1.0)
    _, truth = Drawn([replace(one, labels=labels)], config)[0]
    assert set(np.unique(truth)) == {-1, 0, 1}
    np.testing.assert_array_equal((truth == -1).sum(axis=(1, 2, 3)), 6 * 5)
    np.testing.assert_array_equal((truth == 1).sum(axis=(1, 2, 3)), 16)


@pytest.mark.parametrize("fraction", [None, 1.0])
def test_windows_stay_inside_the_slice(fraction: float | None) -> None:
    one = made_up("a", "1", 2, lesion=(0, 1))
    batches = Drawn([one], replace(CONFIG, lesion_fraction=fraction))
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
    images, _ = Drawn([one], replace(CONFIG, patch=72))[0]
    np.testing.assert_array_equal(images, np.broadcast_to(one.images.astype(np.float32), images.shape))


def test_sites_are_drawn_equally_often() -> None:
    # Site a: one case of 2 slices; site b: 3 cases of 6. By slices a would get 10 %.
    sets = [made_up("a", "0", 2, 1.0)] + [made_up("b", str(i), 6, 2.0 + i) for i in range(3)]
    drawn = values_drawn(Drawn(sets, replace(CONFIG, balance_sites=True)), 125)
    shares = [(drawn == value).mean() for value in (1.0, 2.0, 3.0, 4.0)]
    assert shares == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6], abs=0.05)
    drawn = values_drawn(Drawn(sets, CONFIG), 125)
    shares = [(drawn == value).mean() for value in (1.0, 2.0, 3.0, 4.0)]
    assert shares == pytest.approx([0.1, 0.3, 0.3, 0.3], abs=0.05)


def test_synthetic_cases_are_drawn_with_their_share() -> None:
    sets = [made_up("a", "0", 2, 1.0), made_up("b", "1", 4, 2.0)]
    sets += [made_up("synthetic", str(i), 6, 3.0) for i in range(3)]
    config = replace(CONFIG, balance_sites=True, synthetic_share=0.7)
    drawn = values_drawn(Drawn(sets, config), 125)
    assert [(drawn == value).mean() for value in (1.0, 2.0, 3.0)] == pytest.approx(
        [0.15, 0.15, 0.7], abs=0.05
    )
    # Nothing to share with: synthetic cases alone, or real ones alone.
    assert (values_drawn(Drawn(sets[2:], config), 5) == 3.0).all()
    assert (values_drawn(Drawn(sets[:2], config), 125) == 1.0).mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(("fraction", "expected"), [(None, 0.1), (0.5, 0.55), (1.0, 1.0)])
def test_share_of_windows_with_lesions(fraction: float | None, expected: float) -> None:
    one = made_up("a", "1", 10, lesion=(4,))
    batches = Drawn([one], replace(CONFIG, patch=72, lesion_fraction=fraction))
    found = np.concatenate([batches[step][1].any(axis=(1, 2, 3)) for step in range(100)])
    assert found.mean() == pytest.approx(expected, abs=0.05)


def test_a_case_without_lesions_is_drawn_all_the_same() -> None:
    sets = [made_up("a", "1", 3, 1.0), made_up("a", "2", 3, 2.0, lesion=(0,))]
    drawn = values_drawn(Drawn(sets, replace(CONFIG, balance_sites=True, lesion_fraction=1.0)), 50)
    assert (drawn == 1.0).mean() == pytest.approx(0.5, abs=0.08)


def test_batches_per_epoch() -> None:
    assert steps_per_epoch(replace(PAPER, batch_size=30), 12) == 12 * 10 // 30
    assert steps_per_epoch(replace(PAPER, batch_size=64), 5) == 1
    assert steps_per_epoch(replace(PAPER, batches_per_epoch=27), 12) == 27
    sets = [made_up("a", "1", 7), made_up("a", "2", 5)]
    assert len(Drawn(sets, replace(PAPER, patch=40, batch_size=30)).draws) == 4


def test_slices_of_two_sizes_are_refused() -> None:
    large = SliceSet("b", "2", np.zeros((1, 80, 80, 2), np.float16), np.zeros((1, 80, 80), np.uint8))
    with pytest.raises(
        InputError, match=r"b/2: expected slices of \(72, 72\) pixels as in a/1, found \(80, 80\)"
    ):
        Drawn([made_up("a", "1", 1), large], CONFIG)


def test_cases_that_join_leave_the_others_as_they_are() -> None:
    sets = [made_up("a", str(i), 600, float(i), lesion=(i,)) for i in range(4)]
    pool, drawn = Pool(40, grows=True), Drawn(sets, CONFIG)
    assert pool.add(sets[:1])
    assert pool.windows.capacity == 1024
    assert pool.add(sets[1:2])  # 1200 slices: another layer with room for half as many again
    assert pool.windows.capacity == 1800
    assert not pool.add([])
    assert not pool.add(sets[2:3])
    assert pool.add(sets[3:])
    (draw,) = drawn.draws[0]
    for found, expected in zip(pool.windows(draw), drawn.of(draw), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert [(one.first, [z for z, at in enumerate(one.lesions) if len(at)]) for one in pool.cases] == [
        (600 * i, [i]) for i in range(4)
    ]
