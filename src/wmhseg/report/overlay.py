"""The mosaic of slices with the contours of the mask."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from wmhseg.colours import WMH_RGB
from wmhseg.report.view import View, grey_window, slices_with_head


def mosaic(view: View) -> Image.Image:
    """Draw a result's mosaic, regions in their colours where they are told apart."""
    spacing = view.spacing_zyx_mm
    return draw_overlay(view.flair, view.contoured, (spacing[1], spacing[2]), colours=view.colours)


def draw_overlay(
    flair: NDArray[np.float32],
    mask: NDArray[np.uint8],
    spacing_yx_mm: tuple[float, float],
    columns: int = 6,
    colours: Sequence[tuple[int, int, int]] = (WMH_RGB,),
) -> Image.Image:
    """Draw axial slices of the FLAIR with the contours of the mask, bottom to top.

    Args:
        flair: FLAIR (Z, Y, X), axial, rows from anterior to posterior.
        mask: WMH mask on the same grid, or labels from 1 on.
        spacing_yx_mm: Pixel size; pictures come out with square pixels of about 1 mm.
        columns: Pictures per row.
        colours: One for each label, that of 1 first.

    Returns:
        A mosaic of up to 24 slices spread over those that show head, or over all when none does.
    """
    window = grey_window(flair)
    tiles = [
        _tile(flair[z], mask[z], window, spacing_yx_mm, colours) for z in slices_with_head(flair, most=24)
    ]
    height, width = tiles[0].shape[:2]
    rows = -(-len(tiles) // columns)
    mosaic = np.zeros((rows * height, columns * width, 3), np.uint8)
    for index, tile in enumerate(tiles):
        y, x = index // columns * height, index % columns * width
        mosaic[y : y + height, x : x + width] = tile
    return Image.fromarray(mosaic)


def _tile(
    image: NDArray[np.float32],
    mask: NDArray[np.uint8],
    window: tuple[float, float],
    spacing_yx_mm: tuple[float, float],
    colours: Sequence[tuple[int, int, int]],
) -> NDArray[np.uint8]:
    """Draw one slice, enlarged or reduced to 1 mm pixels; the contour lies on the mask's edge."""
    span = max(window[1] - window[0], 1e-30)
    grey = np.clip((image - window[0]) / span, 0, 1)
    grey = ndimage.zoom(grey, spacing_yx_mm, order=1)
    picture = np.repeat((grey * 255).astype(np.uint8)[..., np.newaxis], 3, axis=-1)
    for value, colour in enumerate(colours, start=1):
        inside = ndimage.zoom((mask == value).astype(np.float32), spacing_yx_mm, order=1) >= 0.5
        picture[inside & ~ndimage.binary_erosion(inside)] = colour
    return picture
