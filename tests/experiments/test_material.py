"""Variants of prepared cases."""

import json
from pathlib import Path

import numpy as np
import pytest

from wmhseg.errors import InputError
from wmhseg.experiments.material import Material, Variant
from wmhseg.experiments.scale import SMALL
from wmhseg.io.volume import read_volume

NAME = "scanner_a/case_00"


@pytest.fixture(scope="module")
def material(cohort: Path) -> Material:
    return Material(cohort, SMALL.recipe)


def test_without_t1_the_second_channel_is_empty_and_the_first_stays(material: Material) -> None:
    full, without = material.input(NAME).slices, material.input(NAME, Variant(t1=False)).slices
    assert full.images[..., 1].any()
    assert not without.images[..., 1].any()
    np.testing.assert_array_equal(without.images[..., 0], full.images[..., 0])
    np.testing.assert_array_equal(without.labels, full.labels)


def test_not_normalised_slices_show_the_same_pixels_as_stored(material: Material) -> None:
    full = material.input(NAME).slices
    raw = material.input(NAME, Variant(normalised=False)).slices
    flair = read_volume(material.case(NAME).flair).array
    # Every stored value of a lesion voxel is there, in hundreds, and normalising is linear.
    truth = read_volume(material.case(NAME).truth, may_be_constant=True).array == 1
    lesion = raw.images[..., 0][raw.labels == 1].astype(float) * 100
    np.testing.assert_allclose(np.sort(lesion), np.sort(flair[truth]), rtol=1e-3)
    inner = (full.images[..., 1] > -3.9) & (full.images[..., 1] < 5.9)
    pairs = raw.images[..., 1][inner].astype(float), full.images[..., 1][inner].astype(float)
    assert np.corrcoef(*pairs)[0, 1] == pytest.approx(1, abs=1e-4)


def test_digests_tell_contents_apart(cohort: Path, material: Material) -> None:
    variants = (Variant(), Variant(t1=False), Variant(normalised=False), Variant(False, False))
    digests = {material.input(NAME, variant).digest for variant in variants}
    digests.add(material.input("scanner_a/case_01").digest)
    assert len(digests) == 5
    # Augmentation happens later; another reading of the same files is the same.
    assert material.input(NAME, Variant(augmented=False)).digest == material.input(NAME).digest
    assert Material(cohort, SMALL.recipe).input(NAME).digest == material.input(NAME).digest


def test_the_note_is_the_cohort_s_own(material: Material, tmp_path: Path) -> None:
    assert material.note.startswith("15 synthetic phantom heads")
    for part in ("pre/FLAIR.nii.gz", "pre/T1.nii.gz", "wmh.nii.gz"):
        (tmp_path / "mine" / "x" / "1" / part).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / "x" / "1" / part).touch()
    mine = Material(tmp_path / "mine", SMALL.recipe)
    assert mine.note == "1 cases of mine"
    (tmp_path / "mine" / "cohort.json").write_text(json.dumps({}))
    with pytest.raises(InputError, match=r"cohort\.json: expected a cohort's note"):
        _ = mine.note
