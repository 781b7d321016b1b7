import numpy as np
import pytest

from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.synthesis.orientation import CODES, orient


@pytest.mark.parametrize("code", CODES)
def test_brought_back_to_lps_it_is_the_same_volume(code: str) -> None:
    array = np.arange(3 * 4 * 5).reshape(3, 4, 5)
    stored = orient(array, (1.0, 1.5, 4.0), code)
    back, _ = to_axial_lps(stored)
    assert np.array_equal(back.array, array)
    assert back.grid.spacing_mm == (1.0, 1.5, 4.0)
    np.testing.assert_allclose(back.grid.origin_mm, (-2.0, -2.25, -4.0))


def test_las_runs_backwards_along_y() -> None:
    array = np.arange(3 * 4 * 5).reshape(3, 4, 5)
    stored = orient(array, (1.0, 1.0, 1.0), "LAS")
    assert np.array_equal(stored.array, array[:, ::-1])
    assert stored.grid.direction == (1, 0, 0, 0, -1, 0, 0, 0, 1)
