"""Sessions of a participant, compared by `wmhseg bids --change`."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from wmhseg.bids.dataset import Selection, find_scans
from wmhseg.bids.sessions import people_of
from wmhseg.change.people import Person
from wmhseg.cli import main

pytestmark = pytest.mark.usefixtures("fake_ensemble")


def touch(root: Path, *stems: str) -> None:
    for stem in stems:
        sub, *rest = stem.split("_")
        session = [part for part in rest if part.startswith("ses-")]
        folder = root.joinpath(sub, *session, "anat")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{stem}.nii.gz").touch()


def people(root: Path) -> list[Person]:
    return people_of(find_scans(root, Selection()).scans)


def test_sessions_come_by_number_and_single_ones_are_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "sub-01_ses-10_FLAIR", "sub-01_ses-2_FLAIR", "sub-01_ses-2_T1w", "sub-01_ses-1b_FLAIR")
    touch(tmp_path, "sub-02_ses-1_FLAIR", "sub-03_FLAIR")
    (one,) = people(tmp_path)
    assert (one.name, one.error) == ("sub-01", "")
    assert [scan.name for scan in one.scans] == [
        "sub-01_ses-1b_FLAIR.nii.gz",
        "sub-01_ses-2_FLAIR.nii.gz",
        "sub-01_ses-10_FLAIR.nii.gz",
    ]
    assert [scan.t1 and scan.t1.name for scan in one.scans[1:2]] == ["sub-01_ses-2_T1w.nii.gz"]


def test_two_flairs_in_a_session_fail_alone(tmp_path: Path) -> None:
    touch(tmp_path, "sub-01_ses-1_FLAIR", "sub-01_ses-2_run-1_FLAIR", "sub-01_ses-2_run-2_FLAIR")
    touch(tmp_path, "sub-02_ses-1_FLAIR", "sub-02_ses-2_FLAIR")
    one, two = people(tmp_path)
    assert one.error.startswith("sub-01, ses-2: expected one FLAIR to compare, found 2 (sub-01_ses-2_run-1")
    assert (two.error, len(two.scans)) == ("", 2)


def test_the_command(
    tmp_path: Path, scan_folder: Path, weights_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root, out = tmp_path / "bids", tmp_path / "out"
    touch(root, "sub-01_ses-1_FLAIR")
    words = ["bids", str(root), str(out), "participant", "--skip-bids-validation", "--change"]
    words += ["--weights", str(weights_folder), "--workers", "1", "-q"]
    flair = scan_folder / "FLAIR.nii.gz"
    shutil.copy(flair, root / "sub-01/ses-1/anat/sub-01_ses-1_FLAIR.nii.gz")
    assert main(words) == 3
    assert "--change: expected participants with FLAIRs of two or more sessions" in capfd.readouterr().err
    touch(root, "sub-01_ses-2_FLAIR")
    shutil.copy(flair, root / "sub-01/ses-2/anat/sub-01_ses-2_FLAIR.nii.gz")
    # Both are one image: they are segmented, and not compared.
    assert main(words) == 7
    with (out / "change" / "changes.tsv").open(newline="") as file:
        (row,) = csv.DictReader(file, delimiter="\t")
    assert row["subject"] == "sub-01"
    assert "expected a scan of another time" in row["error"]
    # The group level writes the same table anew, and says who failed.
    before = (out / "change" / "changes.tsv").read_text()
    (out / "change" / "changes.tsv").unlink()
    group = ["bids", str(root), str(out), "group", "--skip-bids-validation", "-q"]
    assert main(group) == 0
    assert not (out / "change" / "changes.tsv").exists()
    assert main([*group, "--change"]) == 7
    assert (out / "change" / "changes.tsv").read_text() == before
    assert "change" in (out / ".bidsignore").read_text().split()
    report: Any = json.loads(
        (out / "sub-01/ses-2/anat/sub-01_ses-2_space-orig_label-WMH_mask.json").read_text()
    )
    assert report["lesion_count"] == 3
