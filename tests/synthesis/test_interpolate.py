import numpy as np

from wmhseg.synthesis.interpolate import Finer, interpolate, interpolate_labels, sample_finer


def test_means_lie_between_slices_and_between_pixels() -> None:
    image = np.array([[[0, 2], [4, 6]], [[10, 10], [10, 10]]], np.float32)
    between_slices = interpolate(image, Finer(slices=True, pixels=False))
    assert between_slices.shape == (3, 2, 2)
    np.testing.assert_array_equal(between_slices[1], [[5, 6], [7, 8]])
    np.testing.assert_array_equal(
        interpolate(image, Finer(slices=False, pixels=True))[0], [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    )


def test_a_voxel_between_two_has_the_label_of_both_or_nobody_knows() -> None:
    labels = np.array([1, 1, 0, 2, 3, 0], np.uint8).reshape(6, 1, 1)
    found = interpolate_labels(labels, Finer(slices=True, pixels=False)).ravel()
    assert found.tolist() == [1, 1, 1, 3, 0, 2, 2, 2, 3, 3, 0]


def test_nothing_finer_nothing_changed() -> None:
    labels = np.array([1, 0, 3], np.uint8).reshape(3, 1, 1)
    assert interpolate_labels(labels, Finer(slices=False, pixels=False)) is labels


def test_only_thick_slices_are_interpolated() -> None:
    thick = [sample_finer(np.random.default_rng(seed), 6.0) for seed in range(300)]
    assert 0.25 < np.mean([one.slices for one in thick]) < 0.41
    assert 0.07 < np.mean([one.pixels for one in thick]) < 0.19
    assert not any(sample_finer(np.random.default_rng(seed), 4.0).slices for seed in range(50))
