"""The picture of a cohort's frequency map on the template."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from wmhseg.imaging.geometry import resample, to_axial_lps
from wmhseg.io.volume import Volume
from wmhseg.report.view import grey_window, slices_with_head

_COLUMNS, _TILES = 6, 24
# From rare to most frequent: shades of red, yellow, white.
_COLOURS = np.array([(90, 0, 20), (200, 20, 10), (255, 140, 0), (255, 230, 80), (255, 255, 240)], float)
_BAR_HEIGHT, _BAR_WIDTH, _FOOT = 14, 360, 64
_INK = (235, 235, 235)


def frequency_picture(share: Volume, anatomy: Volume, scans: int) -> Image.Image:
    """Draw axial slices of a frequency map, bottom to top, with a colour bar below; left is on the right.

    Args:
        share: Share of scans with WMH in each voxel, 0 to 1.
        anatomy: The template's T1, on any grid.
        scans: How many, for the text.
    """
    axial = to_axial_lps(share)[0]
    grey = resample(anatomy, axial.grid).array
    most = float(axial.array.max())
    window = grey_window(grey)
    chosen = slices_with_head(grey, most=_TILES)
    rows = -(-len(chosen) // _COLUMNS)
    height, width = grey.shape[1:]
    picture = Image.new("RGB", (_COLUMNS * width, rows * height + _FOOT))
    draw = ImageDraw.Draw(picture)
    for index, z in enumerate(chosen.tolist()):
        corner = index % _COLUMNS * width, index // _COLUMNS * height
        picture.paste(Image.fromarray(_tile(grey[z], axial.array[z], window, most)), corner)
        z_mm = axial.grid.origin_mm[2] + z * axial.grid.spacing_mm[2]
        draw.text((corner[0] + 4, corner[1] + 4), f"z {z_mm:.0f} mm", fill=_INK)
    _draw_bar(draw, rows * height, most, scans)
    return picture


def colour_of(part: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return the colour (..., 3) of a part of the largest share, 0 to 1."""
    steps = np.linspace(0, 1, len(_COLOURS))
    channels = [np.interp(part, steps, channel) for channel in _COLOURS.T]
    return np.rint(np.stack(channels, axis=-1)).astype(np.uint8)


def _tile(
    grey: NDArray[np.float32], share: NDArray[np.float32], window: tuple[float, float], most: float
) -> NDArray[np.uint8]:
    level = np.clip((grey - window[0]) / max(window[1] - window[0], 1e-30), 0, 1)
    tile = np.repeat((level * 255).astype(np.uint8)[..., np.newaxis], 3, axis=-1)
    shown = share > 0
    tile[shown] = colour_of(share[shown] / max(most, 1e-30))
    return tile


def _draw_bar(draw: ImageDraw.ImageDraw, top: int, most: float, scans: int) -> None:
    left, y = 20, top + 12
    for x in range(_BAR_WIDTH):
        colour = tuple(colour_of(np.array(x / (_BAR_WIDTH - 1))).tolist())
        draw.line((left + x, y, left + x, y + _BAR_HEIGHT), fill=colour)
    for part in (0.0, 0.5, 1.0):
        x = round(left + part * (_BAR_WIDTH - 1))
        draw.line((x, y + _BAR_HEIGHT, x, y + _BAR_HEIGHT + 4), fill=_INK)
        draw.text((x, y + _BAR_HEIGHT + 6), f"{100 * part * most:.1f} %", fill=_INK, anchor="ma")
    text = f"scans with WMH there, of {scans}; MNI152NLin2009aSym, left is on the right"
    draw.text((left + _BAR_WIDTH + 40, y + 2), text, fill=_INK)
