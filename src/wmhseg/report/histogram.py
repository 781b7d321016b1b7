"""FLAIR intensities inside and outside lesions, drawn as SVG."""

import numpy as np
from numpy.typing import NDArray

LOW, HIGH, BINS = -4.0, 6.0, 50
WIDTH, HEIGHT, MARGIN = 420, 180, 30


def draw_histogram(outside: NDArray[np.float32], inside: NDArray[np.float32]) -> str:
    """Draw both distributions as an SVG element.

    Args:
        outside: Normalised intensities (N,) of the deep head.
        inside: The same of voxels in lesions; may be empty.
    """
    curves = [("outside", shares(outside)), ("inside", shares(inside))]
    top = max(float(curve.max()) for _, curve in curves) or 1.0
    paths = "".join(f'<path class="{name}" d="{_steps(curve / top)}"/>' for name, curve in curves)
    ticks = "".join(
        f'<text x="{_x(value):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{value:g}</text>'
        f'<line x1="{_x(value):.1f}" x2="{_x(value):.1f}" y1="{HEIGHT - MARGIN}" y2="{HEIGHT - MARGIN + 4}"/>'
        for value in range(int(LOW), int(HIGH) + 1, 2)
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Histogram of FLAIR intensities">'
        f'<line x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{HEIGHT - MARGIN}" y2="{HEIGHT - MARGIN}"/>'
        f"{ticks}{paths}</svg>"
    )


def shares(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the share of the values in each of 50 bins from -4 to 6; what lies beyond is in the last."""
    counts, _ = np.histogram(np.clip(values, LOW, HIGH), BINS, (LOW, HIGH))
    return counts / max(len(values), 1)


def _x(value: float) -> float:
    return MARGIN + (value - LOW) / (HIGH - LOW) * (WIDTH - 2 * MARGIN)


def _steps(heights: NDArray[np.float64]) -> str:
    """Return an SVG path of bars without gaps; heights are 0 to 1."""
    base = HEIGHT - MARGIN
    edges = np.linspace(LOW, HIGH, BINS + 1)
    points = [f"M{_x(LOW):.1f} {base}"]
    for left, right, height in zip(edges[:-1], edges[1:], heights, strict=True):
        y = base - height * (base - 10)
        points.append(f"L{_x(left):.1f} {y:.1f}L{_x(right):.1f} {y:.1f}")
    return "".join(points) + f"L{_x(HIGH):.1f} {base}Z"
