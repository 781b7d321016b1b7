"""Rotation, shear, scale and mirroring of a slice (Li et al. 2018, Table 2)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


@dataclass(frozen=True)
class AffineRange:
    """How far slices are turned, sheared and scaled; the defaults are the paper's Table 2."""

    rotation_deg: float = 15.0
    shear_deg: float = 18.0
    scale: tuple[float, float] = (0.9, 1.1)
    mirror_probability: float = 0.5


@dataclass(frozen=True)
class AffineParameters:
    """One draw: angles in degrees, scale along y and x, left-right mirroring."""

    rotation_deg: float
    shear_deg: float
    scale_yx: tuple[float, float]
    mirror: bool


def sample_affine(rng: np.random.Generator, limits: AffineRange) -> AffineParameters:
    """Draw parameters, each uniform within its range."""
    scale = rng.uniform(*limits.scale, size=2)
    return AffineParameters(
        rotation_deg=float(rng.uniform(-limits.rotation_deg, limits.rotation_deg)),
        shear_deg=float(rng.uniform(-limits.shear_deg, limits.shear_deg)),
        scale_yx=(float(scale[0]), float(scale[1])),
        mirror=bool(rng.random() < limits.mirror_probability),
    )


def affine_matrix(parameters: AffineParameters) -> NDArray[np.float64]:
    """Return the 2x2 matrix (y, x) that takes content from its old to its new place."""
    angle, shear = np.deg2rad(parameters.rotation_deg), np.deg2rad(parameters.shear_deg)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shearing = np.array([[1.0, 0.0], [np.tan(shear), 1.0]])
    mirror = np.diag([1.0, -1.0 if parameters.mirror else 1.0])
    return rotation @ shearing @ np.diag(parameters.scale_yx) @ mirror


def apply_affine(
    array: NDArray[Any],
    parameters: AffineParameters,
    centre_yx: tuple[float, float],
    size_yx: tuple[int, int],
    fill: float,
) -> NDArray[np.float32]:
    """Resample one channel (Y, X) linearly into a window of `size_yx`.

    The window's centre shows what was at `centre_yx`, so cropping and moving are one step.

    Args:
        array: One channel (Y, X).
        parameters: What to do.
        centre_yx: Row and column of the source that becomes the window's centre.
        size_yx: Rows and columns of the window.
        fill: Value outside the source.
    """
    inverse, offset = _way_back(parameters, centre_yx, size_yx)
    moved = ndimage.affine_transform(
        np.asarray(array, np.float32), inverse, offset, size_yx, order=1, cval=fill, mode="constant"
    )
    return np.asarray(moved, np.float32)


def move_labels(
    labels: NDArray[np.uint8],
    parameters: AffineParameters,
    centre_yx: tuple[float, float],
    size_yx: tuple[int, int],
) -> NDArray[np.uint8]:
    """Do with labels (Y, X) what `apply_affine` does with a channel: the nearest one, 0 outside."""
    inverse, offset = _way_back(parameters, centre_yx, size_yx)
    return np.asarray(ndimage.affine_transform(labels, inverse, offset, size_yx, order=0, mode="constant"))


def _way_back(
    parameters: AffineParameters, centre_yx: tuple[float, float], size_yx: tuple[int, int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return matrix and offset from a window's pixels to the source's."""
    inverse = np.linalg.inv(affine_matrix(parameters))
    middle = (np.asarray(size_yx) - 1) / 2
    return np.asarray(inverse, np.float64), np.asarray(centre_yx) - inverse @ middle
