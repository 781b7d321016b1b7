"""Prepared slices on disk."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wmhseg.datasets.slices import SliceSet, load_slices, save_slices
from wmhseg.errors import InputError


def made_up(site: str, name: str, count: int, seed: int) -> SliceSet:
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(count, 20, 20, 2)).astype(np.float16)
    return SliceSet(site, name, images, rng.integers(0, 3, (count, 20, 20)).astype(np.uint8))


def test_round_trip(tmp_path: Path) -> None:
    sets = [made_up("Utrecht", "2", 3, 0), made_up("Amsterdam-GE3T", "100", 2, 1)]
    for one in sets:
        save_slices(one, tmp_path / "slices")
    found = load_slices(tmp_path / "slices")
    assert [(one.site, one.name) for one in found] == [("Amsterdam-GE3T", "100"), ("Utrecht", "2")]
    for one, written in zip(found, reversed(sets), strict=True):
        assert one.images.dtype == np.float16
        assert one.labels.dtype == np.uint8
        np.testing.assert_array_equal(one.images, written.images)
        np.testing.assert_array_equal(one.labels, written.labels)


def test_slices_are_not_read_before_they_are_used(tmp_path: Path) -> None:
    save_slices(made_up("Utrecht", "2", 3, 0), tmp_path)
    (found,) = load_slices(tmp_path)
    assert isinstance(found.images, np.memmap)
    assert isinstance(found.labels, np.memmap)
    assert not found.images.flags.writeable


def test_a_case_prepared_again_replaces_the_old_slices(tmp_path: Path) -> None:
    save_slices(made_up("Utrecht", "2", 3, 0), tmp_path)
    save_slices(made_up("Utrecht", "2", 1, 5), tmp_path)
    (found,) = load_slices(tmp_path)
    assert found.images.shape == (1, 20, 20, 2)


def test_structures_are_there_where_they_are_known(tmp_path: Path) -> None:
    one = made_up("synthetic", "2", 3, 0)
    structures = np.random.default_rng(3).integers(0, 8, (3, 20, 20)).astype(np.uint8)
    save_slices(replace(one, structures=structures), tmp_path)
    (found,) = load_slices(tmp_path)
    assert found.structures is not None
    assert found.structures.dtype == np.uint8
    np.testing.assert_array_equal(found.structures, structures)
    np.testing.assert_array_equal(found.labels, one.labels)
    # Prepared again without: the old ones would lie on other slices.
    save_slices(made_up("synthetic", "2", 2, 0), tmp_path)
    (found,) = load_slices(tmp_path)
    assert found.structures is None


def test_nothing_prepared(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected prepared slices, found none; run the prepare step first"):
        load_slices(tmp_path)
