"""Multi-frame files against the same slices as a classic series, and against pydicom's reading."""

import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless

from dicom_writer import item, scaled, write_multiframe, write_series
from wmhseg.errors import InputError
from wmhseg.io.volume import Grid, Volume, read_image

# Rows 20 degrees off x in the axial plane, columns 30 degrees off that plane.
ROWS, COLUMNS = (0.9396926208, 0.3420201433, 0), (-0.2961981327, 0.8137976814, 0.5)
OBLIQUE = tuple(np.column_stack([ROWS, COLUMNS, np.cross(ROWS, COLUMNS)]).ravel().tolist())
PIXELS = np.random.default_rng(5).integers(0, 60000, (6, 5, 4)).astype(np.uint16)
VOLUME = Volume(PIXELS, Grid((4, 5, 6), (0.5, 0.75, 3.0), (-10.25, 20.5, 5.0), OBLIQUE))
ORDERS = {
    "upwards": [0, 1, 2, 3, 4, 5],
    "downwards": [5, 4, 3, 2, 1, 0],
    "interleaved": [0, 2, 4, 1, 3, 5],
    "random": [3, 0, 5, 1, 4, 2],
}


def shared(path: Path, **sequences: object) -> Path:
    """Set or (None) take away sequences of the shared functional groups."""
    data = pydicom.dcmread(path)
    for keyword, value in sequences.items():
        if value is None:
            delattr(data.SharedFunctionalGroupsSequence[0], keyword)
        else:
            setattr(data.SharedFunctionalGroupsSequence[0], keyword, value)
    data.save_as(path)
    return path


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
@pytest.mark.parametrize("compressed", [False, True])
def test_frames_are_read_as_the_slices_of_a_series(
    tmp_path: Path, order: list[int], compressed: bool
) -> None:
    path = write_multiframe(tmp_path / "enhanced" / "IM1", VOLUME, order)
    if compressed:
        data = pydicom.dcmread(path)
        data.compress(RLELossless)
        data.save_as(path)
    classic, _ = read_image(write_series(tmp_path / "classic", VOLUME))
    for found, warnings in (read_image(path), read_image(path.parent)):
        assert warnings == ()
        assert found.array.dtype == np.float32
        np.testing.assert_array_equal(found.array, PIXELS)
        np.testing.assert_array_equal(found.array, classic.array)
        assert found.grid == classic.grid
        assert found.grid.size_xyz == (4, 5, 6)
        np.testing.assert_allclose(found.grid.spacing_mm, (0.5, 0.75, 3.0), atol=1e-6)
        np.testing.assert_allclose(found.grid.origin_mm, (-10.25, 20.5, 5.0), atol=1e-6)
        np.testing.assert_allclose(found.grid.direction, OBLIQUE, atol=1e-6)


def test_values_of_single_frames_count_before_those_of_the_file(tmp_path: Path) -> None:
    def place(group: Dataset, index: int) -> None:
        group.PlaneOrientationSequence = [item(ImageOrientationPatient=[*ROWS, *COLUMNS])]
        group.PixelMeasuresSequence = [item(PixelSpacing=[0.75, 0.5])]

    path = write_multiframe(tmp_path / "IM1", VOLUME, ORDERS["random"], frame=place)
    shared(path, PlaneOrientationSequence=None, PixelMeasuresSequence=None)
    data = pydicom.dcmread(path)
    data.PixelSpacing = [9, 9]
    data.save_as(path)
    assert read_image(path)[0].grid.same_as(read_image(write_series(tmp_path / "classic", VOLUME))[0].grid)


def test_slopes(tmp_path: Path) -> None:
    path = shared(
        write_multiframe(tmp_path / "shared", VOLUME, ORDERS["random"]),
        PixelValueTransformationSequence=[scaled(0.37, -11.5)],
    )
    expected = (PIXELS * 0.37 - 11.5).astype(np.float32)
    np.testing.assert_array_equal(read_image(path)[0].array, expected)

    def other(group: Dataset, index: int) -> None:
        group.PixelValueTransformationSequence = [scaled(round(0.1 + 0.037 * index, 4), index - 2.5)]

    path = write_multiframe(tmp_path / "other", VOLUME, ORDERS["random"], frame=other)
    data, expected = pydicom.dcmread(path), np.zeros(PIXELS.shape, np.float32)
    for index, plane in zip(ORDERS["random"], data.pixel_array, strict=True):
        place = ORDERS["random"].index(index)
        expected[index] = plane * round(0.1 + 0.037 * place, 4) + (place - 2.5)
    np.testing.assert_array_equal(read_image(path)[0].array, expected)

    def some(group: Dataset, index: int) -> None:
        if index > 2:
            other(group, index)

    path = write_multiframe(tmp_path / "some", VOLUME, frame=some)
    with pytest.raises(InputError, match=r"some: expected RescaleSlope in all slices or in none, found both"):
        read_image(path)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ([0, 1, 2, 4, 5], r"expected slices every 3.00 mm, found 6.00 mm between frame 3 and frame 4; copy"),
        ([0, 5, 1, 2, 3, 4, 3], r"expected one slice at each position, found two \(frame 5 and frame 7\)"),
        ([5, 4, 3, 2, 1, 0] * 2, r"expected one slice at each position, found two \(frame 6 and frame 12\)"),
    ],
)
def test_gaps_and_doubles_are_refused(tmp_path: Path, order: list[int], message: str) -> None:
    path = write_multiframe(tmp_path / "d" / "IM1", VOLUME, order)
    for given in (path, path.parent):
        with pytest.raises(InputError, match=rf"^{path}: {message}"):
            read_image(given)


def test_tilted_and_turned_frames_are_refused(tmp_path: Path) -> None:
    def tilt(group: Dataset, index: int) -> None:
        group.PlanePositionSequence[0].ImagePositionPatient[1] += index

    with pytest.raises(InputError, match="expected slices stacked at right angles, found a tilted stack"):
        read_image(write_multiframe(tmp_path / "tilted", VOLUME, frame=tilt))

    def turn(group: Dataset, index: int) -> None:
        axes = [*ROWS, *COLUMNS] if index else [1, 0, 0, 0, 1, 0]
        group.PlaneOrientationSequence = [item(ImageOrientationPatient=axes)]

    path = shared(write_multiframe(tmp_path / "turned", VOLUME, frame=turn), PlaneOrientationSequence=None)
    with pytest.raises(InputError, match=r"found several orientations \(frame 1 and frame 2 differ\)"):
        read_image(path)


@pytest.mark.parametrize("keyword", ["StackID", "TemporalPositionIndex"])
def test_several_volumes_that_follow_each_other_are_refused(tmp_path: Path, keyword: str) -> None:
    def number(group: Dataset, index: int) -> None:
        setattr(
            group.FrameContentSequence[0],
            keyword,
            1 + index // 3 if keyword != "StackID" else "AB"[index // 3],
        )

    with pytest.raises(InputError, match=rf"expected one volume, found 2 \({keyword} '.', '.'\); split"):
        read_image(write_multiframe(tmp_path / "IM1", VOLUME, frame=number))


def test_two_echoes_are_refused(tmp_path: Path) -> None:
    def number(group: Dataset, index: int) -> None:
        group.MREchoSequence = [item(EffectiveEchoTime=20.0 if index < 3 else 90.0)]

    with pytest.raises(InputError, match=r"found 2 \(EffectiveEchoTime '20.0', '90.0'\); split the volumes"):
        read_image(write_multiframe(tmp_path / "IM1", VOLUME, frame=number))


def test_missing_geometry_is_refused(tmp_path: Path) -> None:
    path = write_multiframe(tmp_path / "spacing", VOLUME)
    with pytest.raises(InputError, match=r"with PixelSpacing \(2 numbers\), found none in frame 1; export"):
        read_image(shared(path, PixelMeasuresSequence=None))
    path = shared(write_multiframe(tmp_path / "axes", VOLUME), PlaneOrientationSequence=None)
    with pytest.raises(InputError, match=r"axes: expected .* a damaged or cut file, or one without .*orient"):
        read_image(path)

    def lose(group: Dataset, index: int) -> None:
        if index == 3:
            del group.PlanePositionSequence

    with pytest.raises(InputError, match=r"with ImagePositionPatient \(3 numbers\), found none in frame 4"):
        read_image(write_multiframe(tmp_path / "position", VOLUME, frame=lose))


def test_frames_that_are_not_all_there_are_refused(tmp_path: Path) -> None:
    path = write_multiframe(tmp_path / "IM1", VOLUME)

    def saved(name: str, **values: object) -> Path:
        data = pydicom.dcmread(path)
        for keyword, value in values.items():
            setattr(data, keyword, value)
        data.save_as(tmp_path / name)
        return tmp_path / name

    with pytest.raises(InputError, match="expected 240 bytes of pixels, found fewer; copy the file again"):
        read_image(saved("cut", PixelData=PIXELS.tobytes()[:-2]))
    with pytest.raises(InputError, match="expected 280 bytes of pixels, found fewer; copy the file again"):
        read_image(saved("more", NumberOfFrames=7))
    with pytest.raises(InputError, match="expected functional groups for 5 frames, found 6; convert it"):
        read_image(saved("fewer", NumberOfFrames=5))
    with pytest.raises(InputError, match="expected functional groups for 6 frames, found 0; convert it"):
        read_image(saved("none", PerFrameFunctionalGroupsSequence=[]))
    with pytest.raises(InputError, match="expected a whole volume, found a part of one; join its files"):
        read_image(saved("part", InConcatenationTotalNumber=2))
    (tmp_path / "half").write_bytes(path.read_bytes()[:-120])
    with pytest.raises(InputError, match="half: expected a DICOM image, found a damaged or cut file"):
        read_image(tmp_path / "half")


def test_several_files_in_a_folder_are_named(tmp_path: Path) -> None:
    write_multiframe(tmp_path / "a.dcm", VOLUME)
    write_multiframe(tmp_path / "b.dcm", VOLUME)
    with pytest.raises(InputError, match=r"one multi-frame DICOM file, found 2 files \(a.dcm, b.dcm\); give"):
        read_image(tmp_path)


def test_without_pydicom_a_series_is_read_and_frames_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_series(tmp_path / "series", VOLUME)
    path = write_multiframe(tmp_path / "IM1", VOLUME)
    monkeypatch.setattr("wmhseg.extras.find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "pydicom", None)
    np.testing.assert_array_equal(read_image(tmp_path / "series")[0].array, PIXELS)
    message = (
        r"IM1: multi-frame DICOM \(or convert it with dcm2niix\): expected the package pydicom, found none"
    )
    with pytest.raises(InputError, match=message):
        read_image(path)
