"""Rigid motions of the world as matrices: their mean, their half, and grids carried along."""

from dataclasses import replace

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy.linalg import sqrtm

from wmhseg.io.direction import closest_rotation
from wmhseg.io.volume import Grid

# (4, 4): maps points (x, y, z, 1) of one world to another (LPS, mm).
Motion = NDArray[np.float64]


def motion_of(transform: sitk.Euler3DTransform) -> Motion:
    """Return the matrix of a rigid transform, its centre included."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.asarray(transform.GetMatrix()).reshape(3, 3)
    matrix[:3, 3] = transform.TransformPoint((0.0, 0.0, 0.0))
    return matrix


def transform_of(motion: Motion) -> sitk.Euler3DTransform:
    """Return a motion as a transform about the world's origin."""
    transform = sitk.Euler3DTransform()
    transform.SetMatrix(closest_rotation(motion[:3, :3]).ravel().tolist(), 1e-6)
    transform.SetTranslation(motion[:3, 3].tolist())
    return transform


def inverse(motion: Motion) -> Motion:
    """Return the way back."""
    turned = motion[:3, :3].T
    back = np.eye(4)
    back[:3, :3], back[:3, 3] = turned, -turned @ motion[:3, 3]
    return back


def half(motion: Motion) -> Motion:
    """Return the motion that, done twice, is the given one: the same screw, half as far.

    It is the square root in SE(3), so half of the way back is the way back of the half. Turns must be below
    180 degrees.
    """
    return _straight(np.real(sqrtm(motion)))


def between(one: Motion, other: Motion) -> Motion:
    """Return the motion midway between two: one (one^-1 other)^(1/2), which favours neither."""
    return _straight(one @ half(inverse(one) @ other))


def carried(grid: Grid, motion: Motion) -> Grid:
    """Return where a grid lies after a motion of its world."""
    direction = motion[:3, :3] @ np.asarray(grid.direction).reshape(3, 3)
    x, y, z = (motion @ (*grid.origin_mm, 1.0))[:3]
    return replace(
        grid,
        origin_mm=(float(x), float(y), float(z)),
        direction=tuple(closest_rotation(direction).ravel().tolist()),
    )


def mapped(motion: Motion, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points (N, 3) after a motion."""
    return np.asarray(points @ motion[:3, :3].T + motion[:3, 3])


def _straight(motion: Motion) -> Motion:
    """Return the motion with a rotation that is one to the last bit but rounding."""
    straight = np.eye(4)
    straight[:3, :3], straight[:3, 3] = closest_rotation(motion[:3, :3]), motion[:3, 3]
    return straight
