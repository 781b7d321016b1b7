"""The mosaic, from masks drawn by hand."""

from typing import Any

import numpy as np
import pytest

from wmhseg.colours import WMH_RGB
from wmhseg.report.overlay import draw_overlay


def contour(picture: Any) -> list[list[int]]:
    return np.argwhere(np.all(np.asarray(picture) == WMH_RGB, axis=-1)).tolist()


@pytest.fixture
def block() -> np.ndarray:
    """Three slices of 40 x 30: a bright block that fills most of each, noise so that it has contrast."""
    image = np.random.default_rng(0).normal(10, 1, (3, 40, 30)).astype(np.float32)
    image[:, 5:35, 5:25] += 100
    return image


def test_picture_in_numbers(block: np.ndarray) -> None:
    mask = np.zeros(block.shape, np.uint8)
    mask[1, 10:14, 12:16] = 1
    picture = draw_overlay(block, mask, (1.0, 1.0), columns=2)
    assert picture.mode == "RGB"
    assert picture.size == (2 * 30, 2 * 40)  # three pictures in two rows of two
    # The second picture lies right of the first: columns 30 on. A 4 x 4 square's edge has 12 pixels.
    square = [[y, x] for y in range(10, 14) for x in range(42, 46) if y in (10, 13) or x in (42, 45)]
    assert contour(picture) == sorted(square)
    pixels = np.asarray(picture)
    assert not pixels[40:, 30:].any()  # the fourth place stays empty
    assert pixels[20, 15, 0] > 200
    assert pixels[2, 2, 0] < 60
    assert (pixels[:40, :30, 0] == pixels[:40, :30, 2]).all()  # grey where there is no mask


def test_contour_is_drawn_for_a_mask_on_the_images_edge(block: np.ndarray) -> None:
    mask = np.zeros(block.shape, np.uint8)
    mask[0, 0:3, 0:3] = 1
    assert contour(draw_overlay(block, mask, (1.0, 1.0))) == [
        [y, x] for y in range(3) for x in range(3) if (y, x) != (1, 1)
    ]


def test_pixels_come_out_square(block: np.ndarray) -> None:
    mask = np.zeros(block.shape, np.uint8)
    mask[0, 20:24, 10:14] = 1
    picture = draw_overlay(block, mask, (0.5, 2.0), columns=3)
    assert picture.size == (3 * 60, 20)
    rows, columns = np.array(contour(picture)).T
    # 20..23 x 0.5 mm and 10..13 x 2 mm.
    assert rows.min() == pytest.approx(10, abs=1)
    assert rows.max() == pytest.approx(11, abs=1)
    assert columns.min() == pytest.approx(20, abs=1.5)
    assert columns.max() == pytest.approx(27, abs=1.5)


def test_at_most_24_slices_bottom_first(block: np.ndarray) -> None:
    many = np.concatenate([block] * 20)
    mask = np.zeros(many.shape, np.uint8)
    mask[0, 10, 10], mask[59, 20, 20] = 1, 1
    picture = draw_overlay(many, mask, (1.0, 1.0))
    assert picture.size == (6 * 30, 4 * 40)
    assert contour(picture) == [[10, 10], [3 * 40 + 20, 5 * 30 + 20]]


def test_slices_without_head_are_left_out(block: np.ndarray) -> None:
    image = np.full((9, 40, 30), 10, np.float32)
    image[3:6] = block
    assert draw_overlay(image, np.zeros(image.shape, np.uint8), (1.0, 1.0)).size == (6 * 30, 40)


def test_slices_with_lesions_are_preferred_to_none(block: np.ndarray) -> None:
    # A tiny bright spot in a huge dark image: no slice is "head", and still there is a picture.
    image = np.zeros((4, 60, 60), np.float32)
    image[2, 30, 30] = 1
    picture = draw_overlay(image, (image > 0).astype(np.uint8), (1.0, 1.0))
    assert picture.size[1] >= 60
