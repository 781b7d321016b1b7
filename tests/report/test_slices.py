"""The page's pictures, decoded again."""

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from wmhseg.colours import WMH_RGB
from wmhseg.report.slices import MOST_PIXELS, draw_checkerboards, draw_layers, heat_colour
from wmhseg.report.view import View


def decode(uri: str, kind: str) -> np.ndarray:
    start = f"data:image/{kind};base64,"
    assert uri.startswith(start)
    picture = Image.open(io.BytesIO(base64.b64decode(uri.removeprefix(start))))
    return np.asarray(picture.convert("RGBA") if kind == "png" else picture)


def test_layers_fit_each_other(view: View) -> None:
    layers = draw_layers(view)
    assert [layer.number for layer in layers] == list(range(1, 25))
    size = (round(144 * 1.15), round(128 * 1.15))
    for layer in layers[::6]:
        assert layer.t1 is not None
        assert decode(layer.flair, "jpeg").shape == decode(layer.t1, "jpeg").shape == size
        assert decode(layer.heat, "png").shape[:2] == size
        assert decode(layer.contour, "png").shape[:2] == (2 * 144 * 1.15 // 1, 2 * 128 * 1.15 // 1)


def test_contour_and_heat_lie_on_the_lesion(view: View) -> None:
    labels = np.zeros_like(view.labels)
    labels[12, 40:60, 70:90] = 1
    probability = (labels * 1.0).astype(np.float32)
    layer = draw_layers(replace(view, labels=labels, probability=probability))[12]
    for picture, scale in ((decode(layer.contour, "png"), 2 * 1.15), (decode(layer.heat, "png"), 1.15)):
        rows, columns = np.nonzero(picture[..., 3] > 100)
        assert [rows.min(), rows.max()] == pytest.approx([40 * scale, 60 * scale], abs=2)
        assert [columns.min(), columns.max()] == pytest.approx([70 * scale, 90 * scale], abs=2)
    contour = decode(layer.contour, "png")
    assert tuple(contour[contour[..., 3] > 0][0]) == (*WMH_RGB, 255)
    assert contour[int(50 * 2.3), int(80 * 2.3), 3] == 0  # nothing in the middle
    assert tuple(decode(layer.heat, "png")[int(50 * 1.15), int(80 * 1.15)]) == heat_colour(1.0)


def test_heat_colours() -> None:
    assert heat_colour(0.0)[3] == 0
    assert heat_colour(1.0) == (255, 0, 0, 210)
    assert heat_colour(0.5) == (255, 115, 0, 140)


def test_a_fine_scan_is_reduced_and_thinned(view: View) -> None:
    fine = View(
        flair=np.repeat(np.repeat(view.flair, 8, axis=0), 4, axis=1),
        t1=None,
        labels=np.repeat(np.repeat(view.labels, 8, axis=0), 4, axis=1),
        probability=np.repeat(np.repeat(view.probability, 8, axis=0), 4, axis=1),
        spacing_zyx_mm=(0.75, 0.6, 2.0),  # 576 x 0.6 = 346 mm
    )
    layers = draw_layers(fine)
    assert len(layers) == 48
    assert max(decode(layers[0].flair, "jpeg").shape) == MOST_PIXELS
    assert layers[0].t1 is None
    assert draw_checkerboards(fine) == ()


def test_checkerboard_has_both(view: View) -> None:
    boards = draw_checkerboards(replace(view, t1=np.full_like(view.flair, view.flair.min())))
    assert len(boards) == 3
    board = decode(boards[1], "jpeg")
    # Squares of 24 mm, FLAIR first: rows and columns 72-95 are the 4th of each, so FLAIR; the next is T1.
    assert board[76:92, 76:92].mean() > 60
    assert board[76:92, 100:116].mean() < 10
