"""The head while it is painted, and the brightness of its tissues on FLAIR and T1."""

from __future__ import annotations

from dataclasses import dataclass

from phantom.shapes import Array, Points, Vector, box

# FLAIR and T1 brightness, white matter = 1; medians measured on clinical scans of several scanners.
TISSUES = {
    "wm": (1.00, 1.00),
    "gm": (1.20, 0.84),
    "csf": (0.13, 0.36),
    "ventricle": (0.10, 0.34),
    "thalamus": (1.06, 0.88),
    "striatum": (1.12, 0.83),
    "pallidum": (0.92, 0.93),
    "brainstem": (1.00, 0.96),
    "cerebellar_gm": (1.12, 0.84),
    "cerebellar_wm": (1.00, 0.97),
    "dura": (0.45, 0.50),
    "bone": (0.10, 0.14),
    "marrow": (0.70, 1.05),
    "fat": (1.95, 2.15),
    "skin": (0.95, 1.05),
    "muscle": (0.72, 0.72),
    "mucosa": (1.40, 0.65),
    "eye": (0.12, 0.30),
    "lens": (0.45, 0.50),
    "air": (0.02, 0.03),
}


@dataclass
class Head:
    """The painted head so far, white matter = 1, and what the lesions need to know."""

    points: Points
    image: Array  # (2, Z, Y, X): FLAIR, T1
    white: Array  # (Z, Y, X) share of cerebral white matter away from the cortex
    ventricle_mm: Array  # (Z, Y, X) distance to the lateral ventricles

    def paint(self, share: Array, tissue: str) -> None:
        """Cover a share of each voxel with a tissue."""
        self.white *= 1 - share
        for channel, value in enumerate(TISSUES[tissue]):
            self.image[channel] += share * (value - self.image[channel])

    def near(self, low: Vector, high: Vector) -> Head:
        """The box between two corners (mm), as a view: painting it paints this head. It may be empty."""
        cut = box(self.points, low, high)
        x, y, z = (p[cut] for p in self.points)
        return Head((x, y, z), self.image[(slice(None), *cut)], self.white[cut], self.ventricle_mm[cut])
