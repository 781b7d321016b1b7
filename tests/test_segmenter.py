"""The Python function: the same answer for files, images and arrays; on exactly the FLAIR's grid."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

import wmhseg
from wmhseg import Segmenter, segment
from wmhseg.errors import BrainMaskError, InputError, WeightsError
from wmhseg.io.volume import Volume, to_image
from wmhseg.segmentation.result_files import ResultFiles
from wmhseg.segmentation.segment_files import segment_files
from wmhseg.settings import Settings

pytestmark = pytest.mark.usefixtures("fake_ensemble")


@pytest.fixture
def segmenter(fake_ensemble: Any, weights_folder: Path) -> Segmenter:
    return Segmenter(weights_folder)


@pytest.fixture
def files(scan_folder: Path) -> tuple[Path, Path]:
    return scan_folder / "FLAIR.nii.gz", scan_folder / "T1.nii.gz"


def test_what_the_command_writes(
    segmenter: Segmenter, files: tuple[Path, Path], weights_folder: Path, tmp_path: Path
) -> None:
    written = ResultFiles(
        tmp_path / "mask.nii.gz", probability=tmp_path / "p.nii.gz", lesions=tmp_path / "l.nii.gz"
    )
    segment_files(*files, written, Settings(weights_folder))
    result = segmenter.segment(*files)
    for path, array in (
        (written.mask, result.mask),
        (written.probability, result.probability),
        (written.lesions, result.lesion_labels),
    ):
        np.testing.assert_array_equal(array, np.asarray(nib.load(path).dataobj))
    np.testing.assert_allclose(result.affine, nib.load(files[0]).affine, atol=1e-5)
    voxel_ml = 1.15 * 1.15 * 6 / 1000
    assert result.volume_ml == pytest.approx(result.mask.sum() * voxel_ml, rel=1e-6)
    assert (
        [lesion.label for lesion in result.lesions] == [1, 2, 3] == sorted(set(result.lesion_labels.flat))[1:]
    )
    assert result.report["volume_ml"] == result.volume_ml
    assert result.report["volume_interval_ml"] is not None
    result.save(tmp_path / "saved.nii.gz")
    assert (tmp_path / "saved.nii.gz").read_bytes() == written.mask.read_bytes()


def test_images_and_arrays_give_the_same(segmenter: Segmenter, files: tuple[Path, Path]) -> None:
    expected = segmenter.segment(*files)
    loaded = [nib.load(path) for path in files]
    for pair in (
        loaded,
        [sitk.ReadImage(str(path)) for path in files],
        [(np.asarray(image.dataobj), image.affine) for image in loaded],
        [str(files[0]), loaded[1]],
    ):
        result = segmenter.segment(*pair)
        np.testing.assert_array_equal(result.mask, expected.mask)
        np.testing.assert_allclose(result.affine, expected.affine, atol=1e-5)
        assert result.mask.flags.c_contiguous


@pytest.mark.parametrize("axes", [(2, 0, 1), (1, 2, 0)])
def test_any_orientation_comes_back_as_given(
    segmenter: Segmenter, head: Any, axes: tuple[int, int, int]
) -> None:
    image = nib.Nifti1Image(head.flair.array.transpose(2, 1, 0), np.diag([-1.15, -1.15, 6, 1.0]))
    plain = segmenter.segment(image)
    turned = nib.as_closest_canonical(image)
    turned = turned.as_reoriented([[axis, 1 if axis else -1] for axis in axes])
    result = segmenter.segment(turned)
    assert result.mask.shape == turned.shape
    np.testing.assert_allclose(result.affine, turned.affine, rtol=0, atol=1e-5)  # float32, as in a file
    back = nib.as_closest_canonical(result.to_nibabel())
    expected = nib.as_closest_canonical(plain.to_nibabel())
    np.testing.assert_array_equal(np.asarray(back.dataobj), np.asarray(expected.dataobj))


def test_images_of_other_libraries(segmenter: Segmenter, files: tuple[Path, Path], head: Any) -> None:
    result = segmenter.segment(*files)
    image = result.to_nibabel()
    assert image.get_data_dtype() == np.uint8
    np.testing.assert_array_equal(image.get_qform(), image.get_sform())
    other = result.to_sitk()
    assert other.GetSize() == head.flair.grid.size_xyz
    np.testing.assert_array_equal(sitk.GetArrayFromImage(other), result.mask.transpose(2, 1, 0))


def test_the_users_image_is_left_as_it_is(segmenter: Segmenter, head: Any) -> None:
    image = to_image(head.flair)
    skewed = np.reshape(head.flair.grid.direction, (3, 3)).copy()
    skewed[0, 1] += 1e-3
    image.SetDirection(skewed.ravel().tolist())
    before = image.GetDirection(), sitk.GetArrayFromImage(image)
    result = segmenter.segment(image)
    assert [line for line in result.warnings if line.startswith("FLAIR: axes up to")]
    assert image.GetDirection() == before[0]
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), before[1])


def test_flair_alone_is_said_or_refused(weights_folder: Path, files: tuple[Path, Path]) -> None:
    result = segment(files[0], weights=weights_folder)
    assert result.warnings == ("no T1: segmenting with FLAIR alone",)
    assert "t1_missing" in result.flags
    with pytest.raises(InputError, match="T1: expected one, because it is required"):
        segment(files[0], weights=weights_folder, require_t1=True)


def test_without_all_members_there_is_no_probability(
    weights_folder: Path, files: tuple[Path, Path], segmenter: Segmenter
) -> None:
    result = segment(*files, weights=weights_folder, all_members=False)
    assert result.probability is None
    assert result.report["volume_interval_ml"] is None


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (np.zeros((4, 4, 4)), "FLAIR: expected a path, a nibabel or SimpleITK image, or an array and its"),
        ((np.zeros((4, 4)), np.eye(4)), r"FLAIR: expected an array .* of numbers, found float64 \(4, 4\)"),
        ((np.zeros((4, 4, 4, 2)), np.eye(4)), r"FLAIR: expected an array \(X, Y, Z\) of numbers"),
        ((np.zeros((4, 4, 4), complex), np.eye(4)), r"FLAIR: expected an array \(X, Y, Z\) of numbers"),
        ((np.ones((4, 4, 4)), np.eye(3)), r"FLAIR: expected an affine \(4, 4\) .*, found \(3, 3\)"),
        ((np.ones((4, 4, 4)), np.diag([1, 1, 0, 1])), r"FLAIR: expected an affine \(4, 4\)"),
        ((np.ones((4, 4, 4)), np.full((4, 4), np.nan)), r"FLAIR: expected an affine \(4, 4\)"),
        ((np.ones((4, 4, 4)), np.eye(4) + np.eye(4, k=1)), "FLAIR: its axes are not orthonormal"),
        ((np.ones((4, 4, 4)), np.eye(4)), "FLAIR: expected a scan, found the same value in every voxel"),
        (Path("no") / "FLAIR.nii.gz", r"no/FLAIR\.nii\.gz: expected an image file, found none"),
    ],
)  # fmt: skip
def test_what_is_no_scan(segmenter: Segmenter, image: Any, said: str) -> None:
    with pytest.raises(InputError, match=f"^{said}"):
        segmenter.segment(image)


def test_errors_name_the_image(segmenter: Segmenter, head: Any, tmp_path: Path, save_scan: Callable) -> None:
    noise = np.random.default_rng(0).normal(0, 1, head.flair.array.shape).astype(np.float32)
    with pytest.raises(BrainMaskError, match=r"^FLAIR: expected a head"):
        segmenter.segment((noise.transpose(2, 1, 0), np.diag([1.15, 1.15, 6, 1])))
    path = tmp_path / "noise.nii.gz"
    save_scan(path, Volume(noise, head.flair.grid))
    with pytest.raises(BrainMaskError, match=f"^{path}: FLAIR: expected a head"):
        segmenter.segment(path)
    with pytest.raises(WeightsError, match="expected the weights' manifest, found none"):
        segment(path, weights=tmp_path)


def test_importing_the_package_changes_nothing() -> None:
    """No TensorFlow, no environment, no file descriptor, no umask."""
    program = (
        "import os, sys\n"
        "before = dict(os.environ), os.listdir('/proc/self/fd'), os.umask(0o22)\n"
        "os.umask(before[2])\n"
        "import wmhseg\n"
        "assert not {'numpy', 'SimpleITK', 'tensorflow', 'keras'} & set(sys.modules)\n"
        "from wmhseg import Segmenter, segment\n"
        "assert not {'tensorflow', 'keras', 'nibabel', 'matplotlib', 'pydicom'} & set(sys.modules)\n"
        "import SimpleITK\n"
        "assert SimpleITK.ProcessObject.GetGlobalWarningDisplay()\n"
        "umask = os.umask(0o22)\n"
        "assert (dict(os.environ), os.listdir('/proc/self/fd'), umask) == before\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'wmhseg' has no attribute 'segmentt'"):
        _ = wmhseg.segmentt


def test_a_say_in_the_threshold(weights_folder: Path, files: tuple[Path, Path], fake_ensemble: Any) -> None:
    class Graded(type(fake_ensemble)):  # type: ignore[misc]
        def predict_members(self, slices: Any) -> list[Any]:
            return [np.clip(slices[..., 0] - 5, 0, 1).astype(np.float32)]

    fake_ensemble.__class__ = Graded
    low, high = (segment(*files, weights=weights_folder, threshold=value) for value in (0.2, 0.8))
    assert low.volume_ml > high.volume_ml > 0
    np.testing.assert_array_equal(low.mask > 0, low.probability > 0.2)
    assert low.report["recipe"]["threshold"] == 0.2
    with pytest.raises(InputError, match=r"threshold: expected a number from 0 to 1, found 1\.2"):
        segment(*files, weights=weights_folder, threshold=1.2)


def test_wmh_by_the_labels_of_a_parcellation(
    segmenter: Segmenter, files: tuple[Path, Path], tmp_path: Path
) -> None:
    """Slabs that cut lesions, counted voxel by voxel."""
    flair = nib.load(files[0])
    right_mm = nib.affines.apply_affine(flair.affine, np.moveaxis(np.indices(flair.shape), 0, -1))[..., 0]
    labels = np.select([right_mm < -26, right_mm < -12, right_mm > 24], [7, 5, 3], 0).astype(np.int16)
    nib.save(nib.Nifti1Image(labels, flair.affine), tmp_path / "slabs.nii.gz")
    (tmp_path / "names.tsv").write_text("index\tname\n3\tright\n7\tfar left\n")
    plain = segmenter.segment(*files)
    result = segmenter.segment(
        *files, parcellation=tmp_path / "slabs.nii.gz", parcellation_names=str(tmp_path / "names.tsv")
    )
    np.testing.assert_array_equal(result.mask, plain.mask)
    assert "parcellation" not in plain.report
    found = result.report["parcellation"]
    assert (found["file"]["name"], found["transform"]) == ("slabs.nii.gz", None)
    voxel_ml = 1.15 * 1.15 * 6 / 1000
    lesions = [labels[result.lesion_labels == number] for number in (1, 2, 3)]
    owners = [np.bincount(one).argmax() for one in lesions]
    names = {3: "right", 5: None, 7: "far left", 0: "outside of all labels"}
    assert [row["index"] for row in found["labels"]] == list(names)
    for row in found["labels"]:
        here = labels == row["index"]
        wmh = int(result.mask[here].sum())
        assert wmh > 0
        assert row["wmh_ml"] == pytest.approx(wmh * voxel_ml, abs=1e-5)
        assert row["name"] == names[row["index"]]
        assert row["lesion_count"] == owners.count(row["index"])
        if row["index"]:
            assert row["volume_ml"] == pytest.approx(here.sum() * voxel_ml, rel=1e-5)
            assert row["wmh_percent"] == pytest.approx(100 * wmh / here.sum(), abs=1e-3)
    assert sum(row["wmh_ml"] for row in found["labels"]) == pytest.approx(result.volume_ml, abs=1e-4)
