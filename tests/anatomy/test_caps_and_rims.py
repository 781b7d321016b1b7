"""Caps and rims, counted by hand in one slice with a square ventricle."""

import numpy as np
import pytest
from numpy.typing import NDArray

from wmhseg.anatomy.caps_and_rims import caps_and_rims

MM = (1.0, 1.0, 1.0)


def picture(*boxes: tuple[slice, slice]) -> NDArray[np.bool_]:
    drawn = np.zeros((1, 60, 60), bool)
    for rows, columns in boxes:
        drawn[0, rows, columns] = True
    return drawn


VENTRICLE = picture((slice(20, 40), slice(20, 40)))
RIM = (slice(20, 40), slice(40, 44))  # 4 mm thick along one side


def test_a_thin_rim() -> None:
    wmh = picture(RIM)
    np.testing.assert_array_equal(caps_and_rims(wmh, VENTRICLE, MM), wmh)


@pytest.mark.parametrize(("thickness", "expected"), [(5, 100), (6, 0)])
def test_limit_of_thickness(thickness: int, expected: int) -> None:
    wmh = picture((slice(20, 40), slice(40, 40 + thickness)))
    assert np.count_nonzero(caps_and_rims(wmh, VENTRICLE, MM)) == expected


def test_where_a_lesion_goes_on_it_is_none() -> None:
    """A lesion of 4 rows from the rim outwards takes these and 2 mm on either side: 12 of 20 rows stay."""
    wmh = picture(RIM, (slice(28, 32), slice(40, 52)))
    found = caps_and_rims(wmh, VENTRICLE, MM)
    expected = picture((slice(20, 26), slice(40, 44)), (slice(34, 40), slice(40, 44)))
    np.testing.assert_array_equal(found, expected)


def test_a_lesion_further_out_leaves_the_rim_alone() -> None:
    wmh = picture(RIM, (slice(20, 40), slice(50, 56)))
    np.testing.assert_array_equal(caps_and_rims(wmh, VENTRICLE, MM), picture(RIM))


def test_thin_but_not_at_the_ventricle() -> None:
    """4 and 5 mm off the edge, with nothing between."""
    assert not caps_and_rims(picture((slice(25, 35), slice(43, 45))), VENTRICLE, MM).any()


def test_a_cap_on_the_corner() -> None:
    """5 mm about the corner: 12 whole voxels lie in a quarter circle of 5 mm that starts 1 mm away."""
    rows, columns = np.indices((60, 60))
    near = np.hypot(rows - 39, columns - 39) <= 5
    cap = (near & (rows > 39) & (columns > 39))[np.newaxis]
    assert np.count_nonzero(cap) == 15  # 4 + 4 + 4 + 3
    np.testing.assert_array_equal(caps_and_rims(cap, VENTRICLE, MM), cap)


def test_in_mm_and_not_in_pixels() -> None:
    """4 pixels of 2 mm are 8 mm thick, 2 are 4 mm; each slice by itself, whatever lies above."""
    thick, thin = picture(RIM), picture((slice(20, 40), slice(40, 42)))
    spacing = (5.0, 2.0, 2.0)
    assert not caps_and_rims(thick, VENTRICLE, spacing).any()
    np.testing.assert_array_equal(caps_and_rims(thin, VENTRICLE, spacing), thin)
    both = np.concatenate([thin, thick]), np.concatenate([VENTRICLE, VENTRICLE])
    assert caps_and_rims(*both, spacing).sum(axis=(1, 2)).tolist() == [40, 0]


def test_no_ventricle_in_the_slice() -> None:
    assert not caps_and_rims(picture(RIM), np.zeros_like(VENTRICLE), MM).any()
