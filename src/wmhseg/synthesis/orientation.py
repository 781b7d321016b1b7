"""Volumes stored in another orientation than axial LPS."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wmhseg.io.volume import Grid, Volume

# How often scans come in each; the letters tell where x, y, z point to.
CODES = ("LPS", "LAS", "RAS", "RPS", "LPI", "PSR", "ASL", "LSA")
_CHANCES = (0.5, 0.15, 0.15, 0.05, 0.05, 0.04, 0.03, 0.03)
_WORLD = {"L": (0, 1), "R": (0, -1), "P": (1, 1), "A": (1, -1), "S": (2, 1), "I": (2, -1)}


def sample_orientation(rng: np.random.Generator) -> str:
    """Draw an orientation code."""
    return str(rng.choice(CODES, p=_CHANCES))


def orient(array: NDArray[Any], spacing_mm: tuple[float, float, float], code: str) -> Volume:
    """Store an axial LPS array in another orientation; the world's origin is its middle.

    Args:
        array: (Z, Y, X), axial LPS.
        spacing_mm: Along its x, y, z.
        code: Where the stored x, y and z axis point to, e.g. "RAS".
    """
    axes = [_WORLD[letter] for letter in code]
    world = [axis for axis, _ in axes]
    turned = np.transpose(array, [2 - world[2 - k] for k in range(3)])
    backwards = tuple(k for k in range(3) if axes[2 - k][1] < 0)
    stored = np.ascontiguousarray(np.flip(turned, backwards))
    direction = np.zeros((3, 3))
    for column, (axis, sign) in enumerate(axes):
        direction[axis, column] = sign
    size = (stored.shape[2], stored.shape[1], stored.shape[0])
    spacing = tuple(spacing_mm[axis] for axis in world)
    origin = -direction @ ((np.array(size) - 1) / 2 * np.array(spacing))
    grid = Grid(
        size_xyz=size,
        spacing_mm=(spacing[0], spacing[1], spacing[2]),
        origin_mm=(float(origin[0]), float(origin[1]), float(origin[2])),
        direction=tuple(direction.ravel().tolist()),
    )
    return Volume(stored, grid)
