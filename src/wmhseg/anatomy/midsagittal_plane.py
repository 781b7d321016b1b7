"""The plane between the halves of the head, from the structures' own symmetry."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.anatomy.structure import BRAIN, Structure
from wmhseg.imaging.blocks import Blocks

Floats = NDArray[np.float64]

# The mirror image is compared on blocks of this size, blurred by this SD: the two halves of a brain are
# alike to some millimetres only.
_BLOCK_MM, _BLUR_MM = 3.0, 3.0
# Ventricles are small, but near the plane: without weight, the outline of the brain decides alone.
_VENTRICLES_WEIGHT = 3.0
# Every second block along each axis is enough: a whole brain has some 7000 of them.
_EVERY = 2
# Slopes that the search starts from: the head may be turned and tilted by about 25 degrees.
_START_SLOPES = (-0.25, 0.0, 0.25)
# Of the points, so many must lie in the picture when mirrored.
_LEAST_MIRRORED = 0.5


@dataclass(frozen=True)
class MidsagittalPlane:
    """The plane x = x_mm + along_y * y + along_z * z, of places in mm from the first voxel.

    Attributes:
        x_mm: Where it cuts the x axis, which runs towards left.
        along_y: How far it goes to the left, in mm, for each mm towards posterior.
        along_z: The same for each mm upwards.
    """

    x_mm: float
    along_y: float
    along_z: float

    def left_of(self, places_mm: Floats) -> NDArray[np.bool_]:
        """Tell which places (N, 3; z, y, x in mm) lie on the left; on the plane itself is left."""
        return self._signed(places_mm) >= 0

    def mirrored(self, places_mm: Floats) -> Floats:
        """Return the places (N, 3) on the plane's other side."""
        normal = np.array([-self.along_z, -self.along_y, 1.0])
        squared = 1 + self.along_y**2 + self.along_z**2
        return places_mm - 2 * np.outer(self._signed(places_mm) / squared, normal)

    def _signed(self, places_mm: Floats) -> Floats:
        z, y, x = places_mm.T
        return np.asarray(x - self.x_mm - self.along_y * y - self.along_z * z)


def find_midsagittal_plane(
    structures: NDArray[np.uint8], spacing_zyx_mm: tuple[float, float, float]
) -> MidsagittalPlane:
    """Find the plane in which brain and ventricles are most like their mirror images.

    The mean absolute difference between blurred masks and their mirror images is minimised over the plane's
    three numbers (Nelder and Mead 1965), from nine starts through the brain's centre. An absolute
    difference lets a lesion, a wide ventricle or a missing part on one side move the plane little.

    Args:
        structures: Values of `Structure` (Z, Y, X), axial LPS; there must be brain.
        spacing_zyx_mm: Voxel size.

    Raises:
        ValueError: There is no brain.
    """
    blocks = Blocks.of(spacing_zyx_mm, _BLOCK_MM, _BLOCK_MM)
    fields = [
        weight * _blurred(np.isin(structures, kinds), blocks)
        for weight, kinds in ((1.0, BRAIN), (_VENTRICLES_WEIGHT, (Structure.VENTRICLES,)))
    ]
    inside = np.argwhere((fields[0] + fields[1])[::_EVERY, ::_EVERY, ::_EVERY] > 0.5) * _EVERY
    if not len(inside):
        raise ValueError("expected brain among the structures, found none")
    places = inside * np.asarray(blocks.spacing_zyx_mm)
    centre = places.mean(axis=0)

    def unlikeness(numbers: Floats) -> float:
        return _unlikeness(_through(numbers, centre), places, fields, blocks.spacing_zyx_mm)

    starts = [np.array([0.0, y, z]) for y in _START_SLOPES for z in _START_SLOPES]
    best = min(starts, key=lambda start: (unlikeness(start), np.abs(start).sum()))
    simplex = best + np.array([[0, 0, 0], [6, 0, 0], [0, 0.15, 0], [0, 0, 0.15]])
    from scipy import optimize  # a third of a second that masks alone need not wait for

    found = optimize.minimize(
        unlikeness,
        best,
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 1e-3, "fatol": 1e-6},
    )
    return _in_voxels(_through(found.x, centre), blocks, spacing_zyx_mm)


def _through(numbers: Floats, centre_mm: Floats) -> MidsagittalPlane:
    """Return the plane that passes the brain's centre at a distance, with two slopes."""
    aside, along_y, along_z = map(float, numbers)
    z, y, x = centre_mm
    return MidsagittalPlane(float(x + aside - along_y * y - along_z * z), along_y, along_z)


def _in_voxels(
    plane: MidsagittalPlane, blocks: Blocks, spacing_zyx_mm: tuple[float, float, float]
) -> MidsagittalPlane:
    """Return a plane among the blocks' centres as one among the voxels': a block's first voxel lies aside."""
    _, y, x = (
        (number - 1) / 2 * size
        for number, size in zip((1, blocks.rows, blocks.columns), spacing_zyx_mm, strict=True)
    )
    return MidsagittalPlane(plane.x_mm + x - plane.along_y * y, plane.along_y, plane.along_z)


def _blurred(mask: NDArray[np.bool_], blocks: Blocks) -> NDArray[np.float32]:
    sd = [_BLUR_MM / size for size in blocks.spacing_zyx_mm]
    return np.asarray(ndimage.gaussian_filter(blocks.coarse(mask.astype(np.float32)), sd, mode="nearest"))


def _unlikeness(
    plane: MidsagittalPlane,
    places_mm: Floats,
    fields: list[NDArray[np.float32]],
    spacing_mm: tuple[float, float, float],
) -> float:
    """Return the mean difference between the fields at places and at their mirror images.

    Places whose mirror image lies outside the picture do not count.
    """
    here, there = (where / np.asarray(spacing_mm) for where in (places_mm, plane.mirrored(places_mm)))
    last = np.asarray(fields[0].shape) - 1
    seen = ((there >= 0) & (there <= last)).all(axis=1)
    if np.count_nonzero(seen) < _LEAST_MIRRORED * len(places_mm):
        return np.inf
    own = tuple(np.rint(here[seen]).astype(int).T)
    return sum(
        float(np.abs(field[own] - ndimage.map_coordinates(field, there[seen].T, order=1)).mean())
        for field in fields
    )
