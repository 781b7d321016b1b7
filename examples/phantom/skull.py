"""Skull, scalp and face of a synthetic head (coordinates as in brain.py)."""

from __future__ import annotations

import numpy as np

from phantom.head import Head
from phantom.shapes import Array, Points, ellipsoid, inside, mirrored, smooth_cut, smooth_union, tube, waves


def egg(points: Points) -> Points:
    """Heads are widest behind the ears: stretch x elsewhere, so that an ellipse becomes an egg."""
    x, y, z = points
    return x / (1 - 1.1e-5 * (y - 42) ** 2), y, z


def cranial_cavity(points: Points) -> Array:
    """Inside of the skull: cerebral vault with a frontal floor, temporal fossae, posterior fossa."""
    x, _, z = points
    vault = ellipsoid(egg(points), (0, 16, 11), (71, 88, 64), 2.2)
    vault = smooth_cut(vault, -21 + 0.005 * x**2 - z, 5)
    temporal = ellipsoid(mirrored(points), (44, 12, -19), (25, 46, 27))
    fossa = ellipsoid(points, (0, 58, -26), (59, 49, 39))
    return smooth_union(smooth_union(vault, temporal, 8), fossa, 8)


def skin_surface(points: Points) -> Array:
    """Outer surface of the head: vault, straight sides below it, face, nose, ears."""
    x, y, z = points
    low = np.where(z < 11, (z - 11) * 0.42, z - 11)
    surface = ellipsoid(egg((x, y, low)), (0, 16, 0), (84, 102.5, 77.5), 2.2)
    face = ellipsoid(points, (0, -42, -50), (64, 55, 56))
    nose = ellipsoid((x, y + 0.25 * (z + 45), z), (0, -94, -45), (13, 20, 27))
    surface = smooth_union(smooth_union(surface, face, 14), nose, 10)
    ear = ellipsoid((np.abs(x) - 0.35 * (y - 25), y, z), (83, 25, -35), (3.5, 15, 26))
    return smooth_union(surface, ear, 3)


def paint_soft_tissue(head: Head, rng: np.random.Generator) -> None:
    """Skin, fat, and muscle streaked with fat wherever the fat layer ends."""
    skin = skin_surface(head.points)
    head.paint(inside(skin), "skin")
    head.paint(inside(skin + 1.8), "fat")
    layer = 6 + 1.2 * waves(head.points, rng, 40, 10)
    streak = waves(head.points, rng, 15, 24)
    low = inside(head.points[2] - 20, 30)
    head.paint(low * inside(skin + layer, 2) * (0.85 + 0.15 * inside(streak - 0.8, 0.8)), "muscle")
    plates = np.maximum(skin + layer + 3, np.abs(streak) - 0.12)
    head.paint(low * inside(plates, 1.5) * 0.3, "bone")


def paint_skull(head: Head, cavity: Array, rng: np.random.Generator) -> None:
    """Two dark tables with marrow between; the skull base is thicker and mostly dark."""
    points = head.points
    z = points[2]
    thickness = 4.5 + 2 * inside(-8 - z, 25) + 0.9 * waves(points, rng, 60, 8)
    head.paint(inside(cavity - thickness), "bone")
    marrow = np.maximum(2.0 - cavity, cavity - thickness + 2.2) - 0.5 * waves(points, rng, 13, 12)
    head.paint(0.8 * inside(marrow, 1.5) * inside(-12 - z, 12), "marrow")
    head.paint(inside(cavity), "dura")
    head.paint(inside(cavity + 0.9), "csf")
    falx = np.hypot(points[0], np.maximum(-ellipsoid(points, (0, 5, 5), (400, 48, 34)), 0)) - 0.7
    head.paint(inside(np.maximum(falx, cavity)) * inside(-20 - z, 8), "dura")


def paint_face(head: Head, rng: np.random.Generator) -> None:
    """Brow, orbits with eyes, petrous bone, then everything that holds air."""
    head = head.near((-75, -120, -99), (75, 65, 2))
    if not head.white.size:
        return
    sides = mirrored(head.points)
    x, y, z = sides
    rough = waves(head.points, rng, 9, 24)
    petrous = ellipsoid((x, y - 0.65 * (x - 44), z), (44, 25, -38), (26, 9, 10))
    head.paint(inside(petrous + 1.5 * rough, 2), "bone")
    brow = ellipsoid((x, y - 0.008 * x**2, z), (0, -74, -12), (46, 11, 10))
    head.paint(inside(brow), "bone")
    head.paint(0.7 * inside(brow + 2.5, 2), "marrow")
    paint_orbits(head.near((-55, -85, -52), (55, -14, -10)))
    paint_air(head, sides, rough)


def paint_orbits(head: Head) -> None:
    """Fat cone with muscles and optic nerve, globe and lens."""
    sides = mirrored(head.points)
    x, y, z = sides
    orbit = ellipsoid((x + 0.35 * (y + 62), y, z), (33, -48, -31), (19, 32, 18))
    head.paint(inside(orbit + 2), "fat")
    for side in (-7.5, 7.5):
        muscle = tube(sides, [(33 + side, -62, -33, 1.8), (20 + side / 3, -24, -30, 1.8)])
        head.paint(inside(muscle), "muscle")
    head.paint(inside(tube(sides, [(33, -62, -33, 2.0), (16, -20, -28, 2.0)])), "brainstem")
    head.paint(inside(ellipsoid(sides, (33, -68, -33), (12, 12, 12))), "eye")
    head.paint(inside(ellipsoid(sides, (33, -77, -33), (4.5, 2.2, 4.5))), "lens")


def paint_air(head: Head, sides: Points, rough: Array) -> None:
    """Cavities with air, lined with mucosa, and the nasal septum."""
    for centre, semi in (
        ((0, -52, -46), (17, 36, 23)),  # nasal cavity and ethmoid cells
        ((0, -14, -32), (14, 13, 10)),  # sphenoid sinus
        ((32, -56, -68), (17, 17, 17)),  # maxillary sinus
        ((9, -76, -8), (10, 5, 8)),  # frontal sinus
        ((60, 42, -38), (9, 12, 16)),  # mastoid cells
    ):
        cavity = ellipsoid(sides, centre, semi)
        head.paint(inside(cavity - 1.5), "mucosa")
        head.paint(inside(cavity + 0.8 * np.maximum(rough, -0.5), 1.5), "air")
    septum = np.maximum(sides[0] - 1.2, ellipsoid(head.points, (0, -60, -46), (16, 34, 22)))
    head.paint(inside(septum), "mucosa")
