"""Smooth random fields: cubic B-splines over a coarse grid of normal numbers."""

import numpy as np
from numpy.typing import NDArray

# Root mean square of a cubic B-spline of unit-variance coefficients, per axis.
_SPLINE_RMS = 0.692


def smooth_field(shape: tuple[int, int, int], scale_mm: float, seed: int) -> NDArray[np.float32]:
    """Return a field of mean 0 and standard deviation about 1.

    Args:
        shape: (Z, Y, X) at 1 mm.
        scale_mm: Distance of the coefficients; about the radius of one hill.
        seed: The same seed gives the same field.
    """
    matrices = [_spline_matrix(length, scale_mm) for length in shape]
    coarse = np.random.default_rng(seed).standard_normal([m.shape[1] for m in matrices], dtype=np.float32)
    return separable(coarse / np.float32(_SPLINE_RMS**3), matrices)


def separable(array: NDArray[np.float32], matrices: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Multiply each axis of `array` (Z, Y, X) with its matrix (new, old); the result is float32.

    Axes that shrink most come first, to save work.
    """
    for axis in sorted(range(3), key=lambda a: matrices[a].shape[0] / matrices[a].shape[1]):
        array = _along(array, matrices[axis], axis)
    return np.ascontiguousarray(array)


def _along(array: NDArray[np.float32], matrix: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    if axis == 0:
        return (matrix @ array.reshape(len(array), -1)).reshape(-1, *array.shape[1:])
    return np.matmul(matrix, array) if axis == 1 else np.matmul(array, matrix.T)


def _spline_matrix(length: int, scale: float) -> NDArray[np.float32]:
    position = np.arange(length) / scale
    count = int(position[-1]) + 4
    distance = np.abs(position[:, None] - (np.arange(count) - 1))
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = np.clip(2 - distance, 0, None) ** 3 / 6
    return np.where(distance < 1, near, far).astype(np.float32)
