"""Slices whose headers do not place them, or do not agree."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from dicom_writer import Change, set_tags, write_series
from wmhseg.errors import InputError
from wmhseg.io.dicom_stack import make_slice
from wmhseg.io.volume import Grid, Volume, read_image

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
PIXELS = np.random.default_rng(5).integers(0, 4096, (4, 6, 5)).astype(np.uint16)
VOLUME = Volume(PIXELS, Grid((5, 6, 4), (0.5, 0.75, 3.0), (0.0, 0.0, 0.0), AXIAL))
TEXTS = {
    "ImagePositionPatient": "1\\2\\3.5",
    "ImageOrientationPatient": "1\\0\\0\\0\\1\\0",
    "PixelSpacing": "0.75\\0.5",
    "RescaleSlope": "",
    "RescaleIntercept": "",
}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"PixelSpacing": ""}, r"PixelSpacing \(2 numbers\), found none in IM1"),
        ({"PixelSpacing": "0.75"}, r"PixelSpacing \(2 numbers\), found '0.75' in IM1"),
        ({"PixelSpacing": "0\\0"}, r"a PixelSpacing that is not 0 or less, found '0\\+0' in IM1"),
        ({"PixelSpacing": "0.75\\-0.5"}, r"a PixelSpacing that is not 0 or less, found '0.75\\+-0.5' in IM1"),
        ({"ImagePositionPatient": ""}, r"ImagePositionPatient \(3 numbers\), found none in IM1"),
        ({"ImagePositionPatient": "1\\2"}, r"ImagePositionPatient \(3 numbers\), found '1\\+2' in IM1"),
        ({"ImagePositionPatient": "1\\2\\nan"}, r"ImagePositionPatient \(3 numbers\), found '1.+nan' in IM1"),
        ({"ImagePositionPatient": "1\\2\\3,5"}, r"ImagePositionPatient \(3 numbers\), found '1.+3,5' in IM1"),
        ({"ImageOrientationPatient": ""}, r"ImageOrientationPatient \(6 numbers\), found none in IM1"),
        ({"RescaleSlope": "0"}, r"a RescaleSlope that is not 0 or less, found '0' in IM1"),
        ({"RescaleIntercept": "x"}, r"RescaleIntercept \(1 number\), found 'x' in IM1"),
    ],
)
def test_values_that_cannot_be_are_refused(changed: dict[str, str], message: str) -> None:
    make_slice(Path("FLAIR"), "IM1", (5, 6), TEXTS)
    with pytest.raises(InputError, match=rf"^FLAIR: expected slices with {message}; export the series again"):
        make_slice(Path("FLAIR"), "IM1", (5, 6), TEXTS | changed)


ALL = (0, 1, 2, 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_tags(ALL, PixelSpacing=None), "with PixelSpacing .2 numbers., found none in IM000.dcm"),
        (set_tags((3,), PixelSpacing=None), "with PixelSpacing .2 numbers., found none in IM000.dcm"),
        (
            set_tags(ALL, PixelSpacing=None, ImagerPixelSpacing=[0.75, 0.5]),
            "with PixelSpacing .2 numbers., found none in IM000.dcm",
        ),
        (
            set_tags((0, 1), PixelSpacing=[0.75, 0.51]),
            "slices of one PixelSpacing, found several .IM000.dcm and IM002.dcm differ.; copy one series",
        ),
        (
            set_tags((1,), ImageOrientationPatient=[-1, 0, 0, 0, -1, 0]),
            "parallel slices, found several orientations .IM000.dcm and IM002.dcm differ.; remove the loc",
        ),
        (
            set_tags(ALL, ImageOrientationPatient=[10, 0, 0, 0, 10, 0]),
            "rows and columns at right angles and of length 1 .ImageOrientationPatient., found .10. ",
        ),
        (set_tags(ALL, ImageOrientationPatient=[0] * 6), "rows and columns at right angles and of length 1"),
        (
            set_tags((0, 1, 2), RescaleSlope="0.5", RescaleIntercept="0"),
            "RescaleSlope in all slices or in none, found both .IM000.dcm and IM001.dcm differ.; export",
        ),
        (
            set_tags((0,), Rows=5, PixelData=bytes(50)),
            "slices of one size, found several sizes .IM000.dcm and",
        ),
    ],
)
def test_slices_that_are_not_placed_alike_are_refused(tmp_path: Path, change: Change, message: str) -> None:
    folder = write_series(tmp_path / "s", VOLUME, change)
    with pytest.raises(InputError, match=rf"^{folder}: expected (slices )?{message}"):
        read_image(folder)


def test_each_slice_has_its_own_slope_and_sign(tmp_path: Path) -> None:
    def change(one: Dataset, index: int) -> None:
        # The first slice alone would be whole numbers, which cannot hold the others' values.
        one.RescaleSlope = ["1", "0.00005", "0.37", "-2.5"][index]
        one.RescaleIntercept = ["0", "0", "-7.25", "4"][index]
        if index == 2:
            one.PixelRepresentation = 1
            one.PixelData = (PIXELS[index].astype(np.int16) - 900).tobytes()

    folder = write_series(tmp_path / "s", VOLUME, change)
    slices = sorted(map(pydicom.dcmread, folder.iterdir()), key=lambda one: one.ImagePositionPatient[2])
    expected = [one.pixel_array * float(one.RescaleSlope) + float(one.RescaleIntercept) for one in slices]
    np.testing.assert_array_equal(read_image(folder)[0].array, np.array(expected, np.float32))


def test_positions_count_before_what_else_headers_say_of_distances(tmp_path: Path) -> None:
    change = set_tags(ALL, SpacingBetweenSlices=1, SliceThickness=9, SliceLocation=5)
    assert read_image(write_series(tmp_path / "s", VOLUME, change))[0].grid.spacing_mm == (0.5, 0.75, 3.0)


def test_pixel_sizes_that_differ_by_rounding_are_accepted(tmp_path: Path) -> None:
    change = set_tags((3,), PixelSpacing=[0.75001, 0.5])
    spacing = read_image(write_series(tmp_path / "s", VOLUME, change))[0].grid.spacing_mm
    assert spacing == pytest.approx((0.5, 0.75, 3.0), rel=1e-4)
