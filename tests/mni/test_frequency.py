"""The frequency map: voxels counted by hand, and where the picture shows them."""

import numpy as np
import pytest

from wmhseg.errors import InputError
from wmhseg.io.volume import Grid, Volume
from wmhseg.mni.frequency import frequency_map
from wmhseg.mni.template import GRID, read_template
from wmhseg.report.frequency_picture import colour_of, frequency_picture


def masks(*places: list[tuple[int, int, int]]) -> list[Volume]:
    drawn = []
    for voxels in places:
        array = np.zeros(GRID.shape_zyx, np.uint8)
        for voxel in voxels:
            array[voxel] = 1
        drawn.append(Volume(array, GRID))
    return drawn


def test_shares() -> None:
    a, b, c = (90, 100, 80), (90, 100, 81), (91, 120, 60)
    share = frequency_map(iter(masks([a, b], [a], [a, c], [])))
    assert share.array.dtype == np.float32
    assert [float(share.array[place]) for place in (a, b, c)] == [0.75, 0.25, 0.25]
    assert np.count_nonzero(share.array) == 3
    assert share.grid == GRID


def test_refused() -> None:
    with pytest.raises(InputError, match="expected one mask or more in MNI space, found none"):
        frequency_map(iter([]))
    other = Grid(GRID.size_xyz, (2.0, 2.0, 2.0), GRID.origin_mm, GRID.direction)
    with pytest.raises(InputError, match=r"expected 197x233x189 voxels of 1x1x1 mm, found .* of 2x2x2 mm"):
        frequency_map([Volume(np.zeros(GRID.shape_zyx, np.uint8), other)])


def test_the_picture_has_left_on_the_right_and_the_largest_share_in_the_last_colour() -> None:
    share = np.zeros(GRID.shape_zyx, np.float32)
    # Columns run from left to right in the world: x = -98 + column mm.
    share[60:110, 120:130, 48:58] = 0.25
    share[60:110, 120:130, 138:148] = 0.5
    picture = np.asarray(frequency_picture(Volume(share, GRID), read_template().t1, 4))
    tiles = picture[:-64].reshape(-1, 233, 6, 197, 3).transpose(0, 2, 1, 3, 4).reshape(-1, 233, 197, 3)
    rare, frequent = colour_of(np.array([0.5, 1.0]))
    assert tuple(frequent) == (255, 255, 240)
    shown = [tile for tile in tiles if (tile == frequent).all(axis=-1).sum() >= 100]
    assert len(shown) >= 4
    for tile in shown:
        # Right (x = 40..49) on the picture's left, and the other way round.
        columns = np.flatnonzero((tile == frequent).all(axis=-1).sum(axis=0) >= 10)
        assert (columns.min(), columns.max()) == (196 - 147, 196 - 138)
        columns = np.flatnonzero((tile == rare).all(axis=-1).sum(axis=0) >= 10)
        assert (columns.min(), columns.max()) == (196 - 57, 196 - 48)
