"""Regions at two times, held to those of `wmhseg segment --regions` on each scan alone."""

import csv
import json
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from wmhseg.cli import main

from .conftest import Person

pytestmark = pytest.mark.usefixtures("fake_ensemble", "fake_anatomy")
# Values of the regions' image; the last is a part of the first.
VALUES = {"periventricular": (1, 5), "deep": (2,), "juxtacortical": (3,), "infratentorial": (4,)}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def regions_of(scan: Path, weights: Path, output: Path) -> tuple[dict[str, Any], np.ndarray, float]:
    """Return the report, the regions' image and a voxel's ml of one scan alone."""
    words = ["segment", "--flair", str(scan / "FLAIR.nii.gz"), "--t1", str(scan / "T1.nii.gz"), "-q"]
    words += ["--output", str(output / "m.nii.gz"), "--report", str(output / "r.json"), "--regions"]
    words += ["--regions-image", str(output / "i.nii.gz"), "--weights", str(weights)]
    assert main(words) == 0
    image = nib.load(output / "i.nii.gz")
    voxel_ml = float(np.prod(image.header.get_zooms())) / 1000
    return json.loads((output / "r.json").read_text()), np.asarray(image.dataobj), voxel_ml


def compared(scans: tuple[Path, Path], weights: Path, folder: Path) -> Path:
    """Return the folder of the results with regions."""
    words = ["change", *map(str, scans), "--output", str(folder), "--regions", "-q"]
    assert main([*words, "--weights", str(weights)]) == 0
    return folder


def test_regions_are_those_of_each_scan_alone_and_exchanged_with_the_scans(
    person: Person, weights_folder: Path, tmp_path: Path
) -> None:
    forward = compared((person.first, person.second), weights_folder, tmp_path / "ab")
    (row,) = rows(forward / "volumes.tsv")
    lesions = rows(forward / "change.tsv")
    found = json.loads((forward / "change.json").read_text())["changes"][0]
    for side, number, scan in (("from", 0, person.first), ("to", 1, person.second)):
        report, image, voxel_ml = regions_of(scan, weights_folder, tmp_path)
        for region, values in VALUES.items():
            expected = np.count_nonzero(np.isin(image, values)) * voxel_ml
            assert float(row[f"{side}_distance_{region}_ml"]) == pytest.approx(expected, abs=2e-5)
        thin = np.count_nonzero(image == 5) * voxel_ml
        assert float(row[f"{side}_caps_and_rims_ml"]) == pytest.approx(thin, abs=2e-5)
        assert found["regions"]["caps_and_rims_ml"][number] == pytest.approx(thin, abs=2e-5)
        for lesion in lesions:
            if lesion[f"{side}_lesions"] == "n/a":
                assert lesion[f"{side}_region"] == lesion[f"{side}_distance_mm"] == "n/a"
                continue
            largest = report["lesions"][int(lesion[f"{side}_lesions"].split(",")[0]) - 1]
            for name in ("region", "side"):
                assert lesion[f"{side}_{name}"] == largest[name]
            assert float(lesion[f"{side}_distance_mm"]) == largest["distance_mm"]
    # The new one lies on the patient's left (x = 20 mm, LPS), the one that is gone on the right.
    sides = {one["change"]: (one["from_side"], one["to_side"]) for one in lesions}
    assert (sides["new"], sides["gone"]) == (("n/a", "left"), ("right", "n/a"))
    assert "<h3>Regions</h3>" in (forward / "change.html").read_text()

    backward = compared((person.second, person.first), weights_folder, tmp_path / "ba")
    other = json.loads((backward / "change.json").read_text())["changes"][0]
    assert other["regions"] == {name: pair[::-1] for name, pair in found["regions"].items()}
    exchanged = [lesion["places"][::-1] for lesion in found["lesions"]]
    assert [lesion["places"] for lesion in other["lesions"]] == exchanged


def test_without_regions_nothing_is_said_of_them(person: Person) -> None:
    assert not {name for name in rows(person.forward / "volumes.tsv")[0] if "distance_" in name}
    assert not {name for name in rows(person.forward / "change.tsv")[0] if "region" in name}
    assert "places" not in (person.forward / "change.json").read_text()


@pytest.mark.usefixtures("no_ventricles")
def test_no_ventricles_are_an_error_of_one_person_and_a_warning_of_many(
    person: Person,
    weights_folder: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    options = ["--regions", "--weights", str(weights_folder), "--output", str(tmp_path / "out")]
    assert main(["change", str(person.first), str(person.second), *options]) == 4
    said = capfd.readouterr().err.splitlines()[-1]
    assert said.startswith(f"wmhseg: error: {person.first}/FLAIR.nii.gz: FLAIR: expected 1 ml or more")
    assert list((tmp_path / "out").iterdir()) == []

    table = tmp_path / "list.tsv"
    table.write_text(f"subject\tflair\none\t{person.first}\none\t{person.second}\n")
    assert main(["change", "--list", str(table), *options]) == 0
    assert "no regions: " in capfd.readouterr().err
    (row,) = rows(tmp_path / "out" / "changes.tsv")
    assert row["new_count"] == "1"
    assert "from_caps_and_rims_ml" not in row


def test_a_table_of_many_has_the_regions_and_a_run_without_them_computes_again(
    person: Person, weights_folder: Path, tmp_path: Path, fake_ensemble: Any
) -> None:
    table = tmp_path / "list.tsv"
    table.write_text(f"subject\tflair\none\t{person.first}\none\t{person.second}\ntwo\t{person.first}\n")
    words = ["change", "--list", str(table), "--weights", str(weights_folder), "-q"]
    words += ["--output", str(tmp_path / "out")]
    assert main([*words, "--regions"]) == 7
    one, two = rows(tmp_path / "out" / "changes.tsv")
    (alone,) = rows(tmp_path / "out" / "one" / "volumes.tsv")
    assert {name: one[name] for name in alone} == alone
    assert (two["from_caps_and_rims_ml"], float(one["to_distance_deep_ml"]) > 0) == ("n/a", True)
    notes = json.loads((tmp_path / "out" / "changes.json").read_text())
    assert notes["to_distance_deep_ml"]["Units"] == "mL"

    calls = fake_ensemble.calls
    assert main([*words, "--regions"]) == 7
    assert fake_ensemble.calls == calls
    assert main(words) == 7
    assert fake_ensemble.calls > calls
    assert "from_caps_and_rims_ml" not in rows(tmp_path / "out" / "changes.tsv")[0]
