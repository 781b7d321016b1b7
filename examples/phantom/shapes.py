"""Analytic shapes and smooth random fields, evaluated at points given in millimetres.

Points are a tuple of three arrays (x, y, z) of one shape: x to the left, y to the back, z to the top.
Shapes answer with an approximate signed distance in mm, negative inside.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline

Array = NDArray[np.float64]
Points = tuple[Array, Array, Array]
Vector = tuple[float, float, float]

WORK_STEP_MM = (1.0, 0.96, 0.96)  # (z, y, x) of the grid on which the head is painted


def total(parts: Iterable[Array]) -> Array:
    """Sum of arrays."""
    whole, *others = parts
    for part in others:
        whole = whole + part
    return whole


def moved(points: Points, shifts: Iterable[Array | float]) -> Points:
    """Points with something added to x, y and z."""
    x, y, z = (p + shift for p, shift in zip(points, shifts, strict=True))
    return x, y, z


def mirrored(points: Points) -> Points:
    """Both sides at once: |x| instead of x."""
    return np.abs(points[0]), points[1], points[2]


def box(points: Points, low: Vector, high: Vector, margin_mm: float = 7.0) -> tuple[slice, slice, slice]:
    """Index ranges (z, y, x) that hold every point between two corners (mm).

    The margin allows for rows that are slightly turned or bent.
    """
    cuts = []
    for axis, (line, least, most) in enumerate(zip(points[::-1], low[::-1], high[::-1], strict=True)):
        along = line.mean(axis=tuple(a for a in range(3) if a != axis))
        first, last = np.searchsorted(along, (least - margin_mm, most + margin_mm))
        cuts.append(slice(int(first), int(last)))
    return cuts[0], cuts[1], cuts[2]


def gradient_length(field: Array) -> Array:
    """Length of the gradient per mm on the working grid."""
    slopes: list[Array] = list(np.gradient(field, *WORK_STEP_MM))
    length: Array = np.sqrt(total(g * g for g in slopes))
    return length


def waves(points: Points, rng: np.random.Generator, wavelength_mm: float, count: int = 20) -> Array:
    """Random field of mean 0 and SD 1: plane waves of nearly one wavelength in random directions.

    Summed at every second or third point and brought to the full grid by cubic splines: much faster, and
    more than four points per wave remain.
    """
    step = 3 if wavelength_mm >= 20 else 2
    coarse = [p[::step, ::step, ::step] for p in points]
    direction = rng.normal(size=(count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    k = direction * (2 * np.pi / wavelength_mm) * rng.uniform(0.85, 1.15, size=(count, 1))
    phase = rng.uniform(0, 2 * np.pi, size=count)
    field = np.zeros(coarse[0].shape)
    for (kx, ky, kz), shift in zip(k, phase, strict=True):
        field += np.cos(kx * coarse[0] + ky * coarse[1] + kz * coarse[2] + shift)
    return refine(field * np.sqrt(2 / count), points[0].shape, step)


def refine(field: Array, shape: tuple[int, ...], step: int) -> Array:
    """Cubic-spline values on every point of a grid from those on every step-th point."""
    for axis, size in enumerate(shape):
        knots = np.arange(field.shape[axis]) * step
        degree = min(3, len(knots) - 1)  # thin boxes have few points
        to_fine = make_interp_spline(knots, np.eye(len(knots)), k=degree)(np.arange(size))
        field = np.moveaxis(np.tensordot(to_fine, field, axes=(1, axis)), 0, axis)
    return np.ascontiguousarray(field)


def ellipsoid(points: Points, centre: Vector, semi_axes_mm: Vector, power: float = 2) -> Array:
    """Signed distance (first order) to a superellipsoid; power 2 is the ordinary one."""
    scaled = [np.abs(p - c) / s for p, c, s in zip(points, centre, semi_axes_mm, strict=True)]
    if power == 2:  # the same, several times faster
        radius = np.sqrt(total(u * u for u in scaled)) + 1e-9
        slope = np.sqrt(total((u / s) ** 2 for u, s in zip(scaled, semi_axes_mm, strict=True))) / radius
    else:
        radius = total(u**power for u in scaled) ** (1 / power) + 1e-9
        parts = ((u / radius) ** (power - 1) / s for u, s in zip(scaled, semi_axes_mm, strict=True))
        slope = np.sqrt(total(part * part for part in parts))
    return (radius - 1) / np.maximum(slope, 1e-6)


def tube(points: Points, path: Sequence[tuple[float, float, float, float]]) -> Array:
    """Signed distance to a chain of tapering capsules; each node of the path is (x, y, z, radius) in mm."""
    result: Array | None = None
    for start, end in itertools.pairwise(path):
        axis = np.subtract(end[:3], start[:3])
        offset = [p - s for p, s in zip(points, start[:3], strict=True)]
        t = np.clip(total(o * a for o, a in zip(offset, axis, strict=True)) / np.dot(axis, axis), 0, 1)
        gap = np.sqrt(total((o - t * a) ** 2 for o, a in zip(offset, axis, strict=True)))
        gap -= start[3] + t * (end[3] - start[3])
        result = gap if result is None else smooth_union(result, gap, 2.0)
    if result is None:
        raise ValueError(f"a tube needs at least 2 nodes, got {len(path)}")
    return result


def smooth_union(a: Array, b: Array, blend_mm: float) -> Array:
    """Minimum of two distances with a rounded seam of about blend_mm (polynomial smooth minimum)."""
    h = np.maximum(blend_mm - np.abs(a - b), 0) / blend_mm
    return np.minimum(a, b) - h * h * blend_mm / 4


def smooth_cut(a: Array, b: Array, blend_mm: float) -> Array:
    """Maximum of two distances (intersection) with a rounded seam."""
    return -smooth_union(-a, -b, blend_mm)


def inside(distance_mm: Array, edge_mm: float = 1.0) -> Array:
    """Share of a voxel that lies inside: 1 deep inside, 0 outside, linear over edge_mm."""
    return np.clip(0.5 - distance_mm / edge_mm, 0, 1)
