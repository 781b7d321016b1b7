"""Brain of a synthetic elderly head.

Coordinates are millimetres with the anterior commissure at 0 (x left, y back, z up); sizes follow the
Talairach brain: frontal pole at y = -70, occipital pole at 102, vertex at z = 74, width 136.
"""

from __future__ import annotations

import numpy as np

from phantom.head import Head
from phantom.shapes import (
    Array,
    Points,
    ellipsoid,
    gradient_length,
    inside,
    mirrored,
    moved,
    smooth_cut,
    smooth_union,
    total,
    tube,
    waves,
)
from phantom.skull import cranial_cavity

# Paths of the lateral ventricle: x, y, z, radius.
VENTRICLE = (
    (19, -34, 2, 2.5),  # frontal horn
    (10, -20, 10, 6.0),
    (10, -4, 19, 7.0),  # body
    (13, 16, 23, 7.5),
    (25, 38, 14, 9.0),  # trigone
    (23, 68, 4, 3.0),  # occipital horn
)
TEMPORAL_HORN = ((26, 40, 8, 6.0), (36, 24, -10, 3.5), (32, 4, -18, 2.5))
BRAINSTEM = ((0, 18, -2, 15), (0, 20, -14, 15), (0, 25, -31, 15), (0, 35, -50, 9), (0, 42, -75, 7))
SULCI_CENTRE = (0, 16, 8)  # sulci point here


def tentorium(points: Points) -> Array:
    """Negative above and in front of the tentorium and the petrous ridges (the cerebral side), mm."""
    x, y, z = mirrored(points)
    slope = 0.75 * np.minimum(x, 20) + 0.2 * np.maximum(x - 20, 0) + 0.17 * np.maximum(y - 30, 0)
    # In front of the incisura the midbrain meets the thalami a little lower.
    roof = (1 - 7 * inside(y - 34, 10) - slope - z) * 0.8
    ridge = (y - 8 - 0.65 * np.maximum(x - 16, 0)) * 0.84
    return smooth_cut(-roof, -ridge, 3) * -1


def cerebrum(points: Points, cavity: Array, rng: np.random.Generator) -> Array:
    """Outer hull of the cerebrum, with a layer of CSF of uneven thickness under the skull."""
    z = points[2]
    gap = 1.4 + 1.2 * inside(-12 - z, 20) + 0.8 * waves(points, rng, 70, 8) + 0.02 * np.maximum(z - 30, 0)
    hull = smooth_cut(cavity + gap, tentorium(points) + 1.5, 4)
    # Basal cisterns: nothing of the cerebrum between the temporal lobes below the hypothalamus.
    cistern = ellipsoid(points, (0, 4, -19), (16, 26, 10))
    return smooth_cut(hull, -cistern, 4)


def sulcal_sheets(surface: Points, depth: Array, rng: np.random.Generator) -> Array:
    """Distance (mm) to the CSF of sulci: zero sheets of random fields, down to a varying depth."""
    scaled = ((p - c) / r for p, c, r in zip(surface, SULCI_CENTRE, (69, 87, 63), strict=True))
    radius = np.sqrt(total(u * u for u in scaled))
    # Pulling points towards the surface makes the sheets run inwards, as sulci do.
    pull = np.maximum(radius, 0.3) ** -0.7
    outer = moved(surface, ((p - c) * (pull - 1) for p, c in zip(surface, SULCI_CENTRE, strict=True)))
    nearest = np.full(depth.shape, 99.0)
    for wavelength_mm, mean_mm, spread_mm, half_mm in ((19, 18, 6, 0.5), (14, 7, 5, 0.2)):
        field = waves(outer, rng, wavelength_mm, 30)
        slope = gradient_length(field)
        floor_mm = np.clip(mean_mm + spread_mm * waves(surface, rng, 45, 10), 2, 27)
        sheet = np.hypot(field / np.maximum(slope, 0.04), np.maximum(depth - floor_mm, 0))
        nearest = np.minimum(nearest, sheet - half_mm - 0.06 * np.clip(9 - depth, 0, 9))
    return nearest


def falx_fissure(points: Points) -> Array:
    """Distance (mm) to the CSF between the hemispheres, around the callosum."""
    x, y, z = mirrored(points)
    callosum = ellipsoid((0 * x, y, z), (0, 5, 5), (1, 42, 26))
    return np.hypot(x, np.maximum(-callosum, 0)) - 0.8 - 0.05 * np.clip(-y - 40, 0, 15)


def sylvian_fissure(points: Points) -> Array:
    """Distance (mm) to the CSF over the insula and of the cleft that leads to it."""
    x, y, z = mirrored(points)
    island = ellipsoid((0 * x, y, z), (0, -1, 2), (1, 25, 16))
    insula = np.hypot(x - 39 + 0.006 * y**2, np.maximum(island, 0)) - 1.0
    rise = (z + 3 - 0.65 * (y + 8)) * 0.84
    side = np.maximum.reduce([37 - x, -34 - y, y - 42])
    opening = np.hypot(rise, np.maximum(side, 0)) - 0.6 - 0.03 * np.clip(10 - y, 0, 40)
    return np.minimum(insula, opening)


def paint_cerebrum(head: Head, cavity: Array, rng: np.random.Generator) -> None:
    """Cortex of about 2.9 mm around every CSF surface, white matter within."""
    hull = cerebrum(head.points, cavity, rng)
    hull /= np.clip(gradient_length(hull), 0.5, 2)
    wobble = [waves(head.points, rng, 28, 12) for _ in range(3)]
    surface = moved(head.points, (2.2 * w for w in wobble))
    middle = falx_fissure((head.points[0] + 0.5 * wobble[0], surface[1], surface[2]))
    # Sulci start at the outer and the medial surface, and spare the central grey matter.
    core = ellipsoid(surface, (0, 8, 4), (34, 47, 28))
    depth = np.minimum(-hull, 2.2 * np.maximum(middle, 0)) + np.clip(4 - 2 * core, 0, 40)
    sulci = np.minimum(sulcal_sheets(surface, depth, rng), sylvian_fissure(surface))
    pial = np.minimum.reduce([-hull, middle, sulci])
    thickness = 2.9 + 0.35 * waves(head.points, rng, 40, 8)
    head.paint(inside(-pial), "gm")
    head.paint(inside(thickness - pial), "wm")
    head.white[:] = inside(thickness + 0.8 - pial, 1.6)


def paint_deep_grey(head: Head) -> None:
    """Basal ganglia, thalami, ventricles."""
    head = head.near((-50, -45, -25), (50, 80, 40))
    sides = mirrored(head.points)
    x, y, z = sides
    shapes = {
        "striatum": [
            ellipsoid((x - 0.15 * y, y, z), (26, 0, 2), (5.5, 18, 13)),
            ellipsoid((x - 0.25 * (y + 14), y, z), (15, -16, 8), (5.0, 11, 11)),
        ],
        "pallidum": [ellipsoid((x - 0.3 * y, y, z), (19, 3, 0), (4.2, 9, 7))],
        "thalamus": [ellipsoid((x - 0.3 * (y - 16), y, z), (11, 17, 8), (8, 15, 9))],
    }
    for tissue, parts in shapes.items():
        for part in parts:
            head.paint(inside(part, 2.5), tissue)
    lateral = smooth_union(tube(sides, VENTRICLE), tube(sides, TEMPORAL_HORN), 2)
    head.ventricle_mm[:] = np.maximum(lateral, 1.6 - x)  # septum pellucidum
    head.paint(inside(head.ventricle_mm), "ventricle")
    third = ellipsoid(head.points, (0, 13, -1), (2.8, 16, 11))
    head.paint(inside(third), "ventricle")


def paint_hindbrain(head: Head, rng: np.random.Generator) -> None:
    """Cerebellum with folia, brainstem, fourth ventricle."""
    head = head.near((-65, -5, -99), (65, 110, 5))
    points = head.points
    if not head.white.size:
        return
    x, y, z = mirrored(points)
    hemisphere = ellipsoid((x, y, z), (25, 60, -33), (36, 40, 27))
    vermis = ellipsoid((x, y, z), (0, 62, -20), (13, 28, 25))
    below = smooth_cut(1.5 - tentorium(points), cranial_cavity(points) + 2.5, 3)
    body = smooth_cut(smooth_union(hemisphere, vermis, 5), below, 4)
    arc = np.sqrt((y - 18) ** 2 + (0.75 * x) ** 2 + (0.9 * (z + 22)) ** 2) + 1.2 * waves(points, rng, 22, 10)
    folia = np.clip(np.cos(2 * np.pi * arc / 5.2) - 0.45, 0, 1) * np.clip(1 + (body + 9) / 4, 0.0, 1)
    head.paint(inside(body), "cerebellar_gm")
    core = ellipsoid((x, y, z), (20, 57, -32), (19, 17, 12)) + 2.5 * waves(points, rng, 14, 12)
    head.paint(inside(core, 4) * inside(body), "cerebellar_wm")
    head.paint(0.75 * folia * inside(body), "csf")
    stem = tube(points, BRAINSTEM)
    peduncle = tube((x, y, z), [(9, 30, -30, 7), (22, 50, -33, 8)])
    head.paint(inside(smooth_union(stem, peduncle, 4)) * inside(z, 6), "brainstem")
    head.paint(inside(ellipsoid(points, (0, 43, -32), (6, 5.5, 11))), "ventricle")
