"""The committed sample case: what is in it, and that the script still makes it."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import SimpleITK as sitk
from scipy import ndimage

EXAMPLES = Path(__file__).parents[2] / "examples"
SAMPLE = EXAMPLES / "sample"
NAMES = ("pre/FLAIR.nii.gz", "pre/T1.nii.gz", "wmh.nii.gz")
VOXEL_ML = 0.96 * 0.96 * 3 / 1000


@pytest.fixture(scope="module")
def make_sample() -> Iterator[ModuleType]:
    sys.path.insert(0, str(EXAMPLES))
    yield importlib.import_module("make_sample")
    sys.path.remove(str(EXAMPLES))


@pytest.fixture(scope="module")
def images() -> dict[str, sitk.Image]:
    return {name: sitk.ReadImage(str(SAMPLE / name)) for name in NAMES}


@pytest.fixture(scope="module")
def truth(images: dict[str, sitk.Image]) -> np.ndarray:
    return sitk.GetArrayFromImage(images["wmh.nii.gz"])


def test_script_makes_exactly_the_committed_voxels(
    make_sample: ModuleType, images: dict[str, sitk.Image]
) -> None:
    # One of the four slabs, to save time: the one in which every part of the head is drawn.
    first = 12
    slab = make_sample.make_slab(first)
    assert tuple(sorted(slab)) == NAMES
    for name, array in slab.items():
        committed = sitk.GetArrayFromImage(images[name])[first : first + 12]
        np.testing.assert_array_equal(array, committed, err_msg=name)


def test_written_files_are_the_same_bytes_and_on_the_same_grid(
    make_sample: ModuleType, images: dict[str, sitk.Image], tmp_path: Path
) -> None:
    arrays = {name: sitk.GetArrayFromImage(image) for name, image in images.items()}
    for run in ("one", "two"):
        make_sample.write_case(arrays, tmp_path / run)
    for name in NAMES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
        again = sitk.ReadImage(str(tmp_path / "one" / name))
        for get in ("GetSize", "GetSpacing", "GetOrigin", "GetDirection"):
            assert getattr(again, get)() == getattr(images[name], get)()


@pytest.mark.parametrize("name", NAMES)
def test_grid_is_that_of_a_challenge_case(images: dict[str, sitk.Image], name: str) -> None:
    image = images[name]
    assert image.GetSize() == (240, 240, 48)
    np.testing.assert_allclose(image.GetSpacing(), (0.96, 0.96, 3.0), rtol=1e-6)
    # 9 degrees about x, 2 about y, 1 about z: the slices' normal leans to the back.
    direction = np.reshape(image.GetDirection(), (3, 3))
    np.testing.assert_allclose(direction @ direction.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(direction) == pytest.approx(1)
    assert np.rad2deg(np.arccos(direction[2, 2])) == pytest.approx(9.22, abs=0.05)
    middle = image.TransformContinuousIndexToPhysicalPoint((119.5, 119.5, 23.5))
    np.testing.assert_allclose(middle, (-1.8, 21.4, 10.7), atol=1e-3)


def test_files_are_small() -> None:
    assert sum((SAMPLE / name).stat().st_size for name in NAMES) < 1_550_000


def test_types_are_those_of_the_challenge(images: dict[str, sitk.Image]) -> None:
    types = [images[name].GetPixelIDTypeAsString() for name in NAMES]
    assert types == ["16-bit signed integer", "16-bit signed integer", "32-bit float"]


def test_truth_holds_the_lesions_that_the_readme_names(truth: np.ndarray) -> None:
    assert set(np.unique(truth)) == {0.0, 1.0}
    labels, count = ndimage.label(truth, np.ones((3, 3, 3)))
    volumes_ml = np.bincount(labels.ravel())[1:] * VOXEL_ML
    assert count == 17
    assert volumes_ml.sum() == pytest.approx(11.86, abs=0.01)
    assert volumes_ml.min() == pytest.approx(0.17, abs=0.01)
    assert volumes_ml.max() == pytest.approx(1.79, abs=0.01)
    assert (volumes_ml > 0.2).sum() == 14


def test_lesions_are_bright_on_flair_and_dim_on_t1(images: dict[str, sitk.Image], truth: np.ndarray) -> None:
    # Voxels 4 to 6 pixels from lesions of the upper slices, without CSF: mostly white matter.
    lesion = truth > 0
    lesion[:26] = False
    far = ndimage.distance_transform_edt(~lesion, sampling=(3, 0.96, 0.96))
    flair, t1 = (sitk.GetArrayFromImage(images[name]) for name in NAMES[:2])
    around = (far > 4) & (far < 6) & (flair > 80)
    assert 1.3 < np.median(flair[lesion]) / np.median(flair[around]) < 1.6
    assert 0.8 < np.median(t1[lesion]) / np.median(t1[around]) < 1.0


def test_air_is_zero_and_the_head_fills_what_a_head_fills(images: dict[str, sitk.Image]) -> None:
    flair, t1 = (sitk.GetArrayFromImage(images[name]) for name in NAMES[:2])
    for image in (flair, t1):
        assert image.min() == 0
        assert not image[:, :2].any()
        assert not image[:, :, :15].any()
        assert not image[:, :, -15:].any()
    # 140-175 mm wide and 185-215 mm long in the widest slices.
    head = (flair[20:30] > 0).any(axis=0)
    assert 140 < head.any(axis=0).sum() * 0.96 < 175
    assert 185 < head.any(axis=1).sum() * 0.96 < 215
