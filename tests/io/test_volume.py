"""Reading and writing, checked with nibabel, which shares no code with SimpleITK."""

import os
import stat
from pathlib import Path
from unittest import mock

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from wmhseg.errors import InputError, OutputError
from wmhseg.imaging.geometry import resample
from wmhseg.io.volume import Grid, Volume, from_image, read_mask, read_volume
from wmhseg.io.write_volume import write_volume
from wmhseg.io.writing import replacing

# Rotated 20 degrees about x, then 10 about z; x and y reversed (so RAS-like, as many scanners store).
_A, _B = np.deg2rad(20), np.deg2rad(10)
_ROTATION = (
    np.array([[np.cos(_B), -np.sin(_B), 0], [np.sin(_B), np.cos(_B), 0], [0, 0, 1]])
    @ np.array([[1, 0, 0], [0, np.cos(_A), -np.sin(_A)], [0, np.sin(_A), np.cos(_A)]])
    @ np.diag([-1.0, -1.0, 1.0])
)
OBLIQUE = Grid((5, 4, 3), (0.75, 0.9375, 3.3), (-80.25, 71.5, -12.125), tuple(_ROTATION.ravel().tolist()))
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def affine_ras(grid: Grid) -> np.ndarray:
    """The NIfTI affine that a grid stands for, from its definition."""
    affine = np.eye(4)
    affine[:3, :3] = np.asarray(grid.direction).reshape(3, 3) * grid.spacing_mm
    affine[:3, 3] = grid.origin_mm
    return LPS_TO_RAS @ affine


@pytest.fixture
def scan() -> Volume:
    rng = np.random.default_rng(1)
    return Volume(rng.normal(100, 20, OBLIQUE.shape_zyx).astype(np.float32), OBLIQUE)


@pytest.fixture
def scan_file(tmp_path: Path, scan: Volume) -> Path:
    """Written by nibabel, with qform and sform."""
    image = nib.Nifti1Image(scan.array.transpose(2, 1, 0), affine_ras(OBLIQUE))
    image.set_qform(affine_ras(OBLIQUE), 1)
    image.set_sform(affine_ras(OBLIQUE), 1)
    path = tmp_path / "scan.nii.gz"
    nib.save(image, path)
    return path


def assert_same_to_float32(found: Grid, expected: Grid) -> None:
    """Headers carry float32 and quaternions: directions to 1e-7, the rest as stored."""
    assert found.size_xyz == expected.size_xyz
    assert found.spacing_mm == expected.spacing_mm
    assert found.origin_mm == expected.origin_mm
    np.testing.assert_allclose(found.direction, expected.direction, rtol=0, atol=1e-7)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_reads_grid_and_values_that_nibabel_wrote(scan_file: Path, scan: Volume) -> None:
    found = read_volume(scan_file)
    assert found.array.dtype == np.float32
    assert found.grid.size_xyz == (5, 4, 3)
    assert found.grid.shape_zyx == found.array.shape == (3, 4, 5)
    np.testing.assert_array_equal(found.array, scan.array)
    np.testing.assert_allclose(found.grid.spacing_mm, OBLIQUE.spacing_mm, atol=1e-6)
    np.testing.assert_allclose(found.grid.origin_mm, OBLIQUE.origin_mm, atol=1e-5)
    np.testing.assert_allclose(found.grid.direction, OBLIQUE.direction, atol=1e-6)
    assert found.grid.same_as(OBLIQUE)


def test_result_has_the_inputs_grid_for_other_programs_too(tmp_path: Path, scan_file: Path) -> None:
    scan = read_volume(scan_file)
    mask = Volume((scan.array > 100).astype(np.uint8), scan.grid)
    write_volume(tmp_path / "result.nii.gz", mask)
    before, after = nib.load(scan_file), nib.load(tmp_path / "result.nii.gz")
    assert after.shape == before.shape == (5, 4, 3)
    assert after.get_data_dtype() == np.uint8
    (qform, qcode), (sform, scode) = after.get_qform(coded=True), after.get_sform(coded=True)
    assert qcode > 0
    assert scode > 0
    np.testing.assert_allclose(qform, sform, atol=1e-5)
    np.testing.assert_allclose(after.affine, before.affine, atol=1e-5)
    np.testing.assert_allclose(after.header.get_zooms(), before.header.get_zooms(), rtol=1e-6)
    np.testing.assert_array_equal(np.asarray(after.dataobj).transpose(2, 1, 0), mask.array)
    assert_same_to_float32(read_volume(tmp_path / "result.nii.gz").grid, scan.grid)


def test_second_round_trip_changes_nothing(tmp_path: Path, scan_file: Path) -> None:
    once = read_volume(scan_file)
    write_volume(tmp_path / "a.nii.gz", once)
    twice = read_volume(tmp_path / "a.nii.gz")
    write_volume(tmp_path / "b.nii.gz", twice)
    assert_same_to_float32(twice.grid, once.grid)
    np.testing.assert_array_equal(twice.array, once.array)
    first, second = (nib.load(tmp_path / name) for name in ("a.nii.gz", "b.nii.gz"))
    np.testing.assert_allclose(second.affine, first.affine, rtol=0, atol=1e-6)
    np.testing.assert_allclose(second.get_qform(), first.get_qform(), rtol=0, atol=1e-6)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".mha", ".nrrd"])
def test_other_formats(tmp_path: Path, scan: Volume, ending: str) -> None:
    write_volume(tmp_path / f"scan{ending}", scan)
    found = read_volume(tmp_path / f"scan{ending}")
    np.testing.assert_array_equal(found.array, scan.array)
    assert found.grid.same_as(scan.grid)


def test_scaling_in_the_header_is_applied(tmp_path: Path) -> None:
    stored = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    image = nib.Nifti1Image(stored, np.eye(4))
    image.header.set_slope_inter(0.5, -3)
    nib.save(image, tmp_path / "scaled.nii.gz")
    raw = nib.load(tmp_path / "scaled.nii.gz")
    np.testing.assert_allclose(
        read_volume(tmp_path / "scaled.nii.gz").array.transpose(2, 1, 0), raw.get_fdata()
    )


def test_nan_and_infinity_become_the_smallest_finite_value(tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4) - 7  # -7 is the smallest
    values[0, 1, 1], values[1, 0, 0], values[1, 2, 3] = np.nan, np.inf, -np.inf
    image = sitk.GetImageFromArray(values.transpose(2, 1, 0))
    sitk.WriteImage(image, str(tmp_path / "nan.mha"))
    found = read_volume(tmp_path / "nan.mha").array.transpose(2, 1, 0)
    assert found.dtype == np.float32
    assert found[0, 1, 1] == found[1, 0, 0] == found[1, 2, 3] == -7
    rest = np.isfinite(values)
    np.testing.assert_array_equal(found[rest], values[rest])


def test_nan_and_infinity_in_nifti_become_zero(tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4) - 7
    values[0, 1, 1], values[1, 0, 0], values[1, 2, 3] = np.nan, np.inf, -np.inf
    nib.save(nib.Nifti1Image(values, np.eye(4)), tmp_path / "nan.nii.gz")
    found = read_volume(tmp_path / "nan.nii.gz").array.transpose(2, 1, 0)
    np.testing.assert_array_equal(found, np.where(np.isfinite(values), values, 0))


def test_values_too_large_for_float32_are_not_infinite(tmp_path: Path) -> None:
    values = np.linspace(0, 1, 24).reshape(2, 3, 4)
    values[0, 0, 0] = 1e300
    nib.save(nib.Nifti1Image(values, np.eye(4)), tmp_path / "huge.nii.gz")
    assert np.isfinite(read_volume(tmp_path / "huge.nii.gz").array).all()


def test_4d_with_one_volume_is_read_as_3d(tmp_path: Path, scan: Volume) -> None:
    image = nib.Nifti1Image(scan.array.transpose(2, 1, 0)[..., np.newaxis], affine_ras(OBLIQUE))
    nib.save(image, tmp_path / "4d.nii.gz")
    found = read_volume(tmp_path / "4d.nii.gz")
    np.testing.assert_array_equal(found.array, scan.array)
    assert found.grid.same_as(OBLIQUE)


def test_4d_with_two_volumes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "4d.nii.gz"
    nib.save(nib.Nifti1Image(np.arange(48, dtype=np.float32).reshape(2, 3, 4, 2), np.eye(4)), path)
    with pytest.raises(
        InputError, match=rf"{path}: expected one 3D volume .* found 2x3x4x2 of float32; extract"
    ):
        read_volume(path)


def test_colour_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rgb.nii.gz"
    sitk.WriteImage(sitk.GetImageFromArray(np.zeros((4, 3, 2, 3), np.uint8), isVector=True), str(path))
    with pytest.raises(
        InputError,
        match=rf"{path}: expected one 3D volume .* found 2x3x4x1x3 of uint8; extract",
    ):
        read_volume(path)


def test_complex_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "complex.nii.gz"
    nib.save(nib.Nifti1Image(np.full((2, 3, 4), 1 + 2j, np.complex64), np.eye(4)), path)
    with pytest.raises(InputError, match=rf"^{path}: expected one 3D volume .* of complex numbers"):
        read_volume(path)


def test_2d_image_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "flat.png"
    sitk.WriteImage(sitk.GetImageFromArray(np.arange(12, dtype=np.uint8).reshape(3, 4)), str(path))
    with pytest.raises(
        InputError,
        match=rf"{path}: not a readable image .expected NIfTI, .* found PNG.; .* convert it to NIfTI",
    ):
        read_volume(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"{tmp_path}/no.nii.gz: expected an image file, found none; check"):
        read_volume(tmp_path / "no.nii.gz")


def test_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=rf"{tmp_path}: expected an image file or a DICOM series, found none"
    ):
        read_volume(tmp_path)


@pytest.mark.parametrize("content", [b"", b"this is text, not an image\n" * 40], ids=["empty", "text"])
@pytest.mark.parametrize("name", ["scan.nii.gz", "scan.nii", "scan"])
def test_something_else_than_an_image(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"^{path}: not a readable image \(.+\); check or copy") as caught:
        read_volume(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ending", [".nii.gz", ".nii"])
def test_cut_off_file_is_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"cut{ending}"
    noise = np.random.default_rng(3).normal(size=(40, 40, 20)).astype(np.float32)
    write_volume(path, Volume(noise, Grid((20, 40, 40), (1, 1, 1), (0, 0, 0), (1, 0, 0, 0, 1, 0, 0, 0, 1))))
    path.write_bytes(path.read_bytes()[:60_000])  # of about 128,000
    reason = "ended before the end-of-stream" if ending == ".nii.gz" else "expected 128352 bytes, found 60000"
    with pytest.raises(InputError, match=rf"^{path}: not a readable image .*{reason}") as caught:
        read_volume(path)
    assert "\n" not in str(caught.value)


def test_damaged_compression_is_refused(tmp_path: Path, scan_file: Path) -> None:
    content = bytearray(scan_file.read_bytes())
    content[-6] ^= 0xFF  # within the checksum
    scan_file.write_bytes(content)
    with pytest.raises(InputError, match=rf"^{scan_file}: not a readable image \(CRC check failed"):
        read_volume(scan_file)


@pytest.mark.parametrize("order", "<>")
def test_single_missing_byte_is_noticed_in_both_byte_orders(tmp_path: Path, order: str) -> None:
    values = np.arange(24, dtype=f"{order}i2").reshape(2, 3, 4)
    header = nib.Nifti1Header(endianness=order)
    header.set_data_dtype(values.dtype)
    path = tmp_path / "scan.nii"
    nib.save(nib.Nifti1Image(values, np.eye(4), header), path)
    np.testing.assert_array_equal(read_volume(path).array.transpose(2, 1, 0), values)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=rf"^{path}: not a readable image \(expected \d+ bytes, found \d+\)"):
        read_volume(path)


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
def test_mask_keeps_its_number_type_and_may_be_empty(tmp_path: Path, dtype: type) -> None:
    path = tmp_path / "mask.nii.gz"
    for values in (np.arange(60).reshape(5, 4, 3) % 3, np.zeros((5, 4, 3))):
        nib.save(nib.Nifti1Image(values.astype(dtype), affine_ras(OBLIQUE)), path)
        found = read_mask(path)
        assert found.array.dtype == dtype
        np.testing.assert_array_equal(found.array.transpose(2, 1, 0), values)
        assert found.grid.same_as(OBLIQUE)


def test_4d_mask_with_one_volume_is_read_as_3d(tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.uint8).reshape(2, 3, 4, 1)
    nib.save(nib.Nifti1Image(values, np.eye(4)), tmp_path / "4d.nii.gz")
    np.testing.assert_array_equal(read_mask(tmp_path / "4d.nii.gz").array.transpose(2, 1, 0), values[..., 0])


@pytest.mark.parametrize("ending", [".nii.gz", ".nii"])
def test_cut_off_mask_is_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"mask{ending}"
    noise = np.random.default_rng(3).integers(0, 2, (60, 60, 60)).astype(np.uint8)
    nib.save(nib.Nifti1Image(noise, np.eye(4)), path)
    path.write_bytes(path.read_bytes()[:-5])
    reason = (
        "ended before the end-of-stream" if ending == ".nii.gz" else "expected 216352 bytes, found 216347"
    )
    with pytest.raises(InputError, match=rf"^{path}: not a readable image .*{reason}"):
        read_mask(path)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (np.zeros((2, 3, 4, 2), np.uint8), "2x3x4x2 of uint8"),
        (np.zeros((2, 3, 4), np.complex64), "2x3x4 of complex numbers"),
    ],
)
def test_what_is_no_single_mask_is_refused(tmp_path: Path, values: np.ndarray, found: str) -> None:
    path = tmp_path / "mask.nii.gz"
    nib.save(nib.Nifti1Image(values, np.eye(4)), path)
    with pytest.raises(
        InputError, match=rf"^{path}: expected one 3D volume .*, found {found}; extract the volume"
    ):
        read_mask(path)


def test_missing_mask(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"^{tmp_path}/no.nii.gz: expected a mask file, found none; check"):
        read_mask(tmp_path / "no.nii.gz")


@pytest.mark.parametrize("value", [0.0, 17.0, np.nan])
def test_constant_image_is_refused(tmp_path: Path, value: float) -> None:
    path = tmp_path / "flat.nii.gz"
    nib.save(nib.Nifti1Image(np.full((2, 3, 4), value, np.float32), np.eye(4)), path)
    with pytest.raises(InputError, match=rf"{path}: expected a scan, found the same value in every voxel"):
        read_volume(path)


def test_slightly_skewed_directions_are_read(tmp_path: Path, scan: Volume) -> None:
    # Rounded cosines in an sform alone: some readers refuse them.
    affine = affine_ras(OBLIQUE)
    affine[:3, :3] = np.round(affine[:3, :3], 3)
    image = nib.Nifti1Image(scan.array.transpose(2, 1, 0), affine)
    image.header["qform_code"] = 0
    path = tmp_path / "skewed.nii.gz"
    nib.save(image, path)
    found = read_volume(path)
    np.testing.assert_array_equal(found.array, scan.array)
    np.testing.assert_allclose(affine_ras(found.grid), affine, atol=2e-3)
    write_volume(tmp_path / "result.nii.gz", found)
    written = nib.load(tmp_path / "result.nii.gz")
    np.testing.assert_allclose(written.get_qform(), written.get_sform(), atol=2e-3)
    np.testing.assert_allclose(written.affine, affine, atol=2e-3)


def test_sheared_axes_are_refused(tmp_path: Path, scan: Volume) -> None:
    affine = affine_ras(OBLIQUE)
    affine[:3, 2] += 0.3 * affine[:3, 0]
    image = nib.Nifti1Image(scan.array.transpose(2, 1, 0), affine)
    image.header["qform_code"] = 0
    path = tmp_path / "sheared.nii.gz"
    nib.save(image, path)
    with pytest.raises(InputError, match=rf"^{path}: not a readable image \(.*orthonormal"):
        read_volume(path)


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({}, True),
        ({"origin_mm": (-80.25 + 5e-5, 71.5, -12.125)}, True),  # tolerance 1e-4 x 0.75 mm
        ({"origin_mm": (-80.25 + 2e-4, 71.5, -12.125)}, False),
        ({"spacing_mm": (0.75, 0.9375, 3.3002)}, True),  # tolerance 3.3e-4
        ({"spacing_mm": (0.75, 0.9375, 3.3005)}, False),
        ({"size_xyz": (5, 4, 4)}, False),
        ({"direction": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)}, False),
    ],
)
def test_same_grid(changed: dict[str, tuple[float, ...]], same: bool) -> None:
    values = {name: getattr(OBLIQUE, name) for name in ("size_xyz", "spacing_mm", "origin_mm", "direction")}
    assert OBLIQUE.same_as(Grid(**{**values, **changed})) is same


def test_grid_in_numbers() -> None:
    assert OBLIQUE.voxel_volume_mm3 == pytest.approx(0.75 * 0.9375 * 3.3)
    assert str(OBLIQUE) == "5x4x3 voxels of 0.75x0.938x3.3 mm"


def test_failed_write_leaves_the_earlier_file(tmp_path: Path, scan: Volume) -> None:
    path = tmp_path / "result.nii.gz"
    path.write_bytes(b"earlier result")
    with (
        mock.patch.object(sitk, "WriteImage", side_effect=RuntimeError("trace\nITK ERROR: No space left")),
        pytest.raises(OutputError, match=rf"^{path}: cannot be written \(No space left\)$"),
    ):
        write_volume(path, scan)
    assert path.read_bytes() == b"earlier result"
    assert names(tmp_path) == ["result.nii.gz"]


def test_failed_rename_leaves_no_temporary_file(tmp_path: Path, scan: Volume) -> None:
    path = tmp_path / "result.nii.gz"
    path.mkdir()  # a file cannot be renamed onto a folder
    with pytest.raises(OutputError, match=rf"^{path}: cannot be written \("):
        write_volume(path, scan)
    assert names(tmp_path) == ["result.nii.gz"]


def test_interruption_leaves_the_earlier_file(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("earlier")
    with pytest.raises(KeyboardInterrupt), replacing(path) as temporary:
        temporary.write_text("half a rep")
        raise KeyboardInterrupt
    assert path.read_text() == "earlier"
    assert names(tmp_path) == ["report.json"]


def test_replacing_swaps_the_whole_file_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("earlier")
    with replacing(path) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".json"
        temporary.write_text("new")
        assert path.read_text() == "earlier"
    assert path.read_text() == "new"
    assert names(tmp_path) == ["report.json"]


def test_trial_write_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "result.nii.gz"
    with replacing(path, discard=True):
        pass
    assert names(tmp_path) == []
    path.write_bytes(b"earlier")
    with replacing(path, discard=True):
        pass
    assert path.read_bytes() == b"earlier"


def test_missing_folder(tmp_path: Path, scan: Volume) -> None:
    path = tmp_path / "no" / "result.nii.gz"
    with pytest.raises(OutputError, match=rf"^{path}: expected a folder that can be written, found: No such"):
        write_volume(path, scan)


@pytest.mark.parametrize("name", ["result.xyz", "result"])
def test_unknown_ending_is_refused(tmp_path: Path, scan: Volume, name: str) -> None:
    with pytest.raises(OutputError, match=rf"^{tmp_path}/{name}: cannot be written \("):
        write_volume(tmp_path / name, scan)
    assert names(tmp_path) == []


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600)])
def test_file_mode_follows_the_umask(tmp_path: Path, scan: Volume, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_volume(tmp_path / "result.nii.gz", scan)
    finally:
        assert os.umask(before) == umask
    assert stat.S_IMODE((tmp_path / "result.nii.gz").stat().st_mode) == mode


def test_cosines_near_the_least_double_are_zero() -> None:
    # ITK's inverse of such a matrix is wrong, so that resampling onto the same grid finds nothing.
    tilt = np.deg2rad(0.25)
    image = sitk.GetImageFromArray(np.full((2, 2, 2), 7, np.float32))
    image.SetDirection(
        [-np.sin(tilt), np.cos(tilt), 0, np.cos(tilt), np.sin(tilt), -1.9e-310, 1.9e-310, 8e-313, 1]
    )
    volume = from_image(image)
    assert volume.grid.direction[5:8] == (0, 0, 0)
    np.testing.assert_array_equal(resample(volume, volume.grid, -1).array, volume.array)
