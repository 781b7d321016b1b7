import numpy as np
import pytest

from wmhseg.change.halfway import halfway_grid, labels_on, on_grid, shown_by
from wmhseg.errors import RegistrationError
from wmhseg.imaging.rigid import inverse
from wmhseg.io.volume import Grid, Volume

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def grid(
    size: tuple[int, int, int], spacing: tuple[float, float, float], origin: tuple[float, float, float]
) -> Grid:
    return Grid(size, spacing, origin, IDENTITY)


def shift(x: float, y: float = 0.0, z: float = 0.0) -> np.ndarray:
    motion = np.eye(4)
    motion[:3, 3] = (x, y, z)
    return motion


def test_the_grid_is_of_1_mm_over_what_both_show():
    one = grid((11, 11, 5), (2.0, 2.0, 5.0), (0.0, 0.0, 0.0))  # 0 to 20, 0 to 20, 0 to 20 mm
    other = grid((31, 31, 31), (0.5, 0.5, 1.0), (8.5, -2.0, 4.0))  # 8.5 to 23.5, -2 to 13, 4 to 34 mm
    found = halfway_grid(one, other)
    assert found.spacing_mm == (1.0, 1.0, 1.0)
    # 8.5 to 20: 12 voxels with 0.25 mm left on either side; 0 to 13: 14; 4 to 20: 17.
    assert found.size_xyz == (12, 14, 17)
    assert found.origin_mm == pytest.approx((8.75, 0.0, 4.0))
    assert found.direction == pytest.approx(IDENTITY)
    assert halfway_grid(other, one) == found


def test_its_direction_lies_midway_and_is_axial_however_the_scans_are_stored():
    half = np.deg2rad(10)
    turn = (np.cos(half), -np.sin(half), 0, np.sin(half), np.cos(half), 0, 0, 0, 1.0)
    # Stored with y backwards.
    other = Grid((20, 20, 20), (1.0, 1.0, 1.0), (0, 19.0, 0), (1.0, 0, 0, 0, -1.0, 0, 0, 0, 1.0))
    found = halfway_grid(Grid((20, 20, 20), (1.0, 1.0, 1.0), (0, 0, 0), turn), other)
    direction = np.array(found.direction).reshape(3, 3)
    assert np.rad2deg(np.arctan2(direction[1, 0], direction[0, 0])) == pytest.approx(5.0)
    assert direction[2, 2] == pytest.approx(1.0)


def test_fields_of_view_that_share_nothing_are_refused():
    one, other = grid((5, 5, 5), (1.0, 1.0, 1.0), (0, 0, 0)), grid((5, 5, 5), (1.0, 1.0, 1.0), (9.0, 0, 0))
    with pytest.raises(RegistrationError, match="share nothing"):
        halfway_grid(one, other)


def test_a_volume_is_brought_there_by_its_motion_and_interpolated():
    volume = Volume(np.array([[[0.0, 2.0, 6.0]]], np.float32), grid((3, 1, 1), (1.0, 1.0, 1.0), (0, 0, 0)))
    # Moved by 10 mm and a half: the grid's voxels lie midway between its own.
    found = on_grid(volume, shift(10.5), grid((2, 1, 1), (1.0, 1.0, 1.0), (11.0, 0, 0)))
    assert found.tolist() == [[[1.0, 4.0]]]


def test_shown_is_what_the_other_field_of_view_holds():
    own, other = grid((4, 1, 1), (1.0, 1.0, 1.0), (0, 0, 0)), grid((2, 1, 1), (1.0, 1.0, 1.0), (0, 0, 0))
    assert shown_by(own, other, np.eye(4)).tolist() == [[[True, True, False, False]]]
    # The other's world lies 2 mm further to the right in the own one.
    assert shown_by(own, other, shift(2.0)).tolist() == [[[False, False, True, True]]]
    assert shown_by(own, other, inverse(shift(2.0))).any() == np.False_


def test_a_lesion_between_the_voxels_of_the_grid_stays_where_nothing_else_is():
    # Voxels of 0.25 mm; those of the grid lie at 0 and 1 mm and take the lesions nearest to them.
    labels = np.array([[[1, 0, 2, 0, 0]]], np.int32)
    volume = Volume(labels, grid((5, 1, 1), (0.25, 0.25, 0.25), (0, 0, 0)))
    coarse = grid((2, 1, 1), (1.0, 1.0, 1.0), (0, 0, 0))
    # Lesion 2 at 0.5 mm is rounded to the voxel at 0, which lesion 1 has.
    assert labels_on(volume, np.eye(4), coarse).tolist() == [[[1, 0]]]
    # Moved by 0.3 mm it is nearest to 1 mm, where there is none.
    moved = labels_on(volume, shift(0.3), coarse)
    assert moved[0, 0, 1] == 2
