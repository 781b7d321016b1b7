"""Regions of lesions in a brain of boxes; every number is counted by hand from tests/anatomy/conftest.py."""

from typing import Any

import numpy as np
import pytest

from wmhseg.anatomy.region import CAP_OR_RIM, REGION_LABELS, Region
from wmhseg.anatomy.structure import Structure
from wmhseg.anatomy.wmh_regions import measure_regions
from wmhseg.errors import BrainMaskError

MM = (1.0, 1.0, 1.0)
PV, DEEP, JC, IT = (
    Region.PERIVENTRICULAR,
    Region.DEEP,
    Region.JUXTACORTICAL,
    Region.INFRATENTORIAL,
)


def test_both_rules(brain: Any) -> None:
    found = measure_regions(brain.labels, brain.structures, MM)
    # 40 beside the left, 6 beside the right ventricle, 3 before it; 8 beyond 10 mm; 2 + 2 within 4 mm of
    # the cortex; 3 in the brainstem. A voxel is 0.001 ml.
    assert found.by_distance_ml == {PV: 0.049, DEEP: 0.008, JC: 0.004, IT: 0.003}
    # The 3 voxels before the ventricle touch nothing, nor do those 3 mm from the cortex.
    assert found.by_contact_ml == {PV: 0.046, DEEP: 0.013, JC: 0.002, IT: 0.003}
    assert found.by_contact_count == {PV: 2, DEEP: 3, JC: 1, IT: 1}
    assert [place.region for place in found.lesions] == [PV, DEEP, PV, DEEP, IT, JC, DEEP]


def test_histogram_of_distance(brain: Any) -> None:
    found = measure_regions(brain.labels, brain.structures, MM)
    # To 3 mm: 3 x 5 and 6. To 5 mm: 2 x 5. To 10 mm: 3 x 5 and 3. To 15 mm: 8. Beyond: 2 + 2.
    assert found.bins_ml == (0.021, 0.010, 0.018, 0.008, 0.004)
    assert sum(found.bins_ml[:3]) == pytest.approx(found.by_distance_ml[PV])
    # 46 - 49 = 8 mm in y; the brainstem's from (41, 50, 7) to (44, 50, 25).
    nearest = [place.distance_mm for place in found.lesions]
    assert nearest == [1, 12, 1, 8, pytest.approx(np.hypot(3, 18), abs=0.005), 19, 17]


def test_sides(brain: Any) -> None:
    found = measure_regions(brain.labels, brain.structures, MM)
    # Left 40 + 8 + 3 + 2 + 2, right 6 + 1 + 2.
    assert (found.left_ml, found.right_ml) == (0.055, 0.009)
    assert [place.side for place in found.lesions] == [
        "left",
        "left",
        "right",
        "left",
        "both",
        "right",
        "left",
    ]


def test_caps_and_rims_are_apart(brain: Any) -> None:
    found = measure_regions(brain.labels, brain.structures, MM)
    # 2 mm beside the right ventricle; what is 8 mm thick from the ventricle on is none.
    assert found.caps_and_rims_ml == 0.006
    assert [place.cap_or_rim_share for place in found.lesions] == [0, 0, 1, 0, 0, 0, 0]


def test_image_has_the_regions_values(brain: Any) -> None:
    image = measure_regions(brain.labels, brain.structures, MM).image
    counts = np.bincount(image.ravel(), minlength=6)[1:]
    assert counts.tolist() == [43, 8, 4, 3, 6]
    np.testing.assert_array_equal(image > 0, brain.labels > 0)
    assert np.all(image[brain.labels == 3] == CAP_OR_RIM)
    assert [label.index for label in REGION_LABELS] == [1, 2, 3, 4, 5]


def test_a_mirrored_head_exchanges_left_and_right(brain: Any) -> None:
    straight = measure_regions(brain.labels, brain.structures, MM)
    mirrored = measure_regions(brain.labels[..., ::-1], brain.structures[..., ::-1], MM)
    assert (mirrored.left_ml, mirrored.right_ml) == (straight.right_ml, straight.left_ml)
    assert mirrored.by_distance_ml == straight.by_distance_ml
    assert mirrored.bins_ml == straight.bins_ml
    swapped = {"left": "right", "right": "left", "both": "both"}
    assert [place.side for place in mirrored.lesions] == [swapped[place.side] for place in straight.lesions]


def test_one_side_full_of_lesions_does_not_move_the_middle(brain: Any) -> None:
    """The structures decide over the sides, not the lesions; a ventricle twice as wide, a little."""
    structures = brain.structures.copy()
    structures[25:35, 30:70, 50:56] = Structure.VENTRICLES
    found = measure_regions(brain.labels, structures, MM)
    assert [place.side for place in found.lesions] == [
        "left",
        "left",
        "right",
        "left",
        "both",
        "right",
        "left",
    ]


def test_thick_slices(draw_brain: Any) -> None:
    """Between slices of 5 mm nothing is seen: a lesion right above the ventricle touches it."""
    thick = draw_brain((5.0, 1.0, 1.0))
    labels = np.zeros(thick.labels.shape, np.int32)
    above = int(np.flatnonzero((thick.structures == Structure.VENTRICLES).any(axis=(1, 2)))[-1]) + 1
    labels[above, 50, 46:48] = 1  # right above it
    labels[above, 50, 53:55] = 2  # aside: 5 mm up and 4 or 5 mm to the left of x = 49
    labels[above + 1, 60, 46] = 3  # two slices above
    found = measure_regions(labels, thick.structures, (5.0, 1.0, 1.0))
    assert [place.region for place in found.lesions] == [PV, DEEP, DEEP]
    assert [place.distance_mm for place in found.lesions] == [5, pytest.approx(np.hypot(5, 4), abs=0.005), 10]
    # 5 mm twice; the root of 41, that of 50 and 10 mm. A voxel is 0.005 ml.
    assert found.bins_ml == (0, 0.010, 0.015, 0, 0)


def test_no_lesions(brain: Any) -> None:
    found = measure_regions(np.zeros_like(brain.labels), brain.structures, MM)
    assert (found.left_ml, found.right_ml, found.caps_and_rims_ml, found.lesions) == (0, 0, 0, ())
    assert found.bins_ml == (0,) * 5
    assert set(found.by_contact_count.values()) == {0}


def test_no_ventricles(brain: Any) -> None:
    without = np.where(brain.structures == Structure.VENTRICLES, Structure.CSF, brain.structures)
    message = r"expected 1 ml or more of lateral ventricles to tell regions by, found 0\.0; .*--regions$"
    with pytest.raises(BrainMaskError, match=message):
        measure_regions(brain.labels, without.astype(np.uint8), MM)
    with pytest.raises(BrainMaskError, match="expected 100 ml or more of brain"):
        measure_regions(brain.labels, np.zeros_like(brain.structures), MM)


def test_a_voxel_outside_the_brain_belongs_to_the_nearest(brain: Any) -> None:
    structures = brain.structures.copy()
    structures[7, 50, 39:42] = Structure.OUTSIDE  # within the brainstem
    structures[30, 50, 61] = Structure.OUTSIDE  # within white matter
    found = measure_regions(brain.labels, structures, MM)
    assert [place.region for place in found.lesions] == [PV, DEEP, PV, DEEP, IT, JC, DEEP]
    assert found.by_distance_ml[IT] == 0.003
