"""NIfTI-2, and what qform and sform say, against nibabel."""

import gzip
import struct
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from wmhseg.errors import InputError
from wmhseg.io.nifti_header import parse_header
from wmhseg.io.volume import read_image, read_mask

LPS_FROM_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
VALUES = np.arange(60, dtype=np.int16).reshape(3, 4, 5)


def rotation(x_degrees: float, z_degrees: float) -> np.ndarray:
    a, b = np.deg2rad([x_degrees, z_degrees])
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_z = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    return about_z @ about_x


def affine_of(
    turned: np.ndarray, spacing: tuple[float, ...] = (1.5, 2.0, 5.0), origin: tuple[float, ...] = (9, -8, 7)
) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, :3] = turned * spacing
    affine[:3, 3] = origin
    return affine


OBLIQUE = affine_of(rotation(20, 10))
# x runs to the left: the quaternion needs its sign of handedness.
MIRRORED = affine_of(rotation(20, 10) @ np.diag([-1.0, 1.0, 1.0]))


def found_affine(path: Path) -> np.ndarray:
    """The affine of what was read, in NIfTI's convention."""
    grid = read_image(path)[0].grid
    affine = np.eye(4)
    affine[:3, :3] = np.asarray(grid.direction).reshape(3, 3) * grid.spacing_mm
    affine[:3, 3] = grid.origin_mm
    return LPS_FROM_RAS @ affine


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
@pytest.mark.parametrize("affine", [OBLIQUE, MIRRORED], ids=["oblique", "mirrored"])
@pytest.mark.parametrize("codes", [(1, 0), (0, 1), (1, 1)], ids=["qform", "sform", "both"])
def test_nifti_2_reads_as_nibabel_does(
    tmp_path: Path, order: str, ending: str, affine: np.ndarray, codes: tuple[int, int]
) -> None:
    image = nib.Nifti2Image(VALUES, affine, nib.Nifti2Header(endianness=order))
    image.set_data_dtype(np.int16)
    image.set_qform(affine, codes[0])
    image.set_sform(affine, codes[1])
    path = tmp_path / f"scan{ending}"
    nib.save(image, path)
    volume, warnings = read_image(path)
    assert warnings == ()
    np.testing.assert_array_equal(volume.array, nib.load(path).get_fdata().transpose(2, 1, 0))
    np.testing.assert_allclose(found_affine(path), nib.load(path).affine, rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", ["u1", "i1", "u2", "i4", "u4", "i8", "f4", "f8"])
def test_nifti_2_number_types(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "scan.nii"
    nib.save(nib.Nifti2Image(VALUES.astype(kind), np.eye(4), dtype=kind), path)
    np.testing.assert_array_equal(read_image(path)[0].array.transpose(2, 1, 0), VALUES)


def test_nifti_2_scaling_nan_and_one_4d_volume(tmp_path: Path) -> None:
    path = tmp_path / "scan.nii.gz"
    image = nib.Nifti2Image(VALUES[..., np.newaxis], np.eye(4))
    image.header.set_slope_inter(0.5, -3)
    nib.save(image, path)
    np.testing.assert_allclose(
        read_image(path)[0].array.transpose(2, 1, 0), nib.load(path).get_fdata()[..., 0]
    )
    holes = VALUES.astype(np.float32) + 1
    holes[0, 1, 2] = np.nan
    nib.save(nib.Nifti2Image(holes, np.eye(4)), path)
    assert read_image(path)[0].array[2, 1, 0] == 0


def test_nifti_2_that_is_cut_off_4d_or_complex_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scan.nii"
    nib.save(nib.Nifti2Image(VALUES, np.eye(4)), path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    # 540 bytes of header, 4 that say there are no extensions, 60 voxels of 2 bytes.
    with pytest.raises(InputError, match=rf"^{path}: not a readable image \(expected 664 bytes, found 663\)"):
        read_image(path)
    nib.save(nib.Nifti2Image(VALUES.reshape(3, 2, 2, 5), np.eye(4)), path)
    with pytest.raises(InputError, match=rf"^{path}: expected one 3D volume .* found 3x2x2x5"):
        read_image(path)
    nib.save(nib.Nifti2Image(VALUES.astype(np.complex64), np.eye(4)), path)
    with pytest.raises(
        InputError, match=rf"^{path}: expected one 3D volume .* found 3x4x5 of complex numbers"
    ):
        read_image(path)


@pytest.mark.parametrize("codes", [(1, 1), (2, 1), (1, 2), (1, 4), (2, 4)])
@pytest.mark.parametrize("cls", [nib.Nifti1Image, nib.Nifti2Image])
def test_sform_counts_where_the_qform_disagrees(tmp_path: Path, codes: tuple[int, int], cls: type) -> None:
    image = cls(VALUES, OBLIQUE)
    away = OBLIQUE.copy()
    away[:3, 3] += (3, 4, 0)  # 5 mm
    image.set_sform(OBLIQUE, codes[1])
    image.set_qform(away, codes[0])
    path = tmp_path / "scan.nii.gz"
    nib.save(image, path)
    (warning,) = read_image(path)[1]
    assert warning == f"{path}: qform and sform are up to 5.0 mm apart; the sform counts"
    np.testing.assert_allclose(found_affine(path), nib.load(path).affine, rtol=0, atol=1e-5)
    np.testing.assert_allclose(found_affine(path), OBLIQUE, rtol=0, atol=1e-5)


def test_rounded_quaternions_are_no_disagreement(tmp_path: Path) -> None:
    # Half turns are where a float32 quaternion says least.
    sagittal = affine_of(np.array([[0, 0, -1.0], [-1, 0, 0], [0, -1, 0]]), (1, 1, 5), (80, 120, 90))
    image = nib.Nifti1Image(np.arange(200 * 200 * 2, dtype=np.int32).reshape(200, 200, 2), sagittal)
    image.set_qform(sagittal, 1)
    image.set_sform(sagittal, 1)
    path = tmp_path / "scan.nii.gz"
    nib.save(image, path)
    assert read_image(path)[1] == ()


def test_qform_counts_where_the_sform_is_sheared(tmp_path: Path) -> None:
    sheared = OBLIQUE.copy()
    sheared[:3, 2] += 0.3 * sheared[:3, 0]  # 0.45 mm along x for each of 4 steps along z: 1.8 mm
    image = nib.Nifti1Image(VALUES, OBLIQUE)
    image.set_sform(sheared, 4)
    image.set_qform(OBLIQUE, 1)
    path = tmp_path / "scan.nii.gz"
    nib.save(image, path)
    (warning,) = read_image(path)[1]
    assert warning == f"{path}: qform and sform are up to 1.8 mm apart; the qform counts"
    np.testing.assert_allclose(found_affine(path), OBLIQUE, rtol=0, atol=1e-5)


@pytest.mark.parametrize("cls", [nib.Nifti1Image, nib.Nifti2Image])
def test_nearly_right_angles_are_straightened_with_a_warning(tmp_path: Path, cls: type) -> None:
    # x leans 0.4 degrees towards y: the closest rotation shares the error, 0.2 degrees an axis.
    leaning = np.eye(3)
    leaning[:, 0] = np.cos(np.deg2rad(0.4)), np.sin(np.deg2rad(0.4)), 0
    image = cls(VALUES, affine_of(leaning))
    image.set_sform(affine_of(leaning), 1)
    image.header["qform_code"] = 0
    path = tmp_path / "scan.nii.gz"
    nib.save(image, path)
    (warning,) = read_image(path)[1]
    assert warning == f"{path}: axes up to 0.20 degrees off right angles were straightened"
    found = found_affine(path)[:3, :3] / (1.5, 2.0, 5.0)
    np.testing.assert_allclose(found, rotation(0, 0.2), atol=1e-5)


@pytest.mark.parametrize("cls", [nib.Nifti1Image, nib.Nifti2Image])
def test_a_header_without_position_is_said(tmp_path: Path, cls: type) -> None:
    image = cls(VALUES, None)
    image.header.set_zooms((1.5, 2, 5))
    path = tmp_path / "scan.nii.gz"
    nib.save(image, path)
    (warning,) = read_image(path)[1]
    assert warning == (
        f"{path}: the header has no position (qform and sform code 0); "
        "orientation unknown, taken as left-anterior-superior"
    )
    assert read_image(path)[0].grid.spacing_mm == (1.5, 2, 5)
    np.testing.assert_array_equal(found_affine(path), nib.load(path).affine)


@pytest.mark.parametrize("affine", [OBLIQUE, MIRRORED], ids=["oblique", "mirrored"])
@pytest.mark.parametrize("cls", [nib.Nifti1Image, nib.Nifti2Image])
def test_header_positions_equal_nibabels(affine: np.ndarray, cls: type) -> None:
    image = cls(VALUES, affine)
    image.set_qform(affine, 1)
    header = parse_header(image.to_bytes()[:540])
    assert header is not None
    assert (header.version, header.size) == (1 if cls is nib.Nifti1Image else 2, (3, 4, 5))
    np.testing.assert_allclose(LPS_FROM_RAS @ header.qform, image.get_qform(), atol=1e-5)
    np.testing.assert_allclose(LPS_FROM_RAS @ header.sform, image.get_sform(), atol=1e-5)
    assert parse_header(b"\0" * 540) is None


def both_forms(cls: type = nib.Nifti1Image, number_type: str = "i2") -> bytearray:
    image = cls(VALUES.astype(number_type), OBLIQUE)
    image.set_qform(OBLIQUE, 1)
    image.set_sform(OBLIQUE, 1)
    return bytearray(image.to_bytes())


NAMES = ["a.nii", "a.NII", "a.nii.gz", "a.NII.GZ", "a.Nii.Gz", "a"]


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_the_content_decides_whatever_the_name(tmp_path: Path, name: str, compressed: bool) -> None:
    path, content = tmp_path / name, bytes(both_forms())
    path.write_bytes(gzip.compress(content) if compressed else content)
    volume, warnings = read_image(path)
    assert warnings == ()
    np.testing.assert_array_equal(volume.array.transpose(2, 1, 0), VALUES)
    np.testing.assert_allclose(found_affine(path), OBLIQUE, rtol=0, atol=1e-5)
    path.write_bytes(gzip.compress(content[:-1]) if compressed else content[:-1])
    with pytest.raises(InputError, match=r"expected 472 bytes, found 471"):  # 352 + 60 x 2
        read_image(path)
    with pytest.raises(InputError, match=r"expected 472 bytes, found 471"):
        read_mask(path)


@pytest.mark.parametrize(
    ("header", "voxels"), [("a.hdr", "a.img"), ("a.HDR", "a.IMG"), ("a.hdr.gz", "a.img.gz")]
)
@pytest.mark.parametrize("cls", [nib.Nifti1Pair, nib.Nifti2Pair, nib.AnalyzeImage])
def test_pairs_read_as_nibabel_does(tmp_path: Path, header: str, voxels: str, cls: type) -> None:
    nib.save(cls(VALUES, OBLIQUE), tmp_path / "whole.hdr")
    expected = nib.load(tmp_path / "whole.hdr")
    for ending, name in (("hdr", header), ("img", voxels)):
        content = (tmp_path / f"whole.{ending}").read_bytes()
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    for given in (header, voxels):
        volume, warnings = read_image(tmp_path / given)
        np.testing.assert_array_equal(volume.array.transpose(2, 1, 0), VALUES)
        np.testing.assert_allclose(found_affine(tmp_path / given), expected.affine, rtol=0, atol=1e-5)
        assert len(warnings) == (cls is nib.AnalyzeImage)
    (tmp_path / voxels).unlink()
    with pytest.raises(InputError, match=rf"{header}: expected {voxels} beside it, .* found none"):
        read_image(tmp_path / header)


def test_voxels_without_their_header_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.img").write_bytes(VALUES.tobytes())
    with pytest.raises(InputError, match=r"a\.img: expected a\.hdr beside it, .* found none"):
        read_image(tmp_path / "a.img")


@pytest.mark.parametrize(
    ("cls", "place", "code"), [(nib.Nifti1Image, 108, "<f"), (nib.Nifti2Image, 168, "<q")], ids=["1", "2"]
)
def test_where_voxels_start(tmp_path: Path, cls: type, place: int, code: str) -> None:
    path, content = tmp_path / "a.nii", both_forms(cls)
    (start,) = struct.unpack_from(code, content, place)
    offsets = {0: True, -400: False, 100: False, 2**40: False}
    if cls is nib.Nifti1Image:
        offsets |= {np.nan: False, np.inf: False, -np.inf: False, 1e30: False}
    for offset, whole in offsets.items():
        struct.pack_into(code, content, place, offset)
        path.write_bytes(content)
        if whole:
            np.testing.assert_array_equal(read_image(path)[0].array.transpose(2, 1, 0), VALUES)
        else:
            with pytest.raises(InputError, match=rf"^{path}: not a readable image \(expected .*, found "):
                read_image(path)
    struct.pack_into(code, content, place, start + 1000)
    path.write_bytes(content[: int(start)] + bytes(1000) + content[int(start) :])
    np.testing.assert_array_equal(read_image(path)[0].array.transpose(2, 1, 0), VALUES)
    struct.pack_into(code, content, place, start + 1)
    path.write_bytes(content[: int(start)] + bytes(1) + content[int(start) :])
    volume, (warning,) = read_image(path)
    np.testing.assert_array_equal(volume.array.transpose(2, 1, 0), VALUES)
    assert f"vox_offset {int(start) + 1} is no multiple of 2 bytes" in warning


@pytest.mark.parametrize(("bits", "said"), [(0, ()), (16, ()), (8, ("bitpix 8",)), (-16, ("bitpix -16",))])
@pytest.mark.parametrize(("cls", "place"), [(nib.Nifti1Image, 72), (nib.Nifti2Image, 14)], ids=["1", "2"])
def test_the_number_type_counts(
    tmp_path: Path, cls: type, place: int, bits: int, said: tuple[str, ...]
) -> None:
    path, content = tmp_path / "a.nii", both_forms(cls)
    struct.pack_into("<h", content, place, bits)
    path.write_bytes(content)
    volume, warnings = read_image(path)
    np.testing.assert_array_equal(volume.array.transpose(2, 1, 0), VALUES)
    assert warnings == tuple(
        f"{path}: {one} contradicts the number type, int16, which counts" for one in said
    )
    path.write_bytes(content[:-1])
    with pytest.raises(InputError, match=r"expected \d+ bytes, found \d+"):
        read_image(path)
    struct.pack_into("<h", content, place, 32)
    path.write_bytes(content + content[-120:])
    with pytest.raises(InputError, match=r"expected voxels of int16, found voxels of 32 bits"):
        read_image(path)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz"])
def test_bytes_behind_the_voxels(tmp_path: Path, ending: str) -> None:
    path, content = tmp_path / f"a{ending}", both_forms()
    pack = gzip.compress if ending == ".nii.gz" else bytes
    path.write_bytes(pack(content + bytes(100_000)))
    np.testing.assert_array_equal(read_image(path)[0].array.transpose(2, 1, 0), VALUES)
    path.write_bytes(pack(content + bytes(4 << 20)))
    with pytest.raises(InputError, match=r"expected 472 bytes, found more than twice as many"):
        read_image(path)


@pytest.mark.parametrize(
    ("dim", "found"),
    [
        ((0, 3, 4, 5), "no axes"), ((9, 3, 4, 5), "no axes"), ((-3, 3, 4, 5), "no axes"),
        ((2, 3, 20, 1), "3x20"),
        ((3, -3, 4, 5), "-3x4x5"), ((3, 3, 0, 5), "3x0x5"), ((4, 3, 4, 1, 5), "3x4x1x5"),
    ],
)  # fmt: skip
def test_what_is_no_volume_is_refused(tmp_path: Path, dim: tuple[int, ...], found: str) -> None:
    path, content = tmp_path / "a.nii", both_forms()
    struct.pack_into("<8h", content, 40, *(*dim, 1, 1, 1, 1, 1)[:8])
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"^{path}: expected one 3D volume .*, found {found} of int16;"):
        read_image(path)


def test_axes_of_length_1_are_left_out(tmp_path: Path) -> None:
    path, content = tmp_path / "a.nii", both_forms()
    struct.pack_into("<8h", content, 40, 7, 3, 4, 5, 1, 1, 1, 1)
    path.write_bytes(content)
    np.testing.assert_array_equal(read_image(path)[0].array.transpose(2, 1, 0), VALUES)


def test_no_more_is_read_than_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wmhseg.io.limits.usable_memory", lambda: 1000)
    path, content = tmp_path / "a.nii.gz", both_forms()
    path.write_bytes(gzip.compress(content))
    with pytest.raises(InputError, match=rf"^{path}: .* found 60 voxels, which take 1.8e-06 GB"):
        read_image(path)
    # A promise that the compressed bytes cannot hold, 1032 each at most.
    struct.pack_into("<8h", content, 40, 3, 30000, 30000, 30000, 1, 1, 1, 1)
    path.write_bytes(gzip.compress(content))
    with pytest.raises(InputError, match=r"expected 54000000000352 bytes, found \d+ compressed ones"):
        read_image(path)


@pytest.mark.parametrize("slope", [(0.37, -3.25), (1, 0), (0, 0), (np.nan, np.nan), (1, 2.5), (-2, 7)])
@pytest.mark.parametrize("number_type", ["u1", "i2", "f4", "f8", ">i2", ">f4"])
def test_values_are_those_of_itk_to_the_bit(
    tmp_path: Path, number_type: str, slope: tuple[float, float]
) -> None:
    header = nib.Nifti1Header(endianness=">" if number_type.startswith(">") else "<")
    header.set_data_dtype(number_type)
    content = bytearray(nib.Nifti1Image(VALUES * 1.7, OBLIQUE, header).to_bytes())
    struct.pack_into(f"{header.endianness}2f", content, 112, *slope)
    (tmp_path / "a.nii").write_bytes(content)
    expected = sitk.GetArrayFromImage(sitk.Cast(sitk.ReadImage(str(tmp_path / "a.nii")), sitk.sitkFloat32))
    np.testing.assert_array_equal(read_image(tmp_path / "a.nii")[0].array, expected)


def test_a_masks_warnings_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    nib.save(nib.Nifti1Image(VALUES, None), tmp_path / "a.nii")
    read_mask(tmp_path / "a.nii")
    assert "orientation unknown" in caplog.text
