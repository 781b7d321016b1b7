"""The report page's pictures: layers of each slice that the browser puts on top of each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.report.data_uri import jpeg_uri, png_uri
from wmhseg.report.view import View, grey_window, slices_with_head

MOST_SLICES = 48
MOST_PIXELS = 256  # on a side, at about 1 mm: what keeps the page below 3 MB
CHECK_MM = 24.0  # side of the checkerboard's squares
HEAT_LEVELS = 16


@dataclass(frozen=True)
class Layers:
    """One slice as data URIs of equal shape.

    Attributes:
        number: Its number in the axial volume, 1 the lowest.
        flair: Grey JPEG.
        contour: Transparent PNG with the lesions' contours.
        heat: Transparent PNG with the probability from yellow (low) to red (high).
        t1: Grey JPEG, or None.
    """

    number: int
    flair: str
    contour: str
    heat: str
    t1: str | None


def draw_layers(view: View) -> tuple[Layers, ...]:
    """Draw up to 48 slices, lowest first."""
    window = grey_window(view.flair)
    t1_window = None if view.t1 is None else grey_window(view.t1)
    zoom = square_pixels(view.flair.shape[1:], view.spacing_zyx_mm[1:])
    contoured = view.contoured
    layers = []
    for z in slices_with_head(view.flair, MOST_SLICES):
        t1 = None
        if view.t1 is not None and t1_window is not None:
            t1 = jpeg_uri(grey(view.t1[z], t1_window, zoom))
        layers.append(
            Layers(
                number=int(z) + 1,
                flair=jpeg_uri(grey(view.flair[z], window, zoom)),
                contour=_contour(contoured[z], zoom, view.colours),
                heat=_heat(view.probability[z], zoom),
                t1=t1,
            )
        )
    return tuple(layers)


def draw_checkerboards(view: View, count: int = 3) -> tuple[str, ...]:
    """Draw FLAIR and T1 in alternating squares, in slices spread over the head: edges must go on.

    Returns:
        Data URIs; none without a T1.
    """
    if view.t1 is None:
        return ()
    zoom = square_pixels(view.flair.shape[1:], view.spacing_zyx_mm[1:])
    shown = slices_with_head(view.flair, MOST_SLICES)
    windows = grey_window(view.flair), grey_window(view.t1)
    pictures = []
    for part in np.linspace(0.35, 0.75, count):
        z = shown[int(part * (len(shown) - 1))]
        flair, t1 = (
            grey(image[z], window, zoom) for image, window in zip((view.flair, view.t1), windows, strict=True)
        )
        rows, columns = np.indices(flair.shape)
        square = max(2.0, CHECK_MM / (view.spacing_zyx_mm[1] / zoom[0]))
        odd = (rows // square + columns // square) % 2 == 1
        pictures.append(jpeg_uri(np.where(odd, t1, flair)))
    return tuple(pictures)


def grey(
    image: NDArray[np.float32], window: tuple[float, float], zoom: tuple[float, float]
) -> NDArray[np.uint8]:
    """Return a slice (Y, X) in 0..255, enlarged or reduced."""
    scaled = np.clip((image - window[0]) / max(window[1] - window[0], 1e-30), 0, 1)
    return (ndimage.zoom(scaled, zoom, order=1) * 255).astype(np.uint8)


def square_pixels(shape_yx: tuple[int, ...], spacing_yx_mm: tuple[float, ...]) -> tuple[float, float]:
    """Return the zoom that makes pixels square, of about 1 mm, and at most 256 on a side."""
    extent = [length * size for length, size in zip(shape_yx, spacing_yx_mm, strict=True)]
    pixel_mm = max(1.0, max(extent) / MOST_PIXELS)
    return spacing_yx_mm[0] / pixel_mm, spacing_yx_mm[1] / pixel_mm


def _contour(
    labels: NDArray[np.uint8], zoom: tuple[float, float], colours: Sequence[tuple[int, int, int]]
) -> str:
    # Twice as fine as the image: a line of one pixel would hide a small lesion.
    double = 2 * zoom[0], 2 * zoom[1]
    edges = [_edge((labels == value).astype(np.float32), double) for value in range(1, len(colours) + 1)]
    drawn = np.zeros(edges[0].shape, np.uint8)
    for value, edge in enumerate(edges, start=1):
        drawn[edge] = value
    return png_uri(drawn, [(0, 0, 0, 0), *((*colour, 255) for colour in colours)])


def _edge(mask: NDArray[np.float32], zoom: tuple[float, float]) -> NDArray[np.bool_]:
    fine = ndimage.zoom(mask, zoom, order=1) >= 0.5
    return np.asarray(fine & ~ndimage.binary_erosion(fine))


def _heat(probability: NDArray[np.float32], zoom: tuple[float, float]) -> str:
    fine = np.clip(ndimage.zoom(probability, zoom, order=1), 0, 1)
    levels = np.round(fine * (HEAT_LEVELS - 1)).astype(np.uint8)
    return png_uri(levels, [heat_colour(level / (HEAT_LEVELS - 1)) for level in range(HEAT_LEVELS)])


def heat_colour(probability: float) -> tuple[int, int, int, int]:
    """Return red, green, blue and opacity: nothing at 0, through yellow and orange to red at 1."""
    return 255, round(230 * (1 - probability)), 0, 0 if probability == 0 else round(70 + 140 * probability)
