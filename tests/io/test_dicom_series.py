"""Folders with DICOM slices, written with SimpleITK's writer, positions worked out by hand."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from dicom_writer import add_no_slices
from wmhseg.errors import InputError
from wmhseg.io.volume import read_image

# Rows run along y, columns along -z: a sagittal stack; its normal, y cross -z, is -x.
SAGITTAL = ((0, 1, 0), (0, 0, -1))
AXIAL = ((1, 0, 0), (0, 1, 0))
SLICES = np.arange(4 * 6 * 5, dtype=np.int16).reshape(4, 6, 5)


def write_slice(path: Path, pixels: np.ndarray, position: tuple[float, ...], **more: object) -> None:
    """One file; `more`: axes, series (a number), description."""
    image = sitk.GetImageFromArray(pixels[np.newaxis])
    image.SetSpacing((0.5, 0.75, 1.0))
    rows, columns = more.get("axes", AXIAL)  # type: ignore[misc]
    tags = {
        "0008|0060": "MR",
        "0008|103e": str(more.get("description", "t2 flair")),
        "0020|000d": "1.2.3",
        "0020|000e": f"1.2.3.{more.get('series', 1)}",
        "0020|0032": "\\".join(map(str, position)),
        "0020|0037": "\\".join(map(str, (*rows, *columns))),
    }
    for tag, value in tags.items():
        image.SetMetaData(tag, value)
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    writer.SetFileName(str(path))
    writer.Execute(image)


def write_stack(folder: Path, heights: list[float], **more: object) -> None:
    folder.mkdir(exist_ok=True)
    for index, z in enumerate(heights):
        # Names run against the positions: only these may count.
        write_slice(folder / f"{9 - index}.dcm", SLICES[index], (-10, 20, z), **more)


def test_slices_are_sorted_by_position(tmp_path: Path) -> None:
    write_stack(tmp_path / "s", [0, 3, 6, 9])
    volume, warnings = read_image(tmp_path / "s")
    grid = volume.grid
    assert warnings == ()
    assert (grid.size_xyz, grid.spacing_mm, grid.origin_mm) == ((5, 6, 4), (0.5, 0.75, 3.0), (-10, 20, 0))
    assert grid.direction == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    np.testing.assert_array_equal(volume.array, SLICES)


def test_sagittal_slices(tmp_path: Path) -> None:
    for index, x in enumerate((8, 4, 0, -4)):
        write_slice(tmp_path / f"{index}.dcm", SLICES[index], (x, 1, 2), axes=SAGITTAL)
    grid = read_image(tmp_path)[0].grid
    assert grid.spacing_mm == (0.5, 0.75, 4.0)
    assert grid.origin_mm == (8, 1, 2)
    np.testing.assert_array_equal(np.reshape(grid.direction, (3, 3)), [[0, 0, -1], [1, 0, 0], [0, -1, 0]])


def test_missing_and_double_slices_are_refused(tmp_path: Path) -> None:
    write_stack(tmp_path / "gap", [0, 3, 6, 12])
    with pytest.raises(InputError, match=r"gap: expected slices every 3.00 mm, found 6.00 mm between 7.dcm"):
        read_image(tmp_path / "gap")
    write_stack(tmp_path / "double", [0, 3, 3, 6])
    with pytest.raises(InputError, match=r"double: expected one slice at each position, found two \("):
        read_image(tmp_path / "double")


def test_slightly_uneven_slices_are_read_with_a_warning(tmp_path: Path) -> None:
    write_stack(tmp_path / "s", [0, 3, 6, 9.15])  # 5 % more; 9.15 / 3 = 3.05
    volume, warnings = read_image(tmp_path / "s")
    assert warnings == (f"{tmp_path / 's'}: slice distances vary by up to 5%; 3.05 mm counts",)
    assert volume.grid.spacing_mm[2] == pytest.approx(3.05)


def test_several_series_are_listed(tmp_path: Path) -> None:
    write_slice(tmp_path / "a.dcm", SLICES[0], (0, 0, 0))
    write_slice(tmp_path / "b.dcm", SLICES[1], (0, 0, 3))
    write_slice(tmp_path / "c.dcm", SLICES[0], (0, 0, 0), series=2, description="scout")
    found = (
        r"found 2: .*MR t2 flair \(2 files\).*; .+; give each its own folder|found 2: MR scout \(1 files\)"
    )
    with pytest.raises(InputError, match=rf"^{tmp_path}: expected one DICOM series, ({found})"):
        read_image(tmp_path)


def test_other_orientation_tilt_and_single_slices_are_refused(tmp_path: Path) -> None:
    write_stack(tmp_path / "turned", [0, 3, 6])
    write_slice(tmp_path / "turned" / "0.dcm", SLICES[3], (0, 0, 9), axes=((1, 0, 0), (0, 0, -1)))
    with pytest.raises(InputError, match="turned: expected parallel slices, found several orientations"):
        read_image(tmp_path / "turned")
    (tmp_path / "tilted").mkdir()
    for index in range(3):
        write_slice(tmp_path / "tilted" / f"{index}.dcm", SLICES[index], (0, index, 3 * index))
    with pytest.raises(InputError, match="tilted: expected slices stacked at right angles"):
        read_image(tmp_path / "tilted")
    write_stack(tmp_path / "one", [0])
    with pytest.raises(InputError, match="one: expected a series of slices, found one"):
        read_image(tmp_path / "one")
    with pytest.raises(InputError, match=r"9.dcm: expected a scan, found one DICOM slice; give the folder"):
        read_image(tmp_path / "one" / "9.dcm")


def read_array(folder: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    volume, warnings = read_image(folder)
    return volume.array, warnings


def test_files_that_are_no_slices_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    write_stack(folder, [0, 3, 6, 9])
    add_no_slices(folder, "9.dcm")
    (folder / "._9.dcm").write_bytes(b"\0\5\x16\7" + bytes(100))
    array, warnings = read_array(folder)
    np.testing.assert_array_equal(array, SLICES)
    assert warnings == ()


@pytest.mark.parametrize("name", ["9.dcm", "6.dcm", "8.dcm"])
def test_a_slice_that_is_cut_is_refused_and_named(tmp_path: Path, name: str) -> None:
    write_stack(tmp_path / "s", [0, 3, 6, 9])
    whole = (tmp_path / "s" / name).read_bytes()
    for length in (len(whole) - 2, len(whole) * 6 // 10, 140, 50, 0):
        (tmp_path / "s" / name).write_bytes(whole[:length])
        with pytest.raises(InputError, match=rf"s/{name}: expected a DICOM slice, found a damaged or cut"):
            read_image(tmp_path / "s")


def test_slices_without_an_ending_that_are_cut_or_links_that_lead_nowhere(tmp_path: Path) -> None:
    write_stack(tmp_path / "s", [0, 3, 6, 9])
    for path in list((tmp_path / "s").iterdir()):
        path.rename(path.with_name(f"IM{path.stem}"))
    end = tmp_path / "s" / "IM9"
    whole = end.read_bytes()
    for length in (len(whole) - 2, 300, 0):
        end.write_bytes(whole[:length])
        with pytest.raises(InputError, match="IM9: expected a DICOM slice, found a damaged or cut file"):
            read_image(tmp_path / "s")
    end.unlink()
    end.symlink_to("gone")
    with pytest.raises(InputError, match=r"IM9: cannot be read \(No such file or directory\)"):
        read_image(tmp_path / "s")


def test_a_slice_of_another_series_is_named(tmp_path: Path) -> None:
    write_stack(tmp_path / "s", [0, 3, 6])
    write_slice(tmp_path / "s" / "0.dcm", SLICES[3], (-10, 20, 9), series=2)
    with pytest.raises(
        InputError, match=r"one DICOM series, found 2: MR t2 flair \(0.dcm\); MR t2 flair \(3"
    ):
        read_image(tmp_path / "s")


def test_folders_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    write_stack(tmp_path / "deep" / "SE1", [0, 3, 6, 9])
    with pytest.raises(InputError, match=r"deep: expected .* found none; give one of its folders \(SE1\)"):
        read_image(tmp_path / "deep")
    write_stack(tmp_path / "s", [0, 3, 6, 9])
    write_stack(tmp_path / "s" / "more", [12, 15])
    array, warnings = read_array(tmp_path / "s")
    np.testing.assert_array_equal(array, SLICES)
    assert warnings == (f"{tmp_path / 's'}: its folders were not searched (more)",)


def test_a_localizer_in_the_series_is_named(tmp_path: Path) -> None:
    write_stack(tmp_path / "s", [0, 3, 6, 9])
    write_slice(tmp_path / "s" / "scout.dcm", SLICES[0], (0, 0, 0), axes=SAGITTAL)
    with pytest.raises(InputError, match=r"several orientations \(6.dcm and scout.dcm differ\); remove the"):
        read_image(tmp_path / "s")


def test_multiframe_file_among_slices_is_named(tmp_path: Path) -> None:
    write_stack(tmp_path / "s", [0, 3])
    image = sitk.GetImageFromArray(SLICES.astype(np.uint16))
    sitk.WriteImage(image, str(tmp_path / "s" / "all.dcm"))
    with pytest.raises(
        InputError, match=r"one multi-frame DICOM file, found 3 files \(8.dcm, 9.dcm, all.dcm"
    ):
        read_image(tmp_path / "s")
    # ITK itself writes positions of frames as they must be.
    volume = read_image(tmp_path / "s" / "all.dcm")[0]
    np.testing.assert_array_equal(volume.array, SLICES)
