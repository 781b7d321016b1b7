"""Sizes that no head has."""

import pytest

from wmhseg.errors import InputError
from wmhseg.io.volume import Grid
from wmhseg.segmentation.field_of_view import require_field_of_view


def grid(size: tuple[int, int, int], spacing_mm: tuple[float, float, float]) -> Grid:
    return Grid(size, spacing_mm, (0, 0, 0), (1, 0, 0, 0, 1, 0, 0, 0, 1))


@pytest.mark.parametrize(
    ("size", "spacing_mm"),
    [
        ((256, 256, 20), (0.9, 0.9, 6.0)),
        ((256, 256, 10), (0.9, 0.9, 6.0)),
        ((256, 256, 4), (0.9, 0.9, 5.0)),
        ((5, 256, 256), (4.0, 1.0, 1.0)),
        ((50, 50, 20), (1.0, 1.0, 1.0)),
        ((1000, 1000, 1000), (1.0, 1.0, 1.0)),
    ],
)
def test_heads_and_slabs(size: tuple[int, int, int], spacing_mm: tuple[float, float, float]) -> None:
    require_field_of_view("scan", grid(size, spacing_mm))


@pytest.mark.parametrize(
    ("spacing_mm", "said"),
    [
        ((0.9, 0.9, 0.9), r"180x220x20 voxels of 0\.9x0\.9x0\.9 mm, 162 x 198 x 18 mm; correct"),
        ((0.27, 0.2, 6.0), r"48\.6 x 44 x 120 mm;"),
        (
            (6.0, 1.0, 6.0),
            r"1080 x 220 x 120 mm; sizes that are 10 times too large mean another unit",
        ),
        ((9.0, 9.0, 60.0), r"1620 x 1980 x 1200 mm; sizes that are 10 times too large mean"),
        ((0.09, 0.09, 0.6), r"16\.2 x 19\.8 x 12 mm; sizes that are 10 times too small mean"),
        ((9e-4, 9e-4, 6e-3), r"0\.162 x 0\.198 x 0\.12 mm; sizes that are 1000 times too small mean"),
        ((900.0, 900.0, 6000.0), r"1\.98e\+05 x 1\.2e\+05 mm; sizes that are 1000 times too large mean"),
        ((1e30, 1e30, 1e30), r"mm; correct"),
    ],
)
def test_other_sizes(spacing_mm: tuple[float, float, float], said: str) -> None:
    with pytest.raises(InputError, match=rf"^scan: expected a head in 50 to 1000 mm .*{said}") as caught:
        require_field_of_view("scan", grid((180, 220, 20), spacing_mm))
    assert str(caught.value).endswith("correct the voxel size in the header")
