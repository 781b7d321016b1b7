import csv
import json
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from wmhseg.cli import main

from .conftest import GONE, NEW, SHIFT_MM, Person

BALL_ML = 4 / 3 * np.pi * 7**3 / 1000


def change(folder: Path) -> dict[str, Any]:
    values = json.loads((folder / "change.json").read_text())
    assert len(values["changes"]) == 1
    return values["changes"][0]


def test_all_files_are_written_and_nothing_else(person: Person):
    expected = {"1_wmh.nii.gz", "2_wmh.nii.gz", "1-2_new.nii.gz", "1-2_gone.nii.gz"}
    expected |= {"change.json", "change.tsv", "volumes.tsv", "change.html"}
    assert {path.name for path in person.forward.iterdir()} == expected


def test_one_lesion_is_new_one_gone_and_two_are_unchanged(person: Person):
    found = change(person.forward)
    kinds = sorted(one["change"] for one in found["lesions"])
    assert kinds == ["gone", "new", "unchanged", "unchanged"]
    new, gone = (next(one for one in found["lesions"] if one["change"] == kind) for kind in ("new", "gone"))
    assert new["sure"] and gone["sure"]
    assert new["volumes_ml"] == [0, pytest.approx(BALL_ML, rel=0.15)]
    assert gone["volumes_ml"] == [pytest.approx(BALL_ML, rel=0.25), 0]
    assert found["counts"]["new"] == found["counts"]["gone"] == 1


def test_lesions_lie_where_they_were_drawn_in_either_world(person: Person):
    found = change(person.forward)
    new, gone = (next(one for one in found["lesions"] if one["change"] == kind) for kind in ("new", "gone"))
    for lesion, place in ((new, NEW), (gone, GONE)):
        first, second = lesion["centres_ras_mm"]
        x, y, z = place[0]
        assert first == pytest.approx([-x, -y, z], abs=1.5)
        x, y, z = np.add(place[0], SHIFT_MM)
        assert second == pytest.approx([-x, -y, z], abs=1.5)


def test_the_head_moved_as_it_was_drawn(person: Person):
    motion = np.array(change(person.forward)["registration"]["from_to_to_lps_mm"])
    # The head itself was only shifted: what is turned is the grid.
    assert motion[:3, 3] == pytest.approx(SHIFT_MM, abs=0.7)
    # The drawn head is nearly round, and tells little of its turning.
    assert np.rad2deg(np.arccos((np.trace(motion[:3, :3]) - 1) / 2)) < 1.2


def test_volumes_are_those_of_the_masks(person: Person):
    values = json.loads((person.forward / "change.json").read_text())
    found = values["changes"][0]
    for number, (time, volume) in enumerate(zip(values["times"], found["whole_volumes_ml"], strict=True), 1):
        mask = nib.load(person.forward / f"{number}_wmh.nii.gz")
        counted = np.count_nonzero(mask.get_fdata()) * np.prod(mask.header.get_zooms()) / 1000
        assert volume == time["volume_ml"] == pytest.approx(counted, rel=1e-5)
    assert found["volumes_ml"] == found["whole_volumes_ml"]  # each shows all that the other does
    lesions = np.sum([one["volumes_ml"] for one in found["lesions"]], axis=0)
    assert lesions == pytest.approx(found["volumes_ml"], abs=1e-5)
    assert found["change_ml"] == pytest.approx(found["volumes_ml"][1] - found["volumes_ml"][0])


def test_masks_lie_on_exactly_the_scans_grids(person: Person):
    for name, scan in (("1_wmh", "a"), ("2_wmh", "b"), ("1-2_new", "b"), ("1-2_gone", "a")):
        flair = nib.load(person.first.parent / scan / "FLAIR.nii.gz")
        mask = nib.load(person.forward / f"{name}.nii.gz")
        assert mask.get_data_dtype() == np.uint8
        assert mask.shape == flair.shape
        assert mask.affine == pytest.approx(flair.affine, abs=1e-4)
        assert set(np.unique(np.asarray(mask.dataobj))) == {0, 1}


def test_new_and_gone_masks_hold_those_lesions_alone(person: Person):
    found = change(person.forward)
    for name, kind, time in (("new", "new", 1), ("gone", "gone", 0)):
        mask = nib.load(person.forward / f"1-2_{name}.nii.gz")
        (lesion,) = (one for one in found["lesions"] if one["change"] == kind)
        counted = np.count_nonzero(mask.get_fdata()) * np.prod(mask.header.get_zooms()) / 1000
        assert counted == pytest.approx(lesion["volumes_ml"][time], rel=1e-5)
        whole = nib.load(person.forward / f"{time + 1}_wmh.nii.gz").get_fdata()
        assert (whole[mask.get_fdata() > 0] == 1).all()


def test_exchanged_scans_give_the_mirrored_answer_bit_for_bit(person: Person):
    forward, backward = change(person.forward), change(person.backward)
    mirrored = {"new": "gone", "gone": "new", "unchanged": "unchanged"}
    for one, other in zip(forward["lesions"], backward["lesions"], strict=True):
        assert other["change"] == mirrored[one["change"]]
        assert other["sure"] == one["sure"]
        for name in ("volumes_ml", "lesions", "centres_ras_mm"):
            assert other[name] == one[name][::-1]
    for name in ("volumes_ml", "whole_volumes_ml"):
        assert backward[name] == forward[name][::-1]
    assert backward["change_ml"] == -forward["change_ml"]
    for name in ("noise_ml", "position_sd_ml"):
        assert backward[name] == forward[name]
    for one, other in (
        ("1_wmh", "2_wmh"),
        ("2_wmh", "1_wmh"),
        ("1-2_new", "1-2_gone"),
        ("1-2_gone", "1-2_new"),
    ):
        ours = (person.forward / f"{one}.nii.gz").read_bytes()
        assert ours == (person.backward / f"{other}.nii.gz").read_bytes()


def test_each_mask_is_what_segment_writes(
    person: Person, tmp_path: Path, fake_ensemble: Any, weights_folder: Path
):
    for number, folder in ((1, person.first), (2, person.second)):
        words = ["segment", "--flair", str(folder / "FLAIR.nii.gz"), "--t1", str(folder / "T1.nii.gz")]
        output = tmp_path / f"{number}.nii.gz"
        assert main([*words, "--output", str(output), "--weights", str(weights_folder), "-q"]) == 0
        assert output.read_bytes() == (person.forward / f"{number}_wmh.nii.gz").read_bytes()


def test_tables_say_the_same(person: Person):
    found = change(person.forward)
    with (person.forward / "change.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["change"] for row in rows] == [one["change"] for one in found["lesions"]]
    assert [float(row["to_ml"]) for row in rows] == [one["volumes_ml"][1] for one in found["lesions"]]
    new = next(row for row in rows if row["change"] == "new")
    assert (new["from"], new["from_lesions"], new["sure"]) == (str(person.first), "n/a", "yes")
    with (person.forward / "volumes.tsv").open() as file:
        (row,) = csv.DictReader(file, delimiter="\t")
    assert float(row["change_ml"]) == found["change_ml"]
    assert (row["verdict"], row["new_count"], row["unchanged_count"]) == (found["verdict"], "1", "2")


def test_the_page_shows_both_scans_and_needs_no_other_file(person: Person):
    page = (person.forward / "change.html").read_text()
    assert page.count('class="contour"') >= 2 * 12
    assert "http" not in page.replace("http-equiv", "")
    assert f"{person.first} to {person.second}" in page


@pytest.fixture
def words(person: Person, weights_folder: Path, fake_ensemble: Any, tmp_path: Path) -> list[str]:
    return ["change", "-q", "--weights", str(weights_folder), "--output", str(tmp_path / "out")]


def test_the_same_image_twice_is_refused_before_anything_is_computed(
    words: list[str], person: Person, tmp_path: Path, fake_ensemble: Any, capfd: pytest.CaptureFixture[str]
):
    copy = tmp_path / "copy.nii.gz"
    copy.write_bytes((person.first / "FLAIR.nii.gz").read_bytes())
    assert main([*words, str(person.first), str(copy)]) == 3
    expected = f"{copy}: expected a scan of another time, found the image of {person.first} again"
    assert expected in capfd.readouterr().err
    assert fake_ensemble.calls == 0
    assert not (tmp_path / "out").exists()


def test_the_same_image_in_another_format_is_refused(
    words: list[str], person: Person, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    copy = tmp_path / "copy.nii"
    nib.save(nib.load(person.first / "FLAIR.nii.gz"), copy)
    assert main([*words, str(person.first / "FLAIR.nii.gz"), str(copy)]) == 3
    assert "found the image of" in capfd.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []


def test_a_registration_that_fails_leaves_earlier_results(
    words: list[str],
    person: Person,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "change.json").write_text("earlier")
    monkeypatch.setattr("wmhseg.change.require_one_head.MIN_DETAIL", 1.1)
    assert main([*words, str(person.first), str(person.second)]) == 3
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert "expected two scans of one head, found folds that do not fit" in said
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["change.json"]
    assert (tmp_path / "out" / "change.json").read_text() == "earlier"
