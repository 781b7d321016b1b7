import numpy as np
import pytest
import SimpleITK as sitk

from wmhseg.imaging.rigid import (
    Motion,
    between,
    carried,
    half,
    inverse,
    mapped,
    motion_of,
    transform_of,
)
from wmhseg.io.volume import Grid

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def about_z(degrees: float, shift: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Motion:
    turn = np.deg2rad(degrees)
    motion = np.eye(4)
    motion[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
    motion[:3, 3] = shift
    return motion


def test_half_of_a_shift_is_half_as_far():
    assert half(about_z(0, (3.0, -4.0, 8.0))) == pytest.approx(about_z(0, (1.5, -2.0, 4.0)), abs=1e-12)


def test_half_of_a_turn_about_a_point_turns_half_as_far_about_the_same_point():
    # 90 degrees about the axis through (10, 0): the origin goes to (10, -10).
    found = half(about_z(90, (10.0, -10.0, 6.0)))
    assert mapped(found, np.array([[10.0, 0.0, 1.0]])) == pytest.approx(np.array([[10.0, 0.0, 4.0]]))
    # The origin turns by 45 degrees about (10, 0): x = 10 - 10 cos 45.
    x = 10 - 10 / np.sqrt(2)
    assert mapped(found, np.zeros((1, 3))) == pytest.approx(np.array([[x, -10 / np.sqrt(2), 3.0]]))


def test_half_twice_is_the_whole_and_half_the_way_back_is_the_way_back_of_the_half():
    whole = about_z(25, (3.0, 5.0, -7.0)) @ np.array(
        [[1, 0, 0, 1], [0, 0.8, -0.6, 2], [0, 0.6, 0.8, 3], [0, 0, 0, 1.0]]
    )
    assert half(whole) @ half(whole) == pytest.approx(whole, abs=1e-12)
    assert half(inverse(whole)) == pytest.approx(inverse(half(whole)), abs=1e-12)


def test_between_two_turns_lies_the_mean_angle_and_neither_is_favoured():
    one, other = about_z(10, (1.0, 0.0, 0.0)), about_z(30, (1.0, 0.0, 0.0))
    found = between(one, other)
    assert found[:2, :2] == pytest.approx(about_z(20)[:2, :2])
    assert between(other, one) == pytest.approx(found, abs=1e-12)
    assert between(inverse(one), inverse(other)) == pytest.approx(inverse(found), abs=1e-12)


def test_transforms_and_matrices_map_points_alike():
    transform = sitk.Euler3DTransform()
    transform.SetCenter((10.0, -20.0, 30.0))
    transform.SetRotation(0.1, -0.2, 0.3)
    transform.SetTranslation((1.0, 2.0, 3.0))
    points = np.array([[0.0, 0.0, 0.0], [50.0, -7.0, 12.0]])
    expected = np.array([transform.TransformPoint(point) for point in points.tolist()])
    motion = motion_of(transform)
    assert mapped(motion, points) == pytest.approx(expected)
    assert mapped(inverse(motion), expected) == pytest.approx(points)
    again = transform_of(motion)
    assert [again.TransformPoint(point) for point in points.tolist()] == pytest.approx(expected)


def test_a_carried_grid_has_its_voxels_where_the_motion_puts_them():
    grid = Grid((4, 5, 6), (1.0, 2.0, 3.0), (10.0, 0.0, 0.0), IDENTITY)
    found = carried(grid, about_z(90, (0.0, 0.0, 5.0)))
    assert found.origin_mm == pytest.approx((0.0, 10.0, 5.0))
    # The first axis pointed along x, now along y.
    assert np.array(found.direction).reshape(3, 3)[:, 0] == pytest.approx([0.0, 1.0, 0.0])
    assert (found.size_xyz, found.spacing_mm) == (grid.size_xyz, grid.spacing_mm)
