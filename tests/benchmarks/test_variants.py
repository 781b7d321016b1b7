"""Variants of a scan: their files, read by nibabel, hold the same intensities at the same places."""

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from wmhseg.io.volume import read_volume
from wmhseg.model.manifest import read_manifest, write_manifest
from wmhseg.recipe import DEFAULT
from wmhseg.segmentation.prepare_scan import prepare_scan
from wmhseg.segmentation.read_scan import Scan

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples" / "sample"
SIZE, SPACING, ORIGIN = (7, 6, 5), (0.9, 1.1, 3.0), (-20.0, 15.0, 8.0)
MODULES = ("catalogue", "compare", "files", "images", "page", "table", "variant")


@pytest.fixture(scope="module")
def kit() -> Iterator[Any]:
    """The modules of `scan_variants` by their names, and the command as `command`."""
    sys.path.insert(0, str(ROOT / "benchmarks"))
    modules = {name: importlib.import_module(f"scan_variants.{name}") for name in MODULES}
    yield SimpleNamespace(command=importlib.import_module("variants"), **modules)
    sys.path.remove(str(ROOT / "benchmarks"))


@pytest.fixture
def image() -> sitk.Image:
    """Every voxel another number, stored from right to left, back to front, below to above (LAS)."""
    numbers = np.random.default_rng(3).permutation(np.prod(SIZE)).astype(np.int16).reshape(SIZE[::-1]) + 1
    made = sitk.GetImageFromArray(numbers)
    made.SetSpacing(SPACING)
    made.SetOrigin(ORIGIN)
    made.SetDirection((1, 0, 0, 0, -1, 0, 0, 0, 1))
    return made


def expected_at(image: sitk.Image, places_lps: np.ndarray, outside: float) -> np.ndarray:
    """The fixture's intensity at places (N, 3), worked out from its header by hand."""
    steps = (places_lps - ORIGIN) / SPACING * (1, -1, 1)
    index = np.round(steps).astype(int)
    inside = np.all((index >= 0) & (index < SIZE), axis=1)
    np.testing.assert_allclose(steps[inside], index[inside], atol=1e-4)
    values = np.full(len(index), outside)
    x, y, z = index[inside].T
    values[inside] = sitk.GetArrayFromImage(image)[z, y, x]
    return values


def assert_same_places(
    path: Path, image: sitk.Image, outside: float = 0.0, atol: float = 0.0
) -> nib.Nifti1Image:
    """Each voxel of a file, read by nibabel, holds what the fixture has there."""
    read = nib.load(path)
    array = np.squeeze(read.get_fdata())
    index = np.argwhere(np.ones(array.shape, bool))
    places = nib.affines.apply_affine(read.affine, index) * (-1, -1, 1)
    np.testing.assert_allclose(array[tuple(index.T)], expected_at(image, places, outside), rtol=0, atol=atol)
    return read


def test_48_orientations_hold_the_same_intensities_at_the_same_places(
    kit: Any, image: sitk.Image, tmp_path: Path
) -> None:
    names = kit.images.orientations()
    assert len(set(names)) == 48
    for towards in names:
        path = kit.files.nifti_gz(tmp_path / towards, kit.images.stored_as(image, towards))
        read = assert_same_places(path, image)
        assert "".join(nib.aff2axcodes(read.affine)) == towards
        assert read.shape != SIZE or towards[0] in "RL"


def test_cropped_and_padded_hold_the_same_intensities_at_the_same_places(
    kit: Any, image: sitk.Image, tmp_path: Path
) -> None:
    cases = {
        "lower": (kit.images.without_slices(image, 2, 1), (7, 6, 2)),
        "padded": (kit.images.padded(image, 3, 2), (13, 12, 9)),
    }
    guide = sitk.Image(image) * 0
    guide[2:6, 1:4, 3:5] = image[2:6, 1:4, 3:5] + 1000
    cases["tight"] = kit.images.cropped_to_head(image, guide), (4, 3, 2)
    for name, (made, size) in cases.items():
        read = assert_same_places(kit.files.nifti_gz(tmp_path / name, made), image)
        assert read.shape == size
    lowest = nib.load(tmp_path / "lower.nii.gz").affine[2, 3]
    assert lowest == pytest.approx(ORIGIN[2] + 2 * SPACING[2])


@pytest.mark.parametrize(
    "name", ["nifti", "nifti_gz", "nifti_2", "nifti_big_endian", "nifti_4d", "nifti_qform_only"]
)
def test_nifti_files_hold_the_same(name: str, kit: Any, image: sitk.Image, tmp_path: Path) -> None:
    read = assert_same_places(getattr(kit.files, name)(tmp_path / "FLAIR", image), image)
    assert read.get_data_dtype().newbyteorder("=") == np.int16
    assert isinstance(read, nib.Nifti2Image) == (name == "nifti_2")
    assert (read.header.endianness == ">") == (name == "nifti_big_endian")
    assert (read.ndim == 4) == (name == "nifti_4d")
    assert (read.get_sform(coded=True)[1] == 0) == (name == "nifti_qform_only")


def test_nifti_with_slope_holds_the_same_to_half_a_step(kit: Any, image: sitk.Image, tmp_path: Path) -> None:
    read = assert_same_places(kit.files.nifti_slope(tmp_path / "FLAIR", image), image, atol=210 / 60000)
    assert read.get_data_dtype() == np.int16
    assert read.dataobj.slope != 1
    assert read.dataobj.inter != 0


def test_qform_lies_20_mm_beside_the_sform(kit: Any, image: sitk.Image, tmp_path: Path) -> None:
    read = assert_same_places(kit.files.nifti_qform_off(tmp_path / "FLAIR", image), image)
    np.testing.assert_allclose((read.get_qform() - read.get_sform())[:3, 3], (20, 0, 0), atol=1e-4)


def test_skewed_axes_are_a_little_off(kit: Any, image: sitk.Image, tmp_path: Path) -> None:
    read = nib.load(kit.files.nifti_skewed(tmp_path / "FLAIR", image))
    x, y, _ = read.affine[:3, :3].T
    off = np.rad2deg(np.arccos(x @ y / np.linalg.norm(x) / np.linalg.norm(y))) - 90
    assert abs(off) == pytest.approx(0.4, abs=1e-3)
    np.testing.assert_array_equal(np.asarray(read.dataobj).transpose(2, 1, 0), sitk.GetArrayFromImage(image))


@pytest.mark.parametrize("name", ["nrrd", "mha", "mhd"])
def test_other_files_hold_the_same(name: str, kit: Any, image: sitk.Image, tmp_path: Path) -> None:
    path = getattr(kit.files, name)(tmp_path / "FLAIR", image)
    assert path.suffix == f".{name}"
    read = sitk.ReadImage(str(path))
    assert read.GetOrigin() == ORIGIN
    assert_same_places(kit.files.nifti(tmp_path / "again", read), image)


@pytest.mark.parametrize("towards", ["LAS", "PIL", "LIP", "RIA"])
def test_dicom_slices_lie_where_they_were(towards: str, kit: Any, image: sitk.Image, tmp_path: Path) -> None:
    stored = kit.images.stored_as(image, towards)
    folder = kit.files.dicom(tmp_path / "FLAIR", stored)
    files = sorted(folder.iterdir())
    assert len(files) == stored.GetSize()[2]
    heights = []
    for number, file in enumerate(files):
        part = sitk.ReadImage(str(file))
        axes = np.asarray([float(v) for v in part.GetMetaData("0020|0037").split("\\")]).reshape(2, 3)
        corner = np.asarray([float(v) for v in part.GetMetaData("0020|0032").split("\\")])
        pixels = sitk.GetArrayFromImage(part)[0]
        rows, columns = np.indices(pixels.shape)
        steps_x = columns.ravel()[:, None] * part.GetSpacing()[0] * axes[0]
        places = corner + steps_x + rows.ravel()[:, None] * part.GetSpacing()[1] * axes[1]
        np.testing.assert_array_equal(pixels.ravel(), expected_at(image, places, outside=-1))
        heights.append((number, float(corner @ np.cross(*axes))))
    by_height = [number for number, _ in sorted(heights, key=lambda pair: pair[1])]
    assert by_height not in (sorted(by_height), sorted(by_height)[::-1])


def ramps(image: sitk.Image, axis: int) -> sitk.Image:
    """Each voxel holds its own position along one axis of the world, in mm."""
    index = np.argwhere(np.ones(image.GetSize()[::-1], bool))[:, ::-1]
    places = np.array([image.TransformIndexToPhysicalPoint(i.tolist())[axis] for i in index])
    made = sitk.GetImageFromArray(places.reshape(image.GetSize()[::-1]).astype(np.float32))
    made.CopyInformation(image)
    return made


@pytest.fixture
def block() -> sitk.Image:
    made = sitk.Image([40, 36, 30], sitk.sitkFloat32)
    made.SetSpacing((0.9, 1.0, 1.5))
    made.SetOrigin((-20, 30, 5))
    made.SetDirection((1, 0, 0, 0, -1, 0, 0, 0, 1))
    return made


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_resampled_and_oblique_images_show_the_same_places(axis: int, kit: Any, block: sitk.Image) -> None:
    ramp = ramps(block, axis)
    for made in (
        kit.images.resampled(ramp, (0.5, 2.0, None)),
        kit.images.resampled(ramp, (None, None, 4.5)),
        kit.images.oblique(ramp, (6.0, -4.0, 12.0)),
    ):
        inner = tuple(slice(n // 3, n - n // 3) for n in made.GetSize())
        found, expected = made[inner], ramps(made, axis)[inner]
        np.testing.assert_allclose(
            sitk.GetArrayFromImage(found), sitk.GetArrayFromImage(expected), rtol=0, atol=0.05
        )


def test_resampled_image_keeps_its_field_of_view_and_type(kit: Any, image: sitk.Image) -> None:
    made = kit.images.resampled(image, (0.45, None, 5.0))
    assert made.GetSize() == (14, 6, 3)
    assert made.GetSpacing() == (0.45, 1.1, 5.0)
    assert made.GetPixelID() == sitk.sitkInt16
    middles = [
        i.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2 for n in i.GetSize()]) for i in (image, made)
    ]
    np.testing.assert_allclose(*middles, atol=1e-9)


def test_thicker_slices_see_a_profile_of_their_thickness(kit: Any) -> None:
    line = np.zeros((201, 3, 3), np.float32)
    line[100] = 1
    profile = sitk.GetArrayFromImage(kit.images.blurred(sitk.GetImageFromArray(line), np.array([0, 0, 6.0])))
    profile = profile[:, 1, 1]
    assert profile.sum() == pytest.approx(1, abs=1e-3)
    # In quadrature with the voxel's own millimetre.
    assert np.count_nonzero(profile >= profile.max() / 2) == 5
    assert np.sqrt((profile * (np.arange(201) - 100) ** 2).sum()) == pytest.approx(
        np.sqrt(35) / 2.3548, rel=0.05
    )


def test_turned_header_moves_every_voxel_alike(kit: Any, image: sitk.Image) -> None:
    made = kit.images.turned_header(image, (0.0, 0.0, 90.0), (1.0, 2.0, 3.0))
    np.testing.assert_array_equal(*(sitk.GetArrayFromImage(i) for i in (image, made)))
    middle = np.add(image.TransformIndexToPhysicalPoint((3, 0, 2)), (0, -2.5 * SPACING[1], 0))
    for index in ((0, 0, 0), (6, 5, 4)):
        before = np.asarray(image.TransformIndexToPhysicalPoint(index)) - middle
        after = np.asarray(made.TransformIndexToPhysicalPoint(index)) - middle
        np.testing.assert_allclose(after, (1 - before[1], 2 + before[0], 3 + before[2]), atol=1e-9)


def test_head_lies_where_the_motion_puts_it(kit: Any, block: sitk.Image) -> None:
    ramp = ramps(block, 0)
    made = kit.images.moved_head(ramp, (0.0, 0.0, 0.0), (3.0, 0.0, 0.0))
    assert made.GetOrigin() == ramp.GetOrigin()
    assert made.GetPixel(18, 18, 15) == pytest.approx(ramp.GetPixel(18, 18, 15) + 3, abs=0.01)


def test_number_types(kit: Any, image: sitk.Image) -> None:
    eight = sitk.GetArrayFromImage(kit.images.as_type(image, sitk.sitkUInt8, (0.0, 255.0)))
    whole = sitk.GetArrayFromImage(image).astype(float)
    np.testing.assert_array_equal(eight, np.round((whole - 1) / 209 * 255))
    assert eight.dtype == np.uint8
    np.testing.assert_allclose(
        sitk.GetArrayFromImage(kit.images.scaled(image, 0.01, 5.0)), whole / 100 + 5, rtol=1e-6
    )


def mask(array: np.ndarray, origin: tuple[float, float, float] = (0, 0, 0)) -> sitk.Image:
    made = sitk.GetImageFromArray(array.astype(np.uint8))
    made.SetOrigin(origin)
    return made


def test_masks_are_compared_by_position_inside_the_common_field_of_view(kit: Any) -> None:
    whole = np.zeros((6, 5, 5))
    whole[1:4, 2, 2] = 1
    other = np.zeros((4, 5, 5))
    other[0:1, 2, 2] = 1  # slice 2 of the whole
    other[3, 4, 4] = 1
    found = kit.compare.compare(mask(whole), mask(other, (0, 0, 2)))
    assert found.dice == pytest.approx(2 * 1 / (2 + 2))
    assert found.plain_ml == pytest.approx(0.002)
    assert found.variant_ml == pytest.approx(0.002)
    same = kit.compare.compare(mask(whole), mask(whole, (50, 50, 50)), voxelwise=True)
    assert same.dice == 1
    assert kit.compare.compare(mask(whole * 0), mask(whole * 0)).dice == 1


def test_masks_on_longer_voxels_are_compared_there(kit: Any) -> None:
    whole = np.zeros((4, 4, 8))
    whole[1, 1, 2:5] = 1  # fills one voxel of 2 mm, and half of the next
    whole[3, 3, 1] = 1  # half of another
    longer = mask(np.zeros((4, 4, 4)), (0.5, 0, 0))
    longer.SetSpacing((2, 1, 1))
    longer[1, 1, 1] = longer[2, 1, 1] = 1
    found = kit.compare.compare(mask(whole), longer)
    # Stored, the plain mask is these two voxels and [0, 3, 3].
    assert found.dice == pytest.approx(2 * 2 / (2 + 3))
    assert (found.plain_ml, found.variant_ml) == pytest.approx((0.004, 0.004))
    # Back on 1 mm: x of 2, 3, 4 and 5 in one row; at best also 0 and 1 in the other.
    assert found.back == pytest.approx((2 * 3 / (4 + 4), 2 * 4 / (6 + 4)))
    assert kit.compare.compare(longer, mask(whole)).dice == pytest.approx(2 * 2 / (2 + 3))
    assert kit.compare.compare(longer, mask(whole)).back is None


def test_there_are_enough_variants_and_each_has_a_name(kit: Any) -> None:
    for variants in (kit.catalogue.thick_variants(), kit.catalogue.thin_variants()):
        names = [variant.name for variant in variants]
        assert len(set(names)) == len(names)
    assert len(kit.catalogue.thick_variants()) >= 48 + 40


@pytest.fixture
def run_command(kit: Any, fake_ensemble: Any, weights_folder: Path, scan_folder: Path) -> Callable[..., int]:
    """Run the command on the synthetic head, whose case is named after its folder."""
    return lambda *more: kit.command.main(
        [str(scan_folder), "--weights", str(weights_folder), *map(str, more)]
    )


def test_command_on_the_sample_case(
    kit: Any, fake_ensemble: Any, weights_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_ensemble.above = 2.5
    assert kit.command.main([str(SAMPLE), "--weights", str(weights_folder), "--only", "RIA"]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[1].split()[:6] == ["stored", "as", "RIA", "sample", "re-ordering", "1.000"]
    assert fake_ensemble.calls == 1
    assert "1 variants, 1 with a Dice to reach: 0 failed" in printed


def test_page_holds_the_table(
    run_command: Any, fake_ensemble: Any, scan_folder: Path, tmp_path: Path
) -> None:
    page = tmp_path / "variants.md"
    assert run_command("--only", "NRRD", "T1 absent", "off the sform", "--markdown", page) == 0
    case = scan_folder.name
    rows = [line for line in page.read_text().splitlines() if f" | {case} | " in line]
    assert len(rows) == 3
    off = "FLAIR.nii.gz: qform and sform are up to 20.0 mm apart; the sform counts"
    assert f"| NIfTI, qform 20 mm off the sform | {case} | format | 1.000 | 0.95 | pass |  |" in rows[0]
    assert f"| same | {off}; T1.nii.gz: qform" in rows[0]
    assert f"| T1 absent | {case} | information lost |" in rows[2]
    assert fake_ensemble.calls == 2  # as it is, and without T1
    assert "0" * 64 in page.read_text()


def test_command_fails_where_a_mask_differs(
    run_command: Any,
    kit: Any,
    scan_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def wrong(pair: Any) -> Any:
        return pair.each(lambda image: image[:, ::-1])

    def empty(pair: Any) -> Any:
        return pair.each(lambda image: image * 0)

    variants = [
        kit.variant.Variant("mirrored", kit.variant.Kind.REORDERED, wrong, voxelwise=True),
        kit.variant.Variant("empty", kit.variant.Kind.LOST, empty),
    ]
    monkeypatch.setattr(kit.command, "thick_variants", lambda: variants)
    assert run_command() == 1
    printed, case = capsys.readouterr().out, scan_folder.name
    assert f"2 variants, 2 with a Dice to reach: 2 failed: mirrored ({case}); empty ({case})" in printed
    assert "FLAIR.nii.gz: expected a scan, found the same value in every voxel" in printed


def test_kept_rows_are_made_again_for_another_recipe_only(
    run_command: Any,
    kit: Any,
    weights_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    variants = [kit.variant.Variant(name, kit.variant.Kind.FORMAT) for name in ("one", "two")]
    monkeypatch.setattr(kit.command, "thick_variants", lambda: variants)
    assert run_command("--only", "one", "--keep", tmp_path / "rows") == 0
    first = (tmp_path / "rows").read_text()
    assert run_command("--only", "one", "--keep", tmp_path / "rows", "--markdown", tmp_path / "page") == 0
    assert (tmp_path / "rows").read_text() == first
    assert "| format | 1.000 | 0.95 | pass |  |" in (tmp_path / "page").read_text()
    manifest = read_manifest(weights_folder)
    write_manifest(tmp_path, replace(manifest, recipe=replace(manifest.recipe, threshold=0.7)))
    (tmp_path / manifest.members[0].path.name).write_bytes(manifest.members[0].path.read_bytes())
    assert run_command("--only", "one", "--keep", tmp_path / "rows", "--weights", tmp_path) == 0
    assert len((tmp_path / "rows").read_text().splitlines()) == 2 * len(first.splitlines()) == 2


def test_unknown_case_is_named(run_command: Any) -> None:
    with pytest.raises(SystemExit, match="expected cases other, found scan"):
        run_command("--case", "other")


@pytest.mark.real
@pytest.mark.parametrize("towards", ["LAS", "RPI", "PIL", "IRA", "LIP", "SAR"])
def test_network_is_shown_the_same_slices_in_any_orientation(
    towards: str, kit: Any, real_data: Path, tmp_path: Path
) -> None:
    folder = real_data / "cases" / "tabriz" / "a639" / "pre"
    usual, turned = [], []
    for name in ("FLAIR", "T1"):
        image = sitk.ReadImage(str(folder / f"{name}.nii.gz"))
        usual.append(read_volume(folder / f"{name}.nii.gz"))
        turned.append(read_volume(kit.files.nifti_gz(tmp_path / name, kit.images.stored_as(image, towards))))
    expected, found = (prepare_scan(Scan(*pair), DEFAULT).windows for pair in (usual, turned))
    assert expected.slices.tobytes() == found.slices.tobytes()
    assert expected.start_yx == found.start_yx
