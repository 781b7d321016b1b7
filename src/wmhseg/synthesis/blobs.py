"""Punctate and confluent lesions away from the ventricles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.synthesis.fields import smooth_field

# Hills on the edge: a share of the largest radius, in mm within these bounds.
_EDGE_SHARE, _EDGE_MM = 0.6, (2.5, 9.0)


@dataclass(frozen=True)
class Blobs:
    """One draw.

    Attributes:
        count: Number of blobs.
        radius_mm: Smallest and largest radius; log-uniform between.
        elongation: Largest ratio of a blob's axes.
        waver: How much the edge wavers, as a fraction of the radius.
        seed: Of places and shapes.
    """

    count: int
    radius_mm: tuple[float, float]
    elongation: float
    waver: float
    seed: int


def sample_punctate(rng: np.random.Generator) -> Blobs:
    """Draw many small blobs, from about 3 voxels up."""
    count = int(rng.integers(0, 45) * rng.choice([0.2, 1.0]))
    return Blobs(count, (0.9, 3.5), 2.5, float(rng.uniform(0.1, 0.4)), int(rng.integers(2**31)))


def sample_confluent(rng: np.random.Generator) -> Blobs:
    """Draw a few large blobs."""
    count = int(rng.integers(0, 8)) * int(rng.random() < 0.5)
    return Blobs(count, (4.0, 13.0), 2.2, float(rng.uniform(0.2, 0.5)), int(rng.integers(2**31)))


def draw_blobs(allowed: NDArray[np.bool_], parameters: Blobs) -> NDArray[np.bool_]:
    """Return blobs (z, y, x) centred on allowed voxels, not yet cut to them."""
    drawn = np.zeros(allowed.shape, bool)
    candidates = np.flatnonzero(allowed)
    if not parameters.count or not candidates.size:
        return drawn
    rng = np.random.default_rng(parameters.seed)
    hills = float(np.clip(_EDGE_SHARE * parameters.radius_mm[1], *_EDGE_MM))
    waver = smooth_field(allowed.shape, hills, parameters.seed)
    low, high = np.log(parameters.radius_mm)
    for _ in range(parameters.count):
        centre = np.array(np.unravel_index(rng.choice(candidates), allowed.shape))
        radius = float(np.exp(rng.uniform(low, high)))
        axes = radius * parameters.elongation ** rng.uniform(-0.5, 0.5, 3)
        turn = np.linalg.qr(rng.standard_normal((3, 3)))[0]
        reach = int(axes.max() * 1.5) + 2
        box = tuple(
            slice(max(0, c - reach), min(n, c + reach + 1))
            for c, n in zip(centre, allowed.shape, strict=True)
        )
        grid = np.stack(np.meshgrid(*[np.arange(s.start, s.stop) for s in box], indexing="ij"), axis=-1)
        # Blob centres lie between voxels too, else every punctate lesion has the same few shapes.
        away = (grid - centre - rng.uniform(-0.5, 0.5, 3)) @ turn / axes
        drawn[box] |= np.sqrt((away**2).sum(axis=-1)) < 1 + parameters.waver * waver[box]
    return drawn
