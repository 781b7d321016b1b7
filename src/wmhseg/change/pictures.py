"""The pictures of two times: each halfway slice at both, their difference, lesions by what became of them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.change.compare import Comparison
from wmhseg.change.lesion_change import Kind, LesionChange
from wmhseg.colours import WMH_RGB
from wmhseg.imaging.head import core_mask, head_mask, robust_scale
from wmhseg.report.data_uri import jpeg_uri, png_uri
from wmhseg.report.slices import MOST_SLICES, grey, square_pixels
from wmhseg.report.view import grey_window, slices_with_head

COLOURS: dict[Kind, tuple[int, int, int]] = {
    Kind.NEW: WMH_RGB,
    Kind.GONE: (70, 140, 255),
    Kind.GROWN: (255, 170, 40),
    Kind.SHRUNK: (60, 215, 225),
    Kind.MERGED: (235, 110, 255),
    Kind.SPLIT: (170, 130, 255),
    Kind.UNCHANGED: (110, 215, 110),
}
# A difference of this many robust SDs is drawn in full colour.
_FULL_SD = 3.0
_SKIN_MM = 16.0
_BRIGHTER, _DARKER = np.array([255.0, 90.0, 60.0]), np.array([80.0, 150.0, 255.0])

Array = NDArray[np.float32]


@dataclass(frozen=True)
class ChangeSlice:
    """One slice as data URIs of equal shape.

    Attributes:
        number: Its number in the halfway volume, 1 the lowest.
        flairs: Both times, grey.
        contours: The lesions of both times, coloured by what became of them.
        difference: The second less the first: red brighter, blue darker.
    """

    number: int
    flairs: tuple[str, str]
    contours: tuple[str, str]
    difference: str


def draw_slices(comparison: Comparison) -> tuple[ChangeSlice, ...]:
    """Draw up to 48 slices, lowest first, those with changed lesions among them."""
    halfway = comparison.halfway
    x, y, _ = halfway.grid.spacing_mm
    first, second = halfway.times
    zoom = square_pixels(first.flair.shape[1:], (y, x))
    windows = grey_window(first.flair), grey_window(second.flair)
    difference = _difference(first.flair, second.flair, (y, x))
    kinds = [_kinds(time.labels, comparison.lesions, index) for index, time in enumerate(halfway.times)]
    drawn = []
    for z in shown_slices(comparison):
        flairs = [
            jpeg_uri(grey(time.flair[z], window, zoom))
            for time, window in zip(halfway.times, windows, strict=True)
        ]
        contours = [_contours(one[z], zoom) for one in kinds]
        drawn.append(
            ChangeSlice(
                number=z + 1,
                flairs=(flairs[0], flairs[1]),
                contours=(contours[0], contours[1]),
                difference=jpeg_uri(_coloured(difference[z], zoom)),
            )
        )
    return tuple(drawn)


def shown_slices(comparison: Comparison) -> list[int]:
    """Return the slices that are drawn: some spread over the head, and those of the largest changes."""
    spread = {int(z) for z in slices_with_head(comparison.halfway.times[0].flair, MOST_SLICES)}
    changed = [one.slice for one in comparison.lesions if one.kind is not Kind.UNCHANGED]
    return sorted(spread | set(changed[: MOST_SLICES // 2]))


def _difference(first: Array, second: Array, spacing_yx_mm: tuple[float, float]) -> Array:
    """Return the second less the first (Z, Y, X), each in robust SDs of its deep head, 0 outside heads."""
    heads = [head_mask(image, spacing_yx_mm, "FLAIR") for image in (first, second)]
    deep = core_mask(heads[0] & heads[1], spacing_yx_mm, _SKIN_MM)
    scaled = []
    for image in (first, second):
        centre, sd = robust_scale(image[deep])
        scaled.append((image - centre) / max(float(sd), 1e-30))
    return np.where(heads[0] & heads[1], scaled[1] - scaled[0], 0).astype(np.float32)


def _coloured(difference: Array, zoom: tuple[float, float]) -> NDArray[np.uint8]:
    strength = np.clip(ndimage.zoom(difference, zoom, order=1) / _FULL_SD, -1, 1)[..., np.newaxis]
    return (np.maximum(strength, 0) * _BRIGHTER + np.maximum(-strength, 0) * _DARKER).astype(np.uint8)


def _kinds(labels: NDArray[np.int32], lesions: tuple[LesionChange, ...], time: int) -> NDArray[np.uint8]:
    """Return for each voxel what becomes of its lesion: 0 for none, else a position in `COLOURS` and 1."""
    table = np.zeros(int(labels.max(initial=0)) + 1, np.uint8)
    order = list(COLOURS)
    for lesion in lesions:
        for number in lesion.numbers[time]:
            if number < len(table):
                table[number] = order.index(lesion.kind) + 1
    return table[labels]


def _contours(kinds: NDArray[np.uint8], zoom: tuple[float, float]) -> str:
    # Twice as fine as the image: a line of one pixel would hide a small lesion.
    fine_zoom = 2 * zoom[0], 2 * zoom[1]
    lines: NDArray[np.uint8] | None = None
    for index in range(1, len(COLOURS) + 1):
        fine = ndimage.zoom((kinds == index).astype(np.float32), fine_zoom, order=1) >= 0.5
        lines = np.zeros(fine.shape, np.uint8) if lines is None else lines
        lines[fine & ~ndimage.binary_erosion(fine)] = index
    if lines is None:
        raise ValueError("expected colours, found none")
    return png_uri(lines, [(0, 0, 0, 0), *((*colour, 255) for colour in COLOURS.values())])
