"""What is no DICOM image, and pixels that are not what the header says."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from dicom_writer import Change, write_series
from wmhseg.errors import InputError
from wmhseg.io.dicom_header import is_dicom, sop_class
from wmhseg.io.volume import Grid, Volume, read_image

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
PIXELS = np.random.default_rng(5).integers(0, 4096, (4, 16, 15)).astype(np.uint16)
VOLUME = Volume(PIXELS, Grid((15, 16, 4), (0.5, 0.75, 3.0), (0.0, 0.0, 0.0), AXIAL))
MR = "1.2.840.10008.5.1.4.1.1.4"


def resave(folder: Path, syntax: UID, change: Change = lambda one, index: None) -> Path:
    for index, path in enumerate(sorted(folder.iterdir())):
        one = pydicom.dcmread(path)
        change(one, index)
        one.file_meta.TransferSyntaxUID = syntax
        pydicom.dcmwrite(
            path,
            one,
            implicit_vr=syntax.is_implicit_VR,
            little_endian=syntax.is_little_endian,
            force_encoding=True,
        )
    return folder


def shorten(one: Dataset, index: int) -> None:
    if index == 1:
        one.PixelData = one.PixelData[:100]


@pytest.mark.parametrize(
    "syntax",
    [
        pytest.param(ImplicitVRLittleEndian, id="implicit"),
        pytest.param(DeflatedExplicitVRLittleEndian, id="deflated"),
        pytest.param(ExplicitVRBigEndian, id="big"),
    ],
)
def test_pixels_shorter_than_their_header_says_are_refused(tmp_path: Path, syntax: UID) -> None:
    def swap(one: Dataset, index: int) -> None:
        if not syntax.is_little_endian:
            one.PixelData = np.frombuffer(one.PixelData, "<u2").astype(">u2").tobytes()

    folder = resave(write_series(tmp_path / "s", VOLUME), syntax, swap)
    np.testing.assert_array_equal(read_image(folder)[0].array, PIXELS)
    resave(folder, syntax, shorten)
    # 15 x 16 pixels of 2 bytes.
    with pytest.raises(InputError, match=r"IM001.dcm: expected 480 bytes of pixels, found fewer; copy"):
        read_image(folder)


def test_short_explicit_pixels_are_refused_whatever_else_is_in_the_file(tmp_path: Path) -> None:
    def icon(one: Dataset, index: int) -> None:
        # A small picture of the slice has pixel data of its own, and private data may be long.
        small = Dataset()
        small.Rows = small.Columns = 4
        small.BitsAllocated, small.PixelRepresentation = 16, 0
        small.PixelData = bytes(32)
        one.IconImageSequence = [small]
        one.add_new((0x0029, 0x0010), "LO", "SIEMENS CSA HEADER")
        one.add_new((0x0029, 0x1010), "OB", bytes(4000))

    folder = write_series(tmp_path / "s", VOLUME, icon)
    np.testing.assert_array_equal(read_image(folder)[0].array, PIXELS)
    with pytest.raises(InputError, match=r"IM001.dcm: expected 480 bytes of pixels, found fewer; copy"):
        read_image(resave(folder, pydicom.uid.ExplicitVRLittleEndian, shorten))


def test_compressed_pixels_that_are_cut_are_refused(tmp_path: Path) -> None:
    folder = write_series(tmp_path / "s", VOLUME)
    for path in folder.iterdir():
        one = pydicom.dcmread(path)
        one.compress(RLELossless)
        one.save_as(path)
    np.testing.assert_array_equal(read_image(folder)[0].array, PIXELS)
    (frame,) = generate_frames(one.PixelData, number_of_frames=1)
    one.PixelData = encapsulate([frame[: len(frame) // 2]])
    one.save_as(path)
    with pytest.raises(InputError, match=r"s: not a readable image \("):
        read_image(folder)


def test_values_of_more_bits_than_the_header_says_are_refused(tmp_path: Path) -> None:
    def twelve(one: Dataset, index: int) -> None:
        one.BitsStored, one.HighBit = 12, 11

    np.testing.assert_array_equal(read_image(write_series(tmp_path / "12", VOLUME, twelve))[0].array, PIXELS)
    high = Volume(PIXELS + np.uint16(4096), VOLUME.grid)
    folder = write_series(tmp_path / "13", high, twelve)
    largest = high.array[-1].max()
    with pytest.raises(InputError, match=rf"expected values of 12 bits \(BitsStored\), found {largest}; exp"):
        read_image(folder)

    def overlaid(one: Dataset, index: int) -> None:
        twelve(one, index)
        one.add_new((0x6000, 0x0102), "US", 12)  # an overlay lies in the thirteenth bit

    found = read_image(write_series(tmp_path / "overlay", high, overlaid))[0]
    np.testing.assert_array_equal(found.array, PIXELS)

    def signed(one: Dataset, index: int) -> None:
        twelve(one, index)
        one.PixelRepresentation = 1
        one.PixelData = (PIXELS[index].astype(np.int16) - 2048).tobytes()

    found = read_image(write_series(tmp_path / "signed", VOLUME, signed))[0]
    np.testing.assert_array_equal(found.array, PIXELS.astype(float) - 2048)


def test_colours_inverted_greys_and_mosaics_are_refused(tmp_path: Path) -> None:
    def colour(one: Dataset, index: int) -> None:
        one.SamplesPerPixel, one.PhotometricInterpretation, one.PlanarConfiguration = 3, "RGB", 0
        one.BitsAllocated = one.BitsStored = 8
        one.HighBit = 7
        one.PixelData = np.repeat((PIXELS[index] // 16).astype(np.uint8), 3).tobytes()

    def inverted(one: Dataset, index: int) -> None:
        one.PhotometricInterpretation = "MONOCHROME1"

    for change, found in ((colour, "RGB"), (inverted, "MONOCHROME1")):
        message = rf"IM000.dcm: expected grey values, bright ones high \(MONOCHROME2\), found '{found}'; give"
        with pytest.raises(InputError, match=message):
            read_image(write_series(tmp_path / found, VOLUME, change))

    def mosaic(one: Dataset, index: int) -> None:
        one.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"]

    with pytest.raises(InputError, match=r"IM000.dcm: expected one slice, found a mosaic of slices; convert"):
        read_image(write_series(tmp_path / "mosaic", VOLUME, mosaic))


def test_dicom_is_known_by_its_content(tmp_path: Path) -> None:
    whole = (write_series(tmp_path / "s", VOLUME) / "IM000.dcm").read_bytes()
    resave(tmp_path / "s", ImplicitVRLittleEndian)
    implicit = (tmp_path / "s" / "IM000.dcm").read_bytes()
    bare = implicit[144 + int.from_bytes(implicit[140:144], "little") :]
    contents = {
        "whole": (whole, MR),
        "cut": (whole[:600], MR),
        "without preamble": (bare, MR),
        "cut within its first words": (whole[:140], ""),
        "text": (b"slices of 15 x 16 pixels", None),
        "empty": (b"", None),
        "nifti": (bytes.fromhex("5c010000") + bytes(344), None),
    }
    for name, (content, kind) in contents.items():
        (tmp_path / name).write_bytes(content)
        assert sop_class(tmp_path / name) == kind, name
        assert is_dicom(tmp_path / name) == (kind is not None)
