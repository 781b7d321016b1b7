"""The plane between left and right, in brains of boxes that are turned and tilted."""

from typing import Any

import numpy as np
import pytest

from wmhseg.anatomy.midsagittal_plane import MidsagittalPlane, find_midsagittal_plane
from wmhseg.anatomy.structure import BRAIN, Structure


def test_upright(brain: Any) -> None:
    plane = find_midsagittal_plane(brain.structures, (1, 1, 1))
    assert plane.x_mm == pytest.approx(39.5, abs=0.2)
    assert (plane.along_y, plane.along_z) == pytest.approx((0, 0), abs=0.005)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (6.0, 0.9, 0.9)])
@pytest.mark.parametrize(("turn", "tilt"), [(8.0, 0.0), (0.0, 8.0), (-8.0, 5.0)])
def test_a_tilted_head_keeps_its_sides(
    draw_brain: Any, spacing: tuple[float, float, float], turn: float, tilt: float
) -> None:
    tilted = draw_brain(spacing, turn, tilt)
    where = np.argwhere(np.isin(tilted.structures, BRAIN))
    left = tilted.x_mm[tuple(where.T)] > 39.5
    plane = find_midsagittal_plane(tilted.structures, spacing)
    wrong = np.mean(plane.left_of(where * np.array(spacing)) != left)
    assert wrong < 0.005
    # By the picture's columns, at least five times as many are on the wrong side.
    by_column = where[:, 2] >= tilted.structures.shape[2] / 2
    assert np.mean(by_column != left) > 5 * wrong


def test_a_wide_ventricle_and_a_missing_part_move_it_little(brain: Any) -> None:
    structures = brain.structures.copy()
    structures[25:35, 30:70, 50:56] = Structure.VENTRICLES
    structures[:15, :30, 50:] = Structure.OUTSIDE
    plane = find_midsagittal_plane(structures, (1, 1, 1))
    y, z = np.meshgrid(np.arange(10, 90), np.arange(10, 50))
    assert np.abs(plane.x_mm + plane.along_y * y + plane.along_z * z - 39.5).max() < 1.5


def test_mirrored() -> None:
    """In the plane x = 10 + y, (z, y, x) = (0, 0, 14) and (0, 4, 10) are each other's mirror images."""
    plane = MidsagittalPlane(10.0, 1.0, 0.0)
    places = np.array([[0.0, 0.0, 14.0], [0.0, 4.0, 10.0], [5.0, 2.0, 12.0]])
    np.testing.assert_allclose(plane.mirrored(places), places[[1, 0, 2]], atol=1e-12)
    assert plane.left_of(places).tolist() == [True, False, True]


def test_no_brain() -> None:
    with pytest.raises(ValueError, match="expected brain"):
        find_midsagittal_plane(np.zeros((9, 20, 20), np.uint8), (3, 1, 1))
