"""Volumes of brain, ventricles and skull, counted by hand in a brain of boxes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.intracranial import intracranial, measure_head
from wmhseg.anatomy.structure import Structure

MM = (1.0, 1.0, 1.0)
# The boxes' voxels: all of the CSF's box; that of the cortex less ventricles, and the part of the brainstem's
# that sticks out of it by 2 slices.
INSIDE = 70 * 90 * 50
VENTRICLES = 2 * 6 * 40 * 10
BRAIN = 66 * 86 * 46 - VENTRICLES + 10 * 10 * 2


def flair(structures: NDArray[np.uint8], around_mm: int = 10) -> NDArray[np.float32]:
    """Bright where there is a head: a shell as thick as asked for around all structures, and noise."""
    head = structures != Structure.OUTSIDE
    for axis in (1, 2):
        for shift in range(-around_mm, around_mm + 1):
            head = head | np.roll(structures != Structure.OUTSIDE, shift, axis)
    noise = np.random.default_rng(1).normal(0, 2, structures.shape)
    return (100.0 * head + noise).astype(np.float32)


def in_air(structures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Leave room for skull and scalp."""
    return np.pad(structures, ((0, 0), (15, 15), (15, 15)))


def test_whole_head(brain: Any) -> None:
    structures = in_air(brain.structures)
    found = measure_head(flair(structures), structures, MM)
    assert (found.brain_ml, found.ventricles_ml) == (BRAIN / 1000, VENTRICLES / 1000)
    assert (found.icv_ml, found.coverage) == (INSIDE / 1000, "whole")


def test_millimetres(draw_brain: Any) -> None:
    """Voxels of 2 mm3 (z) are half as many."""
    structures = in_air(draw_brain((2.0, 1.0, 1.0)).structures)
    voxels = np.count_nonzero(structures)
    found = measure_head(flair(structures), structures, (2.0, 1.0, 1.0))
    assert found.icv_ml == round(voxels * 2 / 1000, 3)


def test_stripped(brain: Any) -> None:
    structures = in_air(brain.structures)
    found = measure_head(flair(structures, around_mm=0), structures, MM)
    assert (found.icv_ml, found.coverage) == (None, "stripped")
    assert found.brain_ml == BRAIN / 1000


def test_cut_off(brain: Any) -> None:
    for part in (slice(0, 40), slice(20, None)):
        structures = in_air(brain.structures)[part]
        found = measure_head(flair(structures), structures, MM)
        assert (found.icv_ml, found.coverage) == (None, "cut")
    aside = in_air(brain.structures)[:, :, :75]
    assert measure_head(flair(aside), aside, MM).coverage == "cut"


def test_gaps_and_holes_are_inside_the_skull() -> None:
    inside = np.zeros((3, 60, 80), bool)
    inside[1, 10:50, 10:39] = inside[1, 10:50, 43:70] = True  # two halves, 4 mm apart
    inside[1, 30, 39:43] = True  # joined by the commissures
    inside[1, 20:30, 15:25] = False  # a hole of 10 x 10
    inside[1, 0:3, 0:3] = True  # not connected
    found = intracranial(inside, MM)
    np.testing.assert_array_equal(found[1, 16:44, 10:70], np.ones((28, 60), bool))
    assert not found[1, 0:3, 0:3].any()
    # Nothing grows outwards.
    assert not found[1, :10].any()
    assert not found[1, :, :10].any()
    assert not found[[0, 2]].any()


def test_a_wide_gap_stays_outside() -> None:
    inside = np.zeros((1, 60, 80), bool)
    inside[0, 10:50, 10:30] = inside[0, 10:50, 42:70] = inside[0, 10:14, 10:70] = True
    assert not intracranial(inside, MM)[0, 30:50, 34:38].any()
