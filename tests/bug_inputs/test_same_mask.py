"""What decides whether a row of `make bug-inputs` is right can fail."""

import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))
from same_mask import difference, volume_ml

MASK = np.zeros((10, 8, 6), np.uint8)
MASK[1:4, 2:6, 1:3] = 1
AFFINE = np.array([[-2.0, 0, 0, 9], [0, 2, 0, -7], [0, 0, 5, 3], [0, 0, 0, 1]])


def save(path: Path, mask: np.ndarray, affine: np.ndarray) -> Path:
    nib.save(nib.Nifti1Image(mask, affine), path)
    return path


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    return save(tmp_path / "reference.nii", MASK, AFFINE)


def test_the_same_place_in_another_orientation(tmp_path: Path, reference: Path) -> None:
    flipped = AFFINE.copy()
    flipped[:, 0], flipped[0, 3] = -AFFINE[:, 0], 9 - 9 * 2
    assert difference(save(tmp_path / "a.nii", MASK[::-1], flipped), reference) == ""
    assert volume_ml(reference) == pytest.approx(24 * 20 / 1000)


def test_a_mirrored_or_moved_mask_is_another(tmp_path: Path, reference: Path) -> None:
    mirrored = save(tmp_path / "a.nii", MASK[::-1], AFFINE)
    assert difference(mirrored, reference) == "Dice 0.00, volume +0%"
    moved = AFFINE.copy()
    moved[2, 3] += 5  # one of two slices is left
    path = save(tmp_path / "b.nii", MASK, moved)
    assert difference(path, reference) == "Dice 0.50, volume +0%"
    assert difference(path, reference, by_voxels=True) == ""


def test_another_size_is_another(tmp_path: Path, reference: Path) -> None:
    large = save(tmp_path / "a.nii", MASK, AFFINE @ np.diag([1, 1, 1.1, 1]))
    assert difference(large, reference, by_voxels=True) == "Dice 1.00, volume +10%"
    assert difference(tmp_path / "none.nii", reference) == "no mask"
