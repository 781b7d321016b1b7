"""Where each voxel of a new head comes from: tilt, scale, shear, mirroring and smooth warps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.synthesis.fields import smooth_field
from wmhseg.synthesis.heads import Head
from wmhseg.synthesis.mni import rotation_of

# The middle of the brain in MNI (z, y, x), LPS: turns and scales leave it in place.
CENTRE_MNI_MM = (6.0, 18.0, 0.0)
# Smooth warps: distance of the coefficients and the largest standard deviation that does not fold.
_COARSE_MM, _FINE_MM = 48.0, 20.0


@dataclass(frozen=True)
class Deformation:
    """One draw.

    Attributes:
        tilt_deg: Turns about the z, y and x axis (yaw, roll, pitch), from the MNI orientation.
        scale_zyx: Size along each axis; above 1 is a larger head.
        shear_zyx: Shear of z by y, z by x and y by x.
        mirror: Swap left and right.
        coarse_mm: Standard deviation of the warp with hills of about 48 mm.
        fine_mm: The same with hills of about 20 mm.
        seed: Of the warps.
    """

    tilt_deg: tuple[float, float, float]
    scale_zyx: tuple[float, float, float]
    shear_zyx: tuple[float, float, float]
    mirror: bool
    coarse_mm: float
    fine_mm: float
    seed: int


def sample_deformation(rng: np.random.Generator) -> Deformation:
    """Draw a deformation; pitch varies most, as positioning in scanners does."""
    tilt = rng.normal(0, (4.0, 4.0, 8.0))
    size = rng.normal(1, 0.04) * rng.normal(1, 0.035, 3)
    shear = rng.normal(0, 0.03, 3)
    return Deformation(
        tilt_deg=_triple(np.clip(tilt, -20, 20)),
        scale_zyx=_triple(np.clip(size, 0.88, 1.12)),
        shear_zyx=_triple(shear),
        mirror=bool(rng.random() < 0.5),
        coarse_mm=float(rng.uniform(0, 3.5)),
        fine_mm=float(rng.uniform(0, 1.6)),
        seed=int(rng.integers(2**31)),
    )


def deformation_matrix(parameters: Deformation) -> NDArray[np.float64]:
    """Return the matrix (z, y, x) from the old head to the new one."""
    yaw, roll, pitch = np.deg2rad(parameters.tilt_deg)
    turn_z = np.array([[1, 0, 0], [0, np.cos(yaw), -np.sin(yaw)], [0, np.sin(yaw), np.cos(yaw)]])
    turn_y = np.array([[np.cos(roll), 0, -np.sin(roll)], [0, 1, 0], [np.sin(roll), 0, np.cos(roll)]])
    turn_x = np.array([[np.cos(pitch), -np.sin(pitch), 0], [np.sin(pitch), np.cos(pitch), 0], [0, 0, 1]])
    zy, zx, yx = parameters.shear_zyx
    shear = np.array([[1, zy, zx], [0, 1, yx], [0, 0, 1]])
    mirror = np.diag([1.0, 1.0, -1.0 if parameters.mirror else 1.0])
    return np.asarray(turn_z @ turn_y @ turn_x @ shear @ np.diag(parameters.scale_zyx) @ mirror)


def pull_back(
    head: Head, parameters: Deformation, shape: tuple[int, int, int], centre: tuple[float, float, float]
) -> NDArray[np.float32]:
    """Return where in `head` each voxel of the new head comes from, (3, Z, Y, X) in its voxels.

    Args:
        head: The label map and its place in MNI space.
        parameters: What to do.
        shape: (Z, Y, X) of the new head, 1 mm.
        centre: Voxel (z, y, x) of the new head that shows the middle of the brain.
    """
    middle = np.linalg.solve(head.mni[:, :3], np.asarray(CENTRE_MNI_MM) - head.mni[:, 3])
    matrix = rotation_of(head.mni).T @ np.linalg.inv(deformation_matrix(parameters))
    offset = middle - matrix @ np.asarray(centre)
    coordinates = np.empty((3, *shape), np.float32)
    steps = [np.arange(length, dtype=np.float32) for length in shape]
    for axis in range(3):
        z, y, x = (np.float32(matrix[axis, k]) * steps[k] for k in range(3))
        coordinates[axis] = (z + np.float32(offset[axis]))[:, None, None] + y[:, None] + x
        if parameters.coarse_mm:
            seed = parameters.seed + axis
            coordinates[axis] += parameters.coarse_mm * smooth_field(shape, _COARSE_MM, seed)
        if parameters.fine_mm:
            seed = parameters.seed + 3 + axis
            coordinates[axis] += parameters.fine_mm * smooth_field(shape, _FINE_MM, seed)
    return coordinates


def _triple(values: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
