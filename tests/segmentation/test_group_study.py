"""`wmhseg segment --mni-mask --mni-probability --filled-t1`, from files to files."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk
from scipy import ndimage

from wmhseg import Segmenter
from wmhseg.cli import main
from wmhseg.errors import InputError
from wmhseg.imaging import deformable
from wmhseg.io.volume import Volume
from wmhseg.model.provenance import HashedFile
from wmhseg.segmentation.anatomist import Structures
from wmhseg.segmentation.group_study import with_filled_t1
from wmhseg.segmentation.measure import Measured
from wmhseg.segmentation.read_scan import Scan
from wmhseg.segmentation.segment_scan import Segmentation

pytestmark = pytest.mark.usefixtures("fake_ensemble", "fake_anatomy")

WHITE, WMH = 1, 60


def segment(scan: Path, weights: Path, output: Path, *more: str) -> int:
    words = ["segment", "--flair", str(scan / "FLAIR.nii.gz"), "--weights", str(weights)]
    return main([*words, "--output", str(output / "wmh.nii.gz"), *more])


def test_mni(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The drawn head, registered in truth: its lesions stay left and right, front and back."""
    monkeypatch.setattr(deformable, "_ITERATIONS", (3, 1))
    files = [str(tmp_path / name) for name in ("mask.nii.gz", "probability.nii.gz", "r.json")]
    more = ["--mni-mask", files[0], "--mni-probability", files[1], "--report", files[2]]
    assert segment(scan_folder, weights_folder, tmp_path, *more) == 0
    mask, probability = (nib.load(path) for path in files[:2])
    expected = [[1, 0, 0, -98], [0, 1, 0, -134], [0, 0, 1, -72], [0, 0, 0, 1]]
    for image, kind in ((mask, np.uint8), (probability, np.float32)):
        np.testing.assert_array_equal(image.affine, expected)
        assert (image.shape, image.get_data_dtype()) == ((197, 233, 189), kind)
    report = json.loads(Path(files[2]).read_text())
    assert "regions" not in report
    assert report["mni"]["volume_ml"] == pytest.approx(np.asarray(mask.dataobj).sum() / 1000)
    # Three balls (tests/conftest.py): one left; two right, one of them 44 mm farther back and 32 mm higher.
    balls, count = ndimage.label(np.asarray(mask.dataobj))
    assert count == 3
    centres = nib.affines.apply_affine(mask.affine, ndimage.center_of_mass(balls > 0, balls, (1, 2, 3)))
    left, *right = sorted(centres, key=lambda centre: centre[0])
    assert left[0] < -15
    front, back = sorted(right, key=lambda centre: -centre[1])
    assert min(front[0], back[0]) > 15
    assert front[1] - back[1] > 35
    assert back[2] - front[2] > 25


def test_a_filled_t1_needs_a_t1(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert segment(scan_folder, weights_folder, tmp_path, "--filled-t1", str(tmp_path / "t1.nii")) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == "wmhseg: error: --filled-t1: expected --t1 with it, found none; give the T1"
    assert list(tmp_path.iterdir()) == []


def test_filled_t1(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, make_head: Any, make_grid: Any
) -> None:
    """As bright as the same head's white matter around lesions: WMH of this T1 are a quarter darker."""
    t1 = scan_folder / "T1.nii.gz"
    assert (
        segment(scan_folder, weights_folder, tmp_path, "--t1", str(t1), "--filled-t1", f"{tmp_path}/f.nii")
        == 0
    )
    before, after = (np.asarray(nib.load(path).dataobj) for path in (t1, tmp_path / "f.nii"))
    mask = np.asarray(nib.load(tmp_path / "wmh.nii.gz").dataobj) > 0
    np.testing.assert_array_equal(after[~mask], before[~mask])
    assert before[mask].mean() == pytest.approx(120, rel=0.1)
    assert after[mask].mean() == pytest.approx(160, rel=0.05)


def measured_with(mask: Volume) -> Measured:
    result = Segmentation(mask, mask, 0, True)
    return Measured(result, mask, None, None)  # type: ignore[arg-type]


def test_on_its_own_grid_where_registration_moved_it(tmp_path: Path, make_grid: Any, save_scan: Any) -> None:
    """Other voxels, and a header 30 mm off: WMH are filled where they are, in the file as it is."""
    flair_grid, t1_grid = make_grid((40, 40, 20), (1.0, 1.0, 2.0)), make_grid((20, 20, 20), (2.0, 2.0, 2.0))
    t1 = np.full((20, 20, 20), 100, np.int16)
    t1[8:12, 8:12, 12:16] = WMH
    off = replace(t1_grid, origin_mm=tuple(value + 30 for value in t1_grid.origin_mm))
    save_scan(tmp_path / "t1.nii.gz", Volume(t1, off))
    mask = np.zeros((20, 40, 40), np.uint8)
    mask[8:12, 16:24, 24:32] = 1
    scan = Scan(Volume(mask, flair_grid), Volume(t1.astype(np.float32), t1_grid))
    white = Structures(Volume(np.full(mask.shape, WHITE, np.uint8), flair_grid), HashedFile("a", "0" * 64))
    measured = measured_with(Volume(mask, flair_grid))
    filled = with_filled_t1(measured, white, scan, tmp_path / "t1.nii.gz").filled_t1
    assert filled is not None
    assert filled.array.dtype == np.int16
    assert (filled.array == 100).all()
    np.testing.assert_allclose(filled.grid.origin_mm, off.origin_mm)
    with pytest.raises(InputError, match="expected one that fits the FLAIR, to be filled at WMH, found none"):
        with_filled_t1(measured, white, replace(scan, t1=None), tmp_path / "t1.nii.gz")


@pytest.mark.usefixtures("fake_mni")
def test_python(scan_folder: Path, weights_folder: Path) -> None:
    flair = scan_folder / "FLAIR.nii.gz"
    result = Segmenter(weights_folder, mni=True).segment(flair)
    assert result.mni_mask is not None
    assert result.mni_probability is not None
    assert (result.regions, "regions" in result.report) == (None, False)
    assert (result.mni_mask.shape, result.mni_mask.dtype) == ((197, 233, 189), np.uint8)
    # Three balls of 9, 7 and 8 mm about these places in the world, which this test takes for MNI space.
    places = nib.affines.apply_affine(result.mni_affine, np.argwhere(result.mni_mask))
    for centre, radius in (((-24, 18, 8), 9), ((22, -20, 14), 7), ((26, 24, -18), 8)):
        near = places[np.linalg.norm(places - centre, axis=1) < radius + 6]
        np.testing.assert_allclose(near.mean(axis=0), centre, atol=2)
    bare = Segmenter(weights_folder, mni=True, all_members=False).segment(flair)
    assert bare.mni_probability is None
    np.testing.assert_array_equal(bare.mni_mask, result.mni_mask)
    plain = Segmenter(weights_folder).segment(flair)
    assert (plain.mni_mask, plain.mni_probability, plain.mni_affine) == (None, None, None)


def test_a_filled_t1_in_python(scan_folder: Path, weights_folder: Path, tmp_path: Path) -> None:
    """What the command writes, for a file and for images in memory; those stay as they are."""
    flair, t1 = scan_folder / "FLAIR.nii.gz", tmp_path / "T1.nii"
    drawn = nib.load(scan_folder / "T1.nii.gz")
    nib.save(nib.Nifti1Image(np.rint(drawn.get_fdata()).astype(np.int16), drawn.affine), t1)
    more = ["--t1", str(t1), "--filled-t1", f"{tmp_path}/f.nii"]
    assert segment(scan_folder, weights_folder, tmp_path, *more) == 0
    written, stored = nib.load(tmp_path / "f.nii"), nib.load(t1)
    voxels = np.asarray(stored.dataobj)
    assert (np.asarray(written.dataobj) != voxels).any()
    segmenter = Segmenter(weights_folder, filled_t1=True)
    for image in (t1, stored, sitk.ReadImage(str(t1)), (voxels[..., np.newaxis], stored.affine)):
        result = segmenter.segment(flair, image)
        assert result.filled_t1 is not None
        assert result.filled_t1.dtype == np.int16
        np.testing.assert_array_equal(result.filled_t1, np.asarray(written.dataobj))
        np.testing.assert_allclose(result.filled_t1_affine, stored.affine, atol=1e-5)
        assert (result.mni_mask, result.regions) == (None, None)
    np.testing.assert_array_equal(voxels, np.asarray(nib.load(t1).dataobj))
    with pytest.raises(InputError, match=r"^T1: expected one, to be filled at WMH, found none; give it$"):
        segmenter.segment(flair)
    plain = Segmenter(weights_folder).segment(flair, t1)
    assert (plain.filled_t1, plain.filled_t1_affine) == (None, None)


@pytest.mark.usefixtures("no_lesions")
def test_without_wmh_it_is_a_copy(scan_folder: Path, weights_folder: Path) -> None:
    t1 = nib.load(scan_folder / "T1.nii.gz")
    voxels = np.asarray(t1.dataobj)
    result = Segmenter(weights_folder, filled_t1=True).segment(
        scan_folder / "FLAIR.nii.gz", (voxels, t1.affine)
    )
    np.testing.assert_array_equal(result.filled_t1, voxels)
    assert not np.shares_memory(result.filled_t1, voxels)
