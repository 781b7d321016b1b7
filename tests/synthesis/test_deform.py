from dataclasses import replace

import numpy as np

from wmhseg.synthesis.anatomy import AnatomyParameters
from wmhseg.synthesis.deform import CENTRE_MNI_MM, deformation_matrix, pull_back, sample_deformation
from wmhseg.synthesis.heads import Head

SHAPE, CENTRE = (20, 20, 20), (10.0, 10.0, 10.0)


def test_without_deformation_voxels_keep_their_distance(head: Head, still: AnatomyParameters) -> None:
    coordinates = pull_back(head, still.deformation, SHAPE, CENTRE)
    middle = coordinates[:, 10, 10, 10]
    np.testing.assert_allclose(head.mni[:, :3] @ middle + head.mni[:, 3], CENTRE_MNI_MM, atol=0.01)
    steps = coordinates[:, 11, 10, 10] - middle, coordinates[:, 10, 10, 11] - middle
    np.testing.assert_allclose([np.linalg.norm(step) for step in steps], 1.0, atol=1e-4)


def test_a_larger_head_takes_smaller_steps(head: Head, still: AnatomyParameters) -> None:
    larger = replace(still.deformation, scale_zyx=(1.25, 1.0, 1.0))
    coordinates = pull_back(head, larger, SHAPE, CENTRE)
    step = coordinates[:, 11, 10, 10] - coordinates[:, 10, 10, 10]
    np.testing.assert_allclose(np.linalg.norm(step), 0.8, atol=1e-4)


def test_mirror_swaps_left_and_right(head: Head, still: AnatomyParameters) -> None:
    plain = pull_back(head, still.deformation, SHAPE, CENTRE)
    mirrored = pull_back(head, replace(still.deformation, mirror=True), SHAPE, CENTRE)
    np.testing.assert_allclose(mirrored[:, :, :, 11], plain[:, :, :, 9], atol=1e-3)


def test_pitch_turns_about_x(still: AnatomyParameters) -> None:
    matrix = deformation_matrix(replace(still.deformation, tilt_deg=(0.0, 0.0, 90.0)))
    np.testing.assert_allclose(matrix @ (0, 0, 1), (0, 0, 1), atol=1e-12)
    np.testing.assert_allclose(matrix @ (1, 0, 0), (0, 1, 0), atol=1e-12)


def test_draws_stay_in_range() -> None:
    drawn = [sample_deformation(np.random.default_rng(seed)) for seed in range(50)]
    assert all(0.88 <= value <= 1.12 for one in drawn for value in one.scale_zyx)
    assert all(abs(value) <= 20 for one in drawn for value in one.tilt_deg)
    assert {one.mirror for one in drawn} == {True, False}
