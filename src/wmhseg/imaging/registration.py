"""Rigid registration of a T1 to a FLAIR, and the check that it worked."""

from dataclasses import dataclass, replace

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.errors import BrainMaskError, RegistrationError
from wmhseg.imaging.geometry import shrunk, to_axial_lps
from wmhseg.imaging.head import core_mask, head_mask
from wmhseg.imaging.mutual_information import Pair, mask_on
from wmhseg.io.volume import Grid, Volume, to_image

Mask = NDArray[np.bool_]
Points = NDArray[np.float64]

# Pyramid: spacing in mm, samples, first step in mm.
_COARSE, _MIDDLE, _FINE = (8.0, 10**9, 2.0), (4.0, 20_000, 1.0), (1.0, 60_000, 0.5)
_MASK_MM = 2.0
# Scalp and neck move against the brain: the last level leaves out the head's outermost part.
_SKIN_MM = 8.0
# What lies deeper than that in the head stands for the brain when distances are measured.
_BRAIN_MM = 16.0
# Necks differ between fields of view, so a head's centre is that of its upper part.
_UPPER_MM = 130.0
_START_ANGLE_RAD = 0.2
_STARTS_FOLLOWED = 3
# A T1 on the FLAIR's grid is left alone when the search ends nearer than this; real pairs end at 0 to 1.
_AGREE_MM = 2.0
# Eleven right pairs of three sites reach 0.60 to 1.07 nats and 0.50 to 0.80; ten T1s of another head
# 0.35 and 0.42 at most. (An eleventh, in the same template space, cannot be told: 0.57 and 0.51.)
_MIN_INFORMATION, _MIN_SHARPNESS, _MIN_COVERED = 0.35, 0.42, 0.7


@dataclass(frozen=True)
class _ScaledImage:
    """An image scaled to 0..1, axial LPS, about 1 mm; its head on a grid of about 2 mm."""

    image: Volume
    head: Mask
    head_grid: Grid


@dataclass(frozen=True)
class Registration:
    """Where the T1 belongs.

    Attributes:
        transform: Maps points of the FLAIR's world to the T1's (LPS, mm).
        moved_mm: Mean distance over the brain between both positions of the T1.
        information: Mutual information (nats) at the result.
        sharpness: By what share it falls, on average, 12 mm or 12 degrees away.
        covered: Share of the FLAIR's brain that the T1 shows.
    """

    transform: sitk.Euler3DTransform
    moved_mm: float
    information: float
    sharpness: float
    covered: float


def register(
    flair: Volume,
    t1: Volume,
    names: tuple[str, str] = ("FLAIR", "T1"),
    start: sitk.Euler3DTransform | None = None,
) -> Registration:
    """Find the rigid motion that brings the T1 onto the FLAIR.

    Mattes mutual information (Mattes et al., IEEE TMI 2003) from 8 over 4 to 1 mm. Starts are the
    headers' positions and the centres of the heads, each with small rotations. Deterministic.

    Args:
        flair: FLAIR on any grid.
        t1: T1 on any grid, or another FLAIR.
        names: What to call them in errors.
        start: A position to refine from 4 mm on, instead of a search.

    Raises:
        BrainMaskError: No head was found.
    """
    fixed, moving = _scaled(flair, names[0]), _scaled(t1, names[1])
    if start is None:
        found = _search(_pair(fixed, moving, *_COARSE[:2]), fixed, moving)
    else:
        found = _pair(fixed, moving, *_MIDDLE[:2]).climb(start, _MIDDLE[2])
    found = _pair(fixed, moving, *_FINE[:2], skin_mm=_SKIN_MM).climb(found, _FINE[2])
    return _judged(found, fixed, moving)


def agree(flair: Volume, t1: Volume) -> bool:
    """Tell whether two images on one grid show the head at one place: within 2 mm of the best position.

    Where the nearest peak lies within half of that, as high and sharp as a right position has to be, it is
    the best one (30 T1s displaced by 3 to 22 mm: none does); elsewhere a search tells.

    Raises:
        BrainMaskError: No head was found.
    """
    fixed, moving = _scaled(flair, "FLAIR"), _scaled(t1, "T1")
    points, pair, here = _brain_points_mm(fixed), _pair(fixed, moving, *_COARSE[:2]), sitk.Euler3DTransform()
    here.SetCenter(points.mean(axis=0).tolist())
    peak = pair.climb(here, _COARSE[2])
    if distances_mm(points, peak, here).mean() <= _AGREE_MM / 2 and _is_right(*_fit(pair, peak)):
        return True
    return bool(distances_mm(points, _search(pair, fixed, moving), here).mean() <= _AGREE_MM)


def require_match(found: Registration) -> None:
    """Refuse a registration that cannot be right.

    Raises:
        RegistrationError: Too little of the brain is covered, or the images share too little information
            there, or about as much 12 mm or 12 degrees away.
    """
    if found.covered < _MIN_COVERED:
        raise RegistrationError(
            f"T1: expected the FLAIR's brain, found {found.covered:.0%} of it; check that both show one head"
        )
    if not _is_right(found.information, found.sharpness):
        raise RegistrationError(
            f"T1: expected a position that fits the FLAIR, found none (information {found.information:.2f} "
            f"of at least {_MIN_INFORMATION}, sharpness {found.sharpness:.2f} of at least {_MIN_SHARPNESS}); "
            "check that both show one head"
        )


def moved(volume: Volume, transform: sitk.Euler3DTransform) -> Volume:
    """Return the volume where a registration found it to belong; only its header changes."""
    back = transform.GetInverse()
    matrix = np.asarray(transform.GetMatrix()).reshape(3, 3)
    origin = back.TransformPoint(volume.grid.origin_mm)
    direction = matrix.T @ np.asarray(volume.grid.direction).reshape(3, 3)
    grid = replace(volume.grid, origin_mm=origin, direction=tuple(direction.ravel().tolist()))
    return Volume(volume.array, grid)


def brain_points_mm(flair: Volume) -> Points:
    """Return points (N, 3) in the world (LPS, mm) that are spread over the brain of a FLAIR.

    Raises:
        BrainMaskError: No head was found.
    """
    return _brain_points_mm(_scaled(flair, "FLAIR"))


def distances_mm(points: Points, one: sitk.Transform, other: sitk.Transform) -> NDArray[np.float64]:
    """Return how far apart (N,) two transforms put each of the points (N, 3)."""
    pairs = [(one.TransformPoint(p), other.TransformPoint(p)) for p in points.tolist()]
    return np.array([np.linalg.norm(np.subtract(a, b)) for a, b in pairs])


def _scaled(volume: Volume, name: str) -> _ScaledImage:
    axial = shrunk(to_axial_lps(volume)[0], _FINE[0])
    small = shrunk(axial, _MASK_MM)
    spacing = small.grid.spacing_mm
    head = head_mask(small.array, (spacing[1], spacing[0]), name)
    low, high = np.percentile(small.array[head], (0.5, 99.5))
    if not head.all():
        low = min(low, float(np.median(small.array[~head])))
    scaled = np.clip((axial.array - low) / max(high - low, 1e-30), 0, 1).astype(np.float32)
    return _ScaledImage(Volume(scaled, axial.grid), head, small.grid)


def _search(pair: Pair, fixed: _ScaledImage, moving: _ScaledImage) -> sitk.Euler3DTransform:
    """Return the position found at 8 mm, on which level `pair` is, and 4 mm, from the best of all starts."""
    starts = sorted(_starts(fixed, moving), key=pair.information, reverse=True)[:_STARTS_FOLLOWED]
    best = max((pair.climb(start, _COARSE[2]) for start in starts), key=pair.information)
    return _pair(fixed, moving, *_MIDDLE[:2]).climb(best, _MIDDLE[2])


def _pair(
    fixed: _ScaledImage, moving: _ScaledImage, spacing_mm: float, samples: int, skin_mm: float = 0.0
) -> Pair:
    """Return both images on one level; compared are the head and what touches it, or its deep part."""
    image = shrunk(fixed.image, spacing_mm)
    head = core_mask(fixed.head, fixed.head_grid.spacing_mm[1::-1], skin_mm) if skin_mm else fixed.head
    inside = mask_on(head, fixed.head_grid, image.grid)
    if not skin_mm:
        inside = ndimage.binary_dilation(inside, np.ones((1, 3, 3), bool))
    mask = to_image(Volume(inside.astype(np.uint8), image.grid))
    return Pair(to_image(image), to_image(shrunk(moving.image, spacing_mm)), mask, samples)


def _starts(fixed: _ScaledImage, moving: _ScaledImage) -> list[sitk.Euler3DTransform]:
    """Return both initial shifts, each without rotation and with one about each axis, either way."""
    centre = _upper_centre_mm(fixed)
    turns = [np.zeros(3), *(_START_ANGLE_RAD * np.eye(3)), *(-_START_ANGLE_RAD * np.eye(3))]
    return [
        _rigid(centre, turn, shift)
        for shift in (np.zeros(3), _upper_centre_mm(moving) - centre)
        for turn in turns
    ]


def _rigid(centre: NDArray, angles: NDArray, shift: NDArray) -> sitk.Euler3DTransform:
    transform = sitk.Euler3DTransform()
    transform.SetCenter(centre.tolist())
    transform.SetRotation(*angles.tolist())
    transform.SetTranslation(shift.tolist())
    return transform


def _upper_centre_mm(scan: _ScaledImage) -> Points:
    """Return the centre of the head's uppermost 130 mm (x, y, z)."""
    points = _points_mm(scan.head, scan.head_grid)
    up = points[:, 2]
    return np.asarray(points[up > up.max() - _UPPER_MM].mean(axis=0))


def _brain_points_mm(scan: _ScaledImage) -> Points:
    """Return every 31st point of a FLAIR's brain."""
    brain = core_mask(scan.head, scan.head_grid.spacing_mm[1::-1], _BRAIN_MM)
    if not brain.any():
        raise BrainMaskError(
            f"FLAIR: expected a head at least {2 * _BRAIN_MM:.0f} mm wide, found none; look at the image"
        )
    return _points_mm(brain, scan.head_grid)[::31]


def _points_mm(mask: Mask, grid: Grid) -> Points:
    index_xyz = np.argwhere(mask)[:, ::-1]
    direction = np.asarray(grid.direction).reshape(3, 3)
    return np.asarray(grid.origin_mm) + (index_xyz * grid.spacing_mm) @ direction.T


def _judged(best: sitk.Euler3DTransform, fixed: _ScaledImage, moving: _ScaledImage) -> Registration:
    points = _brain_points_mm(fixed)
    information, sharpness = _fit(_pair(fixed, moving, *_MIDDLE[:2]), best)
    mapped = np.array([best.TransformPoint(point) for point in points.tolist()])
    return Registration(
        transform=best,
        moved_mm=float(np.linalg.norm(mapped - points, axis=1).mean()),
        information=information,
        sharpness=sharpness,
        covered=_covered(mapped, moving.image.grid),
    )


def _fit(pair: Pair, position: sitk.Euler3DTransform) -> tuple[float, float]:
    """Return the information at a position, and by what share it falls around it."""
    peak = pair.information(position)
    around = [pair.information(_away(position, axis, sign)) for axis in range(6) for sign in (1, -1)]
    return peak, 1 - float(np.mean(around)) / peak if peak > 0 else 0.0


def _is_right(information: float, sharpness: float) -> bool:
    return information >= _MIN_INFORMATION and sharpness >= _MIN_SHARPNESS


def _away(transform: sitk.Euler3DTransform, axis: int, sign: int) -> sitk.Euler3DTransform:
    """Return a neighbour: 12 degrees more about one axis (0-2), or 12 mm along one (3-5)."""
    parameters = list(transform.GetParameters())
    parameters[axis] += sign * (np.deg2rad(12) if axis < 3 else 12.0)
    other = sitk.Euler3DTransform(transform)
    other.SetParameters(parameters)
    return other


def _covered(points: Points, grid: Grid) -> float:
    direction = np.asarray(grid.direction).reshape(3, 3)
    index = (points - grid.origin_mm) @ direction / grid.spacing_mm
    inside = np.all((index > -0.5) & (index < np.asarray(grid.size_xyz) - 0.5), axis=1)
    return float(inside.mean())
