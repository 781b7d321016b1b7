from dataclasses import replace

import numpy as np
import pytest

from wmhseg.synthesis.acquisition import (
    Acquisition,
    build_sampling,
    label_slices,
    sample_acquisition,
    sampling_matrix,
    take_slices,
)
from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.interpolate import Finer
from wmhseg.synthesis.tissues import Tissue

PLAIN = Acquisition(
    in_plane_mm=1.0,
    thickness_mm=4.0,
    gap_mm=1.0,
    bottom_mm=0.0,
    top_mm=0.0,
    fov_yx_mm=(220.0, 200.0),
    shift_yx_mm=(0.0, 0.0),
    blur_mm=(0.3, 0.3),
    profile=0.05,
    t1_thickness_mm=1.0,
    t1_shift_mm=(0.0, 0.0, 0.0),
    finer=Finer(slices=False, pixels=False),
)


def test_slices_have_the_asked_number_and_size(anatomy: Anatomy) -> None:
    sampling = build_sampling(anatomy, PLAIN)
    box = anatomy.box[0]
    slices = take_slices(anatomy.tissues.astype(np.float32), sampling.flair)
    # Every 5 mm from the box's first slice up to its last.
    assert slices.shape == (len(range(box.start, box.stop - 1, 5)), 220, 200)


@pytest.mark.parametrize(("width", "sigma"), [(0.8, 0.25), (1.25, 0.6), (5.0, 0.3), (8.0, 2.0)])
def test_weights_sum_to_one_wherever_the_slice_lies(width: float, sigma: float) -> None:
    centres = np.linspace(20, 30, 37)
    matrix = sampling_matrix(centres, 51, width, sigma)
    np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(matrix @ np.arange(51), centres, atol=0.05)


def test_a_slice_averages_over_its_thickness() -> None:
    matrix = sampling_matrix(np.array([25.0]), 51, 5.0, 0.05)
    # 5 mm about voxel 25 cover voxels 23..27 exactly.
    np.testing.assert_allclose(matrix[0, 23:28], 0.2, atol=0.01)
    np.testing.assert_allclose(matrix[0, [20, 21, 29, 30]], 0, atol=1e-3)


def test_labels_need_a_part_of_the_voxel(anatomy: Anatomy) -> None:
    sampling = build_sampling(anatomy, PLAIN)
    mask = np.zeros(anatomy.brain_tissues.shape, bool)
    # Slice 10 covers voxels 48..52 of the box, voxels at both ends by half: 3 layers fill 75 %, 1 fills 25 %.
    mask[49:52, 60:70, 60:70] = True
    assert label_slices(anatomy, mask, sampling).sum() == 100
    mask[49:51] = False
    assert label_slices(anatomy, mask, sampling).sum() == 0


def test_t1_is_moved_as_asked(anatomy: Anatomy) -> None:
    moved = build_sampling(anatomy, replace(PLAIN, t1_shift_mm=(0.0, 2.0, 0.0), t1_thickness_mm=4.0))
    white = (anatomy.tissues == Tissue.WHITE).astype(np.float32)
    flair, t1 = take_slices(white, moved.flair), take_slices(white, moved.t1)
    np.testing.assert_allclose(t1[:, :-2], flair[:, 2:], atol=1e-5)


def test_draws_stay_in_range() -> None:
    drawn = [sample_acquisition(np.random.default_rng(seed)) for seed in range(300)]
    assert all(0.8 <= one.in_plane_mm <= 1.25 for one in drawn)
    assert all(1.0 <= one.thickness_mm <= 8.0 for one in drawn)
    assert all(1.0 <= one.thickness_mm + one.gap_mm <= 8.5 for one in drawn)
    assert 0.15 < np.mean([one.thickness_mm < 1.6 for one in drawn]) < 0.35
