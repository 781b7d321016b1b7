from dataclasses import replace

import numpy as np
import pytest

from wmhseg.change.volume_change import VolumeChange, cavalieri_sd_ml
from wmhseg.io.volume import Grid, Volume

CHANGE = VolumeChange(
    volumes_ml=(4.0, 5.0),
    whole_ml=(4.5, 5.0),
    members_ml=((4.0, 4.8), (3.9, 5.2)),
    position_sd_ml=0.1,
    noise_ml=0.6,
    protocol="same",
)


def test_change_in_ml_in_percent_and_of_the_members():
    assert (CHANGE.change_ml, CHANGE.change_percent) == (1.0, 25.0)
    assert CHANGE.members_interval_ml == (0.8, 1.3)
    assert replace(CHANGE, volumes_ml=(0.0, 5.0)).change_percent is None


def test_more_and_less_need_more_than_noise_and_all_members():
    assert CHANGE.verdict == "more"
    assert CHANGE.mirrored().verdict == "less"
    assert replace(CHANGE, noise_ml=1.1).verdict == "within noise"
    assert replace(CHANGE, members_ml=((4.0, 4.8), (4.0, 3.9))).verdict == "within noise"
    assert replace(CHANGE, volumes_ml=(4.0, 4.0)).verdict == "within noise"


def test_mirrored_is_the_other_way_and_twice_the_same():
    other = CHANGE.mirrored()
    assert (other.change_ml, other.change_percent) == (-1.0, -20.0)
    assert other.members_interval_ml == (-1.3, -0.8)
    assert other.mirrored() == CHANGE


def test_what_the_place_of_slices_does_is_told_from_their_areas():
    # Slices with 0, 2, 4, 2 and 0 voxels of 1 mm2.
    mask = np.zeros((5, 1, 4), np.uint8)
    for z, count in enumerate((0, 2, 4, 2, 0)):
        mask[z, 0, :count] = 1
    grid = Grid((4, 1, 5), (1.0, 1.0, 3.0), (0.0, 0.0, 0.0), (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))
    # g = 24, 16, 4: (3 * 24 - 4 * 16 + 4) / 12 = 1, times the distance of 3 mm: 3 mm3.
    everywhere = np.ones(mask.shape, bool)
    assert cavalieri_sd_ml(Volume(mask, grid), everywhere) == pytest.approx(0.003)
    assert cavalieri_sd_ml(Volume(mask, grid), ~everywhere) == 0.0
    # The same slices stored sagittally.
    turned = Volume(
        np.ascontiguousarray(mask.transpose(1, 2, 0)),
        Grid((5, 4, 1), (3.0, 1.0, 1.0), (0, 0, 0), (0, 1.0, 0, 0, 0, 1.0, 1.0, 0, 0)),
    )
    assert cavalieri_sd_ml(turned, np.ones(turned.array.shape, bool)) == pytest.approx(0.003)
