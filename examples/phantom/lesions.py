"""White matter hyperintensities: caps, bands and deep lesions with soft borders."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from phantom.head import Head
from phantom.shapes import Array, box, ellipsoid, inside, total, waves

# Caps at the horns: centre (mm), reach (mm), added thickness (mm).
CAPS = (
    ((22, -37, 4), 10, 7.5),
    ((-21, -37, 5), 10, 6.5),
    ((25, 62, 9), 12, 7.5),
    ((-26, 60, 10), 12, 8.0),
    ((16, 14, 30), 14, 3.8),
    ((-15, 4, 28), 13, 5.0),
)
# Deep lesions: centre (mm), semi-axes (mm). Irregular ones get a rough border below.
DEEP = (
    ((27, -16, 38), (6.5, 9, 5.0)),
    ((-29, 22, 36), (6.0, 8, 5.5)),
    ((-25, -22, 36), (5.0, 6, 4.5)),
    ((30, 36, 34), (5.5, 6, 5.0)),
    ((24, 8, 45), (4.5, 6, 4.5)),
    ((-24, 2, 47), (4.0, 6, 4.5)),
    ((-31, 44, 27), (4.5, 4.5, 4.5)),
    ((32, 8, 30), (3.5, 4, 3.5)),
    ((-30, -6, 33), (3.5, 4, 3.5)),
    ((29, -36, 22), (4.0, 4.5, 4.0)),
    ((-28, -38, 18), (3.5, 4, 4.0)),
    ((22, 30, 47), (3.5, 4, 3.5)),
)
SOFT_MM = 2.5  # width of the border
FAR_MM = 99.0
FLAIR_GAIN = 0.68  # of white matter
T1_LOSS = 0.13


def caps_and_bands(head: Head, rough: Array, rng: np.random.Generator) -> Array:
    """Signed distance (mm) to lesions along the lateral ventricles."""
    band = -0.9 + 0.6 * waves(head.points, rng, 30, 12)
    x, y, z = head.points
    for centre, reach_mm, extra_mm in CAPS:
        gap2 = total((p - c) ** 2 for p, c in zip(head.points, centre, strict=True))
        band += extra_mm * np.exp(-gap2 / (2 * reach_mm**2))
    # The callosum and the medial wall stay clear.
    lateral = inside(11 + 0.35 * np.maximum(y - 30, 0) - np.abs(x), 4) * inside(3 - z, 6)
    nearest = head.ventricle_mm - band * lateral - 0.2 * rough
    return np.where(head.ventricle_mm > 14, FAR_MM, nearest)


def lesion_share(head: Head, rng: np.random.Generator) -> Array:
    """Share of each voxel's tissue that is lesion, 0 to 1, in white matter only."""
    rough = waves(head.points, rng, 9, 24)
    nearest = caps_and_bands(head, rough, rng)
    for centre, semi in DEEP:
        cut = box(head.points, centre, centre, margin_mm=2 * max(semi) + 7)
        x, y, z = (p[cut] for p in head.points)
        lesion = ellipsoid((x, y, z), centre, semi) + 0.25 * min(semi) * rough[cut]
        nearest[cut] = np.minimum(nearest[cut], lesion)
    # Slivers of white matter between gyri take no part.
    bulk = gaussian_filter(np.maximum(head.white, inside(head.ventricle_mm)), 1.5)
    share: Array = inside(nearest, SOFT_MM) * head.white * np.clip(4 * bulk - 2.1, 0, 1)
    return share


def paint_lesions(head: Head, rng: np.random.Generator) -> Array:
    """Brighten FLAIR and dim T1 where the lesions are; returns their share of each voxel."""
    share = np.zeros_like(head.white)
    cut = box(head.points, (-50, -55, -10), (50, 85, 60))
    head = head.near((-50, -55, -10), (50, 85, 60))
    if not head.white.size:
        return share
    share[cut] = lesion_share(head, rng)
    strength = np.clip(1 + 0.15 * waves(head.points, rng, 35, 8), 0.7, 1.3) * share[cut]
    head.image[0] += strength * FLAIR_GAIN
    head.image[1] -= strength * T1_LOSS
    return share
