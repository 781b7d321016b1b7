"""Formats other than NIfTI: read whole and with a position, or refused."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import SimpleITK as sitk

from wmhseg.errors import InputError
from wmhseg.io.volume import read_image, read_mask

VALUES = np.random.default_rng(5).integers(0, 1000, (4, 5, 6)).astype("<i2")
SPACING_MM, ORIGIN_MM = (1.5, 2.0, 5.0), (9.0, -8.0, 7.0)
# A quarter turn about z.
DIRECTION = (0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
META = {
    "ObjectType": "Image", "NDims": "3", "BinaryData": "True", "BinaryDataByteOrderMSB": "False",
    "TransformMatrix": "1 0 0 0 1 0 0 0 1", "Offset": "9 -8 7", "ElementSpacing": "1.5 2 5",
    "DimSize": "6 5 4", "ElementType": "MET_SHORT", "ElementDataFile": "LOCAL",
}  # fmt: skip
NRRD = {
    "type": "short", "dimension": "3", "sizes": "6 5 4", "encoding": "raw", "endian": "little",
    "space": "left-posterior-superior", "space directions": "(1.5,0,0) (0,2,0) (0,0,5)",
    "space origin": "(9,-8,7)",
}  # fmt: skip


def save(path: Path, *, compressed: bool = False) -> Path:
    image = sitk.GetImageFromArray(VALUES)
    image.SetSpacing(SPACING_MM)
    image.SetOrigin(ORIGIN_MM)
    image.SetDirection(DIRECTION)
    sitk.WriteImage(image, str(path), compressed)
    return path


def save_meta(folder: Path, **changes: str | None) -> Path:
    fields = {name: value for name, value in {**META, **changes}.items() if value is not None}
    head = "".join(f"{name} = {value}\n" for name, value in fields.items())
    (folder / "a.mha").write_bytes(head.encode() + VALUES.tobytes())
    return folder / "a.mha"


def save_nrrd(folder: Path, changes: dict[str, str | None]) -> Path:
    fields = {name: value for name, value in {**NRRD, **changes}.items() if value is not None}
    head = "NRRD0004\n" + "".join(f"{name}: {value}\n" for name, value in fields.items()) + "\n"
    (folder / "a.nrrd").write_bytes(head.encode() + VALUES.tobytes())
    return folder / "a.nrrd"


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("ending", ["mha", "mhd", "nrrd", "nhdr", "mnc", "h5"])
def test_whole_files(tmp_path: Path, ending: str, compressed: bool) -> None:
    path = save(tmp_path / f"a.{ending}", compressed=compressed)
    volume, warnings = read_image(path)
    assert warnings == ()
    np.testing.assert_array_equal(volume.array, VALUES)
    assert volume.grid.spacing_mm == pytest.approx(SPACING_MM)
    assert volume.grid.origin_mm == pytest.approx(ORIGIN_MM)
    assert volume.grid.direction == pytest.approx(DIRECTION)


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("ending", ["mha", "mhd", "nrrd", "nhdr", "mnc", "h5"])
@pytest.mark.parametrize("missing", [1, 60])
def test_missing_bytes(
    tmp_path: Path, ending: str, compressed: bool, missing: int, capfd: pytest.CaptureFixture[str]
) -> None:
    path = save(tmp_path / f"a.{ending}", compressed=compressed)
    (largest,) = sorted(tmp_path.iterdir(), key=lambda file: file.suffix in (".mhd", ".nhdr"))[:1]
    largest.write_bytes(largest.read_bytes()[:-missing])
    for read in (read_image, read_mask):
        with pytest.raises(
            InputError, match=rf"^{path}: not a readable image \(.+\); check or copy"
        ) as caught:
            read(path)
        assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("ending", ["mha", "mhd", "nrrd", "nhdr"])
def test_damaged_compression(tmp_path: Path, ending: str, capfd: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / f"a.{ending}", compressed=True)
    (largest,) = sorted(tmp_path.iterdir(), key=lambda file: file.suffix in (".mhd", ".nhdr"))[:1]
    content = largest.read_bytes()
    for place in range(len(content) - 170, len(content) - 15, 15):
        damaged = bytearray(content)
        damaged[place] ^= 0x10
        largest.write_bytes(damaged)
        with pytest.raises(InputError, match=rf"^{path}: not a readable image \(.+\); check or copy"):
            read_image(path)
    assert capfd.readouterr().err == ""


def test_more_voxels_than_promised(tmp_path: Path) -> None:
    path = save(tmp_path / "a.nrrd", compressed=True)
    path.write_bytes(path.read_bytes().replace(b"sizes: 6 5 4", b"sizes: 6 5 3"))
    with pytest.raises(InputError, match=r"expected 180 bytes of voxels in a\.nrrd, found more"):
        read_image(path)


@pytest.mark.parametrize("ending", ["mhd", "nhdr"])
def test_missing_voxels(tmp_path: Path, ending: str) -> None:
    path = save(tmp_path / f"a.{ending}")
    (tmp_path / "a.raw").unlink()
    with pytest.raises(InputError, match=rf"^{path}: .*a\.raw"):
        read_image(path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ElementSpacing": None}, r"expected the size of its voxels \(ElementSpacing\), found none"),
        ({"ElementSpacing": "1.5 nan 5"}, "expected numbers above 0 as ElementSpacing, found 1.5 nan 5;"),
        ({"ElementSpacing": "1.5 0 5"}, "expected numbers above 0 as ElementSpacing"),
        ({"ElementSpacing": "1.5 -2 5"}, "expected numbers above 0 as ElementSpacing"),
        ({"Offset": "9 nan 7"}, "expected numbers as Offset, found 9 nan 7;"),
        ({"TransformMatrix": "1 0 0 0 inf 0 0 0 1"}, "expected numbers as TransformMatrix"),
        ({"DimSize": "60000 60000 60000"}, "found 216000000000000 voxels, which take"),
        ({"ElementDataFile": "other.raw"}, "expected other.raw beside it, .* found none"),
        ({"ElementDataFile": "%s%n.raw 1 3 1"}, "expected where its voxels are, found '%s%n.raw 1 3 1'"),
        ({"ElementDataFile": None}, "expected where its voxels are, found 'nothing'"),
    ],
)
def test_metaimages_that_are_refused(tmp_path: Path, changes: dict[str, str | None], said: str) -> None:
    with pytest.raises(InputError, match=rf"^{tmp_path}/a\.mha: .*{said}"):
        read_image(save_meta(tmp_path, **changes))


@pytest.mark.parametrize("missing", ["Offset", "TransformMatrix"])
def test_metaimages_without_a_position_are_said(tmp_path: Path, missing: str) -> None:
    assert read_image(save_meta(tmp_path))[1] == ()
    (warning,) = read_image(save_meta(tmp_path, **{missing: None}))[1]
    assert "does not say all of where the image lies (Offset, TransformMatrix)" in warning


def test_other_names_of_metaimages_fields(tmp_path: Path) -> None:
    path = save_meta(tmp_path)
    content = path.read_bytes().replace(b"ElementSpacing", b"ElementSize").replace(b"Offset", b"Position")
    path.write_bytes(content)
    volume, warnings = read_image(path)
    assert warnings == ()
    assert (volume.grid.spacing_mm, volume.grid.origin_mm) == (SPACING_MM, ORIGIN_MM)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"space directions": None, "space origin": None, "space": None},
            r"\(space directions\), found none",
        ),
        (
            {"space directions": None, "space origin": None, "space": None, "spacings": "1.5 2 nan"},
            "expected numbers above 0 as spacings, found 1.5 2 nan",
        ),
        ({"space origin": "(nan,nan,nan)"}, "expected numbers as spaceorigin"),
        ({"sizes": "60000 60000 60000"}, "not a readable image|fits into memory"),
        ({"data file": "%s%n.raw 1 3 1"}, "expected where its voxels are, found '%s%n.raw 1 3 1'"),
    ],
)
def test_nrrds_that_are_refused(tmp_path: Path, changes: dict[str, str | None], said: str) -> None:
    with pytest.raises(InputError, match=rf"^{tmp_path}/a\.nrrd: .*({said})"):
        read_image(save_nrrd(tmp_path, changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"space directions": None, "space origin": None, "space": None, "spacings": "1.5 2 5"},
        {"space origin": None},
        {"space": "scanner-xyz"},
        {"space": "3D-right-handed"},
    ],
)
def test_nrrds_without_a_position_are_said(tmp_path: Path, changes: dict[str, str | None]) -> None:
    volume, (warning,) = read_image(save_nrrd(tmp_path, changes))
    assert "does not say all of where the image lies (space, space directions, space origin)" in warning
    assert volume.grid.spacing_mm == SPACING_MM


@pytest.mark.parametrize("space", ["left-posterior-superior", "LPS", "right-anterior-superior", "RAS", "LAS"])
def test_worlds_of_nrrd(tmp_path: Path, space: str) -> None:
    volume, warnings = read_image(save_nrrd(tmp_path, {"space": space}))
    assert warnings == ()
    initials = "".join(word[0] for word in space.split("-")).upper() if "-" in space else space
    signs = [1 if letter in "LPS" else -1 for letter in initials]
    assert volume.grid.origin_mm == pytest.approx(np.multiply(ORIGIN_MM, signs))
    assert volume.grid.direction == pytest.approx(np.diag(signs).ravel())


@pytest.mark.parametrize("ending", ["tif", "vtk", "gipl", "mrc"])
def test_formats_without_orientation_are_refused(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    sitk.WriteImage(sitk.GetImageFromArray(VALUES), str(path))
    with pytest.raises(
        InputError, match=rf"^{path}: not a readable image \(expected NIfTI, .*, found \w+\);"
    ):
        read_image(path)


@pytest.mark.parametrize(("field", "refused"), [("step", True), ("start", False)])
def test_minc_without_a_position(tmp_path: Path, field: str, refused: bool) -> None:
    path = save(tmp_path / "a.mnc")
    with h5py.File(path, "r+") as file:
        del file["minc-2.0/dimensions/xspace"].attrs[field]
    if refused:
        with pytest.raises(
            InputError, match=rf"^{path}: expected the size of its voxels \(step of each axis"
        ):
            read_image(path)
    else:
        (warning,) = read_image(path)[1]
        assert "does not say all of where the image lies (start of each axis)" in warning


def test_images_too_large_for_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "a.nrrd")
    monkeypatch.setattr("wmhseg.io.limits.usable_memory", lambda: 1000)
    with pytest.raises(InputError, match=rf"^{path}: .* found 120 voxels"):
        read_image(path)
