"""A brain of boxes, drawn on any grid and turned by any angle, with lesions at places worked out by hand."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from wmhseg.anatomy.structure import Structure

# First and last millimetre (x, y, z) of each box, later ones over earlier ones. x runs towards left, y
# towards posterior, z upwards; the middle between the ventricles is x = 39.5.
BOXES = (
    (Structure.CSF, (5, 5, 5), (74, 94, 54)),
    (Structure.CORTEX, (7, 7, 7), (72, 92, 52)),
    (Structure.WHITE_MATTER, (10, 10, 10), (69, 89, 49)),
    (Structure.BRAINSTEM, (35, 45, 5), (44, 54, 9)),
    (Structure.VENTRICLES, (30, 30, 25), (35, 69, 34)),
    (Structure.VENTRICLES, (44, 30, 25), (49, 69, 34)),
)
SIZE_XYZ = (80, 100, 60)

# In voxels of 1 mm. What each is, is said in test_wmh_regions.py.
LESIONS = (
    ((50, 60, 30), (57, 64, 30)),  # 40 voxels, 1 to 8 mm beside the left ventricle
    ((61, 50, 30), (62, 51, 31)),  # 8 voxels, 12 and 13 mm from it
    ((28, 50, 30), (29, 52, 30)),  # 6 voxels, 1 and 2 mm beside the right ventricle
    ((46, 20, 30), (46, 22, 30)),  # 3 voxels, 8 to 10 mm before the left ventricle
    ((39, 50, 7), (41, 50, 7)),  # 3 voxels in the brainstem, one right and two left of the middle
    ((10, 50, 30), (11, 50, 30)),  # 2 voxels, 1 and 2 mm from the cortex on the right
    ((66, 40, 30), (67, 40, 30)),  # 2 voxels, 4 and 3 mm from the cortex on the left
)


@dataclass(frozen=True)
class BoxBrain:
    """Structures and lesions (Z, Y, X), and the x of each voxel before it was turned."""

    structures: NDArray[np.uint8]
    labels: NDArray[np.int32]
    x_mm: NDArray[np.float64]


def draw(
    spacing_zyx_mm: tuple[float, float, float] = (1, 1, 1), turn_deg: float = 0.0, tilt_deg: float = 0.0
) -> BoxBrain:
    """Draw the brain, turned about the vertical axis and tilted to one side, both about its middle."""
    middle = (np.array(SIZE_XYZ) - 1) / 2
    spacing = np.array(spacing_zyx_mm, float)
    shape = tuple(round(size / step) for size, step in zip(SIZE_XYZ[::-1], spacing, strict=True))
    margin = 20 if turn_deg or tilt_deg else 0
    shape = tuple(size + 2 * round(margin / step) for size, step in zip(shape, spacing, strict=True))
    z, y, x = np.indices(shape) * spacing[:, None, None, None] - margin
    places = np.stack([x, y, z], axis=-1) + (spacing[::-1] - 1) / 2 - middle
    turn, tilt = np.deg2rad(turn_deg), np.deg2rad(tilt_deg)
    about_z = np.array([[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    about_y = np.array([[np.cos(tilt), 0, np.sin(tilt)], [0, 1, 0], [-np.sin(tilt), 0, np.cos(tilt)]])
    places = places @ (about_y @ about_z).T + middle
    structures, labels = np.zeros(shape, np.uint8), np.zeros(shape, np.int32)
    for structure, low, high in BOXES:
        structures[_inside(places, low, high)] = structure
    for number, (low, high) in enumerate(LESIONS, start=1):
        labels[_inside(places, low, high)] = number
    return BoxBrain(structures, labels, places[..., 0])


def _inside(
    places: NDArray[np.float64], low: tuple[int, int, int], high: tuple[int, int, int]
) -> NDArray[np.bool_]:
    return np.all((places > np.array(low) - 0.5) & (places < np.array(high) + 0.5), axis=-1)


@pytest.fixture(scope="session")
def draw_brain() -> Callable[..., BoxBrain]:
    """`draw`, for tests that choose grid and angle."""
    return draw


@pytest.fixture(scope="session")
def brain() -> BoxBrain:
    """The brain upright, on voxels of 1 mm."""
    return draw()
