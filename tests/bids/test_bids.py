"""`wmhseg bids` at both levels, and what the BIDS validator says to its input and its output."""

import csv
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from wmhseg.batch.compute import How
from wmhseg.bids.dataset import Selection
from wmhseg.bids.run_bids import Besides, run_group, run_participants
from wmhseg.errors import InputError, OutputError, ScansFailedError
from wmhseg.settings import Settings

EVERYTHING = Selection()


@pytest.fixture
def how(weights_folder: Path) -> How:
    return How(Settings(weights_folder), 1, False)


def describe(root: Path) -> None:
    root.mkdir()
    (root / "README").write_text("Made by a test of wmhseg from scans that it does not hand on.\n")
    fields = {"Name": "test", "BIDSVersion": "1.10.0", "DatasetType": "raw", "License": "n/a"}
    (root / "dataset_description.json").write_text(json.dumps(fields))


def add(root: Path, stem: str, source: Path, t1: bool = True) -> None:
    folder = root.joinpath(*[part for part in stem.split("_") if part[:4] in ("sub-", "ses-")], "anat")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "FLAIR.nii.gz", folder / f"{stem}_FLAIR.nii.gz")
    if t1:
        shutil.copy(source / "T1.nii.gz", folder / f"{stem}_T1w.nii.gz")


@pytest.fixture
def dataset(tmp_path: Path, scan_folder: Path) -> Path:
    root = tmp_path / "bids"
    describe(root)
    add(root, "sub-01", scan_folder)
    add(root, "sub-02_ses-a", scan_folder, t1=False)
    add(root, "sub-02_ses-b", scan_folder, t1=False)
    return root


def problems(root: Path) -> list[str]:
    """Return the codes of all errors that the BIDS validator finds."""
    validator = Path(sys.executable).parent / "bids-validator-deno"
    command = [str(validator), "--format", "json", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    issues = json.loads(done.stdout)["issues"]["issues"]
    return sorted(
        f"{one['code']} {one.get('location', '')}" for one in issues if one.get("severity") == "error"
    )


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_participants_then_group(dataset: Path, tmp_path: Path, how: How, fake_ensemble: Any) -> None:
    output = dataset / "derivatives" / "wmhseg"
    run_participants(dataset, output, EVERYTHING, how)
    stems = [
        "sub-01/anat/sub-01",
        "sub-02/ses-a/anat/sub-02_ses-a",
        "sub-02/ses-b/anat/sub-02_ses-b",
    ]
    endings = ["mask.json", "mask.nii.gz", "probseg.json", "probseg.nii.gz"]
    expected = [f"{stem}_space-orig_label-WMH_{ending}" for stem in stems for ending in endings]
    expected += [f"figures/{Path(stem).name}_space-orig_label-WMH_mask.jpg" for stem in stems]
    for subject in ("sub-01", "sub-02"):
        expected += [f"{subject}/{subject}_label-WMH_volumes.{ending}" for ending in ("json", "tsv")]
    assert names(output) == sorted([*expected, ".bidsignore", "dataset_description.json"])

    sidecar = json.loads((output / expected[0]).read_text())
    assert (sidecar["Type"], sidecar["SpatialReference"]) == ("Lesion", "orig")
    assert sidecar["Sources"][1] == "bids:raw:sub-01/anat/sub-01_T1w.nii.gz"
    assert sidecar["lesion_count"] == 3
    mask, probability = (nib.load(output / expected[place]) for place in (1, 3))
    assert (mask.get_data_dtype(), probability.get_data_dtype()) == (np.uint8, np.float32)
    np.testing.assert_array_equal(mask.affine, nib.load(dataset / f"{stems[0]}_FLAIR.nii.gz").affine)
    assert np.all(np.asarray(mask.dataobj) <= (np.asarray(probability.dataobj) > 0.5))
    description = json.loads((output / "dataset_description.json").read_text())
    assert description["DatasetType"] == "derivative"
    assert description["GeneratedBy"][0]["Name"] == "wmhseg"
    assert description["DatasetLinks"] == {"raw": "../.."}

    run_group(dataset, output, EVERYTHING)
    with (output / "cohort.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["name"] for row in rows] == ["sub-01", "sub-02_ses-a", "sub-02_ses-b"]
    assert rows[0]["volume_ml"] == str(sidecar["volume_ml"])
    assert rows[0]["volume_high_ml"] == str(sidecar["volume_interval_ml"][1])
    table = (output / "sub-01" / "sub-01_label-WMH_volumes.tsv").read_text().splitlines()
    assert dict(zip(*(line.split("\t") for line in table), strict=True)) == {**rows[0], "volume_z": "n/a"}
    assert (output / "cohort.html").read_text().count("data:image/jpeg") == 3

    # With what the data set says of its participants.
    (dataset / "participants.tsv").write_text("participant_id\tage\nsub-01\t71\nsub-02\t64\n")
    (dataset / "participants.json").write_text(json.dumps({"age": {"Description": "Age", "Units": "year"}}))
    run_group(dataset, output, EVERYTHING)
    with (output / "cohort.tsv").open(newline="") as file:
        joined = list(csv.DictReader(file, delimiter="\t"))
    assert [row["age"] for row in joined] == ["71", "64", "64"]
    assert joined[0] == {**rows[0], "participant_id": "sub-01", "age": "71"}
    described = json.loads((output / "cohort.json").read_text())
    assert described.keys() == joined[0].keys()
    assert described["age"] == {"Description": "Age", "Units": "year"}
    assert described["volume_ml"]["Units"] == "mL"

    assert problems(dataset) == []
    assert problems(output) == []

    calls = fake_ensemble.calls
    run_participants(dataset, output, EVERYTHING, how)
    assert fake_ensemble.calls == calls == 3


def test_regions(dataset: Path, tmp_path: Path, how: How, fake_ensemble: Any, fake_anatomy: Any) -> None:
    output = tmp_path / "out"
    with_regions = replace(how, settings=replace(how.settings, regions=True))
    run_participants(dataset, output, Selection(("01",)), with_regions)
    anat = output / "sub-01" / "anat"
    stem = "sub-01_space-orig_seg-WMHregions_dseg"
    assert sorted(path.name for path in anat.glob("*dseg*")) == [
        f"{stem}.json",
        f"{stem}.nii.gz",
        f"{stem}.tsv",
    ]
    sidecar = json.loads((anat / f"{stem}.json").read_text())
    assert (sidecar["SpatialReference"], sidecar["Manual"]) == ("orig", False)
    with (output / "sub-01" / "sub-01_label-WMH_volumes.tsv").open(newline="") as file:
        (row,) = csv.DictReader(file, delimiter="\t")
    report = json.loads((anat / "sub-01_space-orig_label-WMH_mask.json").read_text())
    assert row["icv_ml"] == str(report["regions"]["icv_ml"])
    assert problems(output) == []
    # Nothing stays of it in a run without.
    run_participants(dataset, output, Selection(("01",)), how)
    assert list(anat.glob("*dseg*")) == []


@pytest.mark.usefixtures("fake_ensemble", "fake_anatomy", "fake_mni")
def test_for_group_studies(dataset: Path, tmp_path: Path, how: How) -> None:
    output = tmp_path / "out"
    more = replace(how, settings=replace(how.settings, mni=True, filled_t1=True))
    run_participants(dataset, output, EVERYTHING, more)
    anat = output / "sub-01" / "anat"
    made = [
        "sub-01_desc-WMHfilled_T1w.json",
        "sub-01_desc-WMHfilled_T1w.nii.gz",
        *(
            f"sub-01_space-MNI152NLin2009aSym_label-WMH_{ending}"
            for ending in ("mask.json", "mask.nii.gz", "probseg.json", "probseg.nii.gz")
        ),
    ]
    assert sorted(path.name for path in anat.iterdir() if "space-orig" not in path.name) == made
    for name in (made[0], made[2], made[4]):
        sidecar = json.loads((anat / name).read_text())
        assert sidecar["Sources"][0] == "bids:raw:sub-01/anat/sub-01_FLAIR.nii.gz"
    run_group(dataset, output, EVERYTHING)
    frequency = json.loads((output / "cohort_frequency.json").read_text())
    assert (frequency["Space"], frequency["Scans"]) == ("MNI152NLin2009aSym", 3)
    assert frequency["Sources"] == ["sub-01", "sub-02_ses-a", "sub-02_ses-b"]
    share = nib.load(output / "cohort_frequency.nii.gz")
    # Three times the same head.
    mask = np.asarray(nib.load(anat / made[3]).dataobj)
    np.testing.assert_array_equal(np.asarray(share.dataobj), mask)
    assert (output / "cohort_frequency.png").is_file()
    assert problems(output) == []
    # Nothing stays of it after a run without.
    run_participants(dataset, output, EVERYTHING, how)
    run_group(dataset, output, EVERYTHING)
    assert [name for name in names(output) if "MNI" in name or "filled" in name or "frequency" in name] == []


@pytest.mark.usefixtures("fake_ensemble")
def test_parcellations(dataset: Path, tmp_path: Path, how: How, caplog: pytest.LogCaptureFixture) -> None:
    """As fMRIPrep lays them out: several descriptions, one in MNI space, names at the root."""
    derivatives, output = tmp_path / "fmriprep", tmp_path / "out"
    anat = derivatives / "sub-01" / "anat"
    anat.mkdir(parents=True)
    flair = nib.load(dataset / "sub-01" / "anat" / "sub-01_FLAIR.nii.gz")
    for name, label in (("desc-aseg_dseg", 1), ("desc-aparcaseg_dseg", 2), ("space-MNI152NLin6Asym_dseg", 3)):
        labels = nib.Nifti1Image(np.full(flair.shape, label, np.int16), flair.affine)
        nib.save(labels, anat / f"sub-01_{name}.nii.gz")
    (derivatives / "desc-aparcaseg_dseg.tsv").write_text("index\tname\n2\tall of it\n")

    with pytest.raises(ScansFailedError, match="1 of 1 scans failed: sub-01"):
        run_participants(dataset, output, Selection(("01",)), how, Besides(parcellations=derivatives))
    said = (output / "logs" / "sub-01_space-orig_label-WMH_mask.txt").read_text()
    assert "expected one *_dseg.nii.gz, found 2" in said
    assert "--parcellation-desc" in said

    run_participants(dataset, output, EVERYTHING, how, Besides(False, derivatives, "aparcaseg"))
    folder = output / "sub-01" / "anat"
    lines = (folder / "sub-01_space-orig_label-WMH_parcels.tsv").read_text().splitlines()
    report = json.loads((folder / "sub-01_space-orig_label-WMH_mask.json").read_text())
    index, name, _, wmh_ml, _, count = lines[1].split("\t")
    assert (index, name, count) == ("2", "all of it", "3")
    assert float(wmh_ml) == pytest.approx(report["volume_ml"], abs=1e-4)
    assert f"sub-02_ses-a: no parcellation in {derivatives}" in caplog.text
    assert problems(output) == []
    with pytest.raises(InputError, match=r"expected sub-\*/\[ses-\*/\]anat/\*_dseg.nii.gz .* found none"):
        run_participants(dataset, output, Selection(("02",)), how, Besides(parcellations=derivatives))


def test_the_validator_is_heard(dataset: Path) -> None:
    (dataset / "sub-01" / "anat" / "sub-01_WMH.nii.gz").touch()
    assert problems(dataset) != []


def test_the_mean_probability_is_computed_in_full(
    dataset: Path, tmp_path: Path, how: How, fake_ensemble: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    predict = type(fake_ensemble).predict

    def note(self: Any, slices: Any, only_above: float | None = None) -> Any:
        asked.append(only_above)
        return predict(self, slices)

    monkeypatch.setattr(type(fake_ensemble), "predict", note)
    run_participants(dataset, tmp_path / "out", Selection(("01",)), how)
    assert asked == [None]


def test_a_failed_scan_is_recorded_and_the_group_says_what_is_missing(
    dataset: Path, tmp_path: Path, how: How, fake_ensemble: Any
) -> None:
    (dataset / "sub-01" / "anat" / "sub-01_FLAIR.nii.gz").write_bytes(b"")
    output = tmp_path / "out"
    with pytest.raises(ScansFailedError, match="1 of 1 scans failed: sub-01; "):
        run_participants(dataset, output, Selection(("01",)), how)
    error = (output / "logs" / "sub-01_space-orig_label-WMH_mask.txt").read_text()
    assert "sub-01_FLAIR.nii.gz: not a readable image" in error
    assert problems(output) == []
    with pytest.raises(ScansFailedError, match="3 of 3 scans failed: sub-01, sub-02_ses-a, sub-02_ses-b"):
        run_group(dataset, output, EVERYTHING)
    with (output / "cohort.tsv").open(newline="") as file:
        errors = [row["error"] for row in csv.DictReader(file, delimiter="\t")]
    assert errors == [error.strip(), "not segmented yet", "not segmented yet"]


def test_another_data_set_is_not_written_into(dataset: Path, how: How, fake_ensemble: Any) -> None:
    before = names(dataset)
    with pytest.raises(OutputError, match=r"dataset_description.json: expected nothing, or derivatives of w"):
        run_participants(dataset, dataset, EVERYTHING, how)
    assert names(dataset) == before
    assert fake_ensemble.calls == 0


@pytest.mark.real
def test_real_scans_validate(real_data: Path, tmp_path: Path, how: How, fake_ensemble: Any) -> None:
    root = tmp_path / "bids"
    describe(root)
    for name in ("tabriz/a008", "ljubljana/p07"):
        add(root, f"sub-{Path(name).name}", real_data / "cases" / name / "pre")
    assert problems(root) == []
    run_participants(root, tmp_path / "out", EVERYTHING, how)
    assert problems(tmp_path / "out") == []
