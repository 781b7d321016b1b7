"""From the mask to numbers and a picture."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from wmhseg.lesions import label_lesions, lesion_volumes_mm3

CONTOUR_RGB = (255, 60, 40)


@dataclass(frozen=True)
class Summary:
    """What the mask amounts to.

    Attributes:
        volume_ml: Total WMH volume.
        lesion_count: Number of lesions (26-connected components).
        lesion_volumes_ml: Volume of each, largest first.
    """

    volume_ml: float
    lesion_count: int
    lesion_volumes_ml: list[float]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)


def summarise(mask: NDArray[np.uint8], voxel_volume_mm3: float) -> Summary:
    """Measure a mask (Z, Y, X)."""
    labels, count = label_lesions(mask)
    volumes = np.sort(lesion_volumes_mm3(labels, count, voxel_volume_mm3))[::-1] / 1000.0
    return Summary(
        volume_ml=round(float(np.count_nonzero(mask)) * voxel_volume_mm3 / 1000.0, 6),
        lesion_count=count,
        lesion_volumes_ml=[round(float(volume), 6) for volume in volumes],
    )


def draw_overlay(
    flair: NDArray[np.float32], mask: NDArray[np.uint8], spacing_yx_mm: tuple[float, float], columns: int = 6
) -> Image.Image:
    """Draw axial slices of the FLAIR with the contours of the mask, bottom to top.

    Args:
        flair: FLAIR (Z, Y, X), axial, rows from anterior to posterior.
        mask: WMH mask on the same grid.
        spacing_yx_mm: Pixel size; pictures come out with square pixels of about 1 mm.
        columns: Pictures per row.

    Returns:
        A mosaic of up to 24 slices spread over those that show head, or over all when none does.
    """
    low, high = np.percentile(flair, (1, 99.7))
    shown = np.flatnonzero((flair > low + 0.15 * (high - low)).mean(axis=(1, 2)) > 0.05)
    shown = shown if shown.size else np.arange(len(flair))
    chosen = shown[np.unique(np.linspace(0, len(shown) - 1, min(24, len(shown))).astype(int))]
    tiles = [_tile(flair[z], mask[z] > 0, (float(low), float(high)), spacing_yx_mm) for z in chosen]
    height, width = tiles[0].shape[:2]
    rows = -(-len(tiles) // columns)
    mosaic = np.zeros((rows * height, columns * width, 3), np.uint8)
    for index, tile in enumerate(tiles):
        y, x = index // columns * height, index % columns * width
        mosaic[y : y + height, x : x + width] = tile
    return Image.fromarray(mosaic)


def _tile(
    image: NDArray[np.float32],
    mask: NDArray[np.bool_],
    window: tuple[float, float],
    spacing_yx_mm: tuple[float, float],
) -> NDArray[np.uint8]:
    """Draw one slice, enlarged or reduced to 1 mm pixels; the contour lies on the mask's edge."""
    span = max(window[1] - window[0], 1e-30)
    grey = np.clip((image - window[0]) / span, 0, 1)
    grey = ndimage.zoom(grey, spacing_yx_mm, order=1)
    inside = ndimage.zoom(mask.astype(np.float32), spacing_yx_mm, order=1) >= 0.5
    picture = np.repeat((grey * 255).astype(np.uint8)[..., np.newaxis], 3, axis=-1)
    picture[inside & ~ndimage.binary_erosion(inside)] = CONTOUR_RGB
    return picture
