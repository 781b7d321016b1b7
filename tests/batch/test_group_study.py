"""`wmhseg batch --mni --filled-t1`: files, what makes them again, the frequency map, what cannot be made."""

import json
import shutil
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from wmhseg.batch.compute import How
from wmhseg.batch.run_batch import gather_batch, run_batch
from wmhseg.errors import RegistrationError
from wmhseg.settings import Settings

pytestmark = pytest.mark.usefixtures("fake_ensemble", "fake_anatomy", "fake_mni")

PLAIN = ["report.json", "thumbnail.jpg", "wmh.nii.gz"]
COHORT = tuple(f"cohort{name}" for name in (".html", ".json", ".tsv", "_long.json", "_long.tsv"))
MNI = ["wmh_mni.nii.gz", "wmh_mni_probability.nii.gz"]
MAPS = ["cohort_frequency.json", "cohort_frequency.nii.gz", "cohort_frequency.png"]


@pytest.fixture
def scans(tmp_path: Path, scan_folder: Path) -> Path:
    """Two scans: `both` with a T1, `flair` without."""
    for name, images in (("both", ("FLAIR", "T1")), ("flair", ("FLAIR",))):
        (tmp_path / "in" / name).mkdir(parents=True)
        for image in images:
            shutil.copy(scan_folder / f"{image}.nii.gz", tmp_path / "in" / name)
    return tmp_path / "in"


def run(scans: Path, output: Path, weights: Path, **wanted: bool) -> None:
    run_batch(scans, output, How(Settings(weights, **wanted), 1, False))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def report(folder: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return values


def test_mni(scans: Path, tmp_path: Path, weights_folder: Path, fake_ensemble: Any) -> None:
    output = tmp_path / "out"
    output.mkdir()
    (output / MAPS[2]).write_text("of somebody else")
    run(scans, output, weights_folder)
    assert (output / MAPS[2]).read_text() == "of somebody else"
    assert "mni" not in report(output / "both")

    run(scans, output, weights_folder, mni=True)
    assert fake_ensemble.calls == 4
    for name in ("both", "flair"):
        assert files(output / name) == sorted([*PLAIN, *MNI])
    found = report(output / "both")
    assert found["mni"]["space"] == "MNI152NLin2009aSym"
    assert found["made_from"]["mni"] == "a" * 64
    assert "regions" not in found
    assert files(output) == sorted([*COHORT, *MAPS])
    said = json.loads((output / MAPS[0]).read_text())
    assert (said["Scans"], said["Sources"], said["LeftOut"]) == (2, ["both", "flair"], [])
    masks = [np.asarray(nib.load(output / name / MNI[0]).dataobj) for name in ("both", "flair")]
    share = nib.load(output / MAPS[1])
    np.testing.assert_array_equal(
        share.affine, [[1, 0, 0, -98], [0, 1, 0, -134], [0, 0, 1, -72], [0, 0, 0, 1]]
    )
    np.testing.assert_array_equal(np.asarray(share.dataobj), (masks[0] + masks[1].astype(float)) / 2)

    # The same again is finished; where a file is missing, it is not.
    run(scans, output, weights_folder, mni=True)
    assert fake_ensemble.calls == 4
    (output / "flair" / MNI[1]).unlink()
    run(scans, output, weights_folder, mni=True)
    assert fake_ensemble.calls == 5
    # Without: made anew, and nothing stays that belongs to another run.
    run(scans, output, weights_folder)
    assert fake_ensemble.calls == 7
    assert files(output / "both") == PLAIN
    assert files(output) == sorted(COHORT)


def test_a_scan_that_does_not_fit_keeps_its_mask(
    scans: Path,
    tmp_path: Path,
    weights_folder: Path,
    fake_ensemble: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from wmhseg.segmentation import group_study

    by_header = group_study.bring_to_mni
    calls = []

    def refuse_the_second(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise RegistrationError("FLAIR: expected a brain that fits the MNI template, found none")
        return by_header(*given)

    monkeypatch.setattr(group_study, "bring_to_mni", refuse_the_second)
    output = tmp_path / "out"
    run(scans, output, weights_folder, mni=True)
    refused, kept = sorted(("both", "flair"), key=lambda name: "mni" in report(output / name))
    assert files(output / refused) == PLAIN
    assert files(output / kept) == sorted([*PLAIN, *MNI])
    assert report(output / refused)["warnings"][-1] == (
        "not in MNI space: FLAIR: expected a brain that fits the MNI template, found none"
    )
    said = json.loads((output / MAPS[0]).read_text())
    assert (said["Scans"], said["Sources"], said["LeftOut"]) == (1, [kept], [refused])
    assert f"1 scan(s) are not in the frequency map: {refused}" in caplog.text
    # It would be refused again.
    run(scans, output, weights_folder, mni=True)
    assert (fake_ensemble.calls, len(calls)) == (2, 2)


def test_a_mask_on_another_grid_is_named_and_the_map_stays(
    scans: Path, tmp_path: Path, weights_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    output = tmp_path / "out"
    run(scans, output, weights_folder, mni=True)
    mask = np.asarray(nib.load(output / "both" / MNI[0]).dataobj)
    elsewhere = nib.Nifti1Image(np.ones((4, 5, 6), np.uint8), np.diag([2.0, 2, 2, 1]))
    nib.save(elsewhere, output / "flair" / MNI[0])
    gather_batch(scans, output)
    assert (
        f"{output}/flair/wmh_mni.nii.gz: expected 197x233x189 voxels of 1x1x1 mm, "
        "found 4x5x6 voxels of 2x2x2 mm or another place or direction; make it again"
    ) in caplog.text
    said = json.loads((output / MAPS[0]).read_text())
    assert (said["Scans"], said["Sources"], said["LeftOut"]) == (1, ["both"], ["flair"])
    np.testing.assert_array_equal(np.asarray(nib.load(output / MAPS[1]).dataobj), mask)

    before = [(output / name).read_bytes() for name in MAPS]
    nib.save(elsewhere, output / "both" / MNI[0])
    gather_batch(scans, output)
    assert [(output / name).read_bytes() for name in MAPS] == before
    assert (
        caplog.messages.count(
            "frequency map: expected one mask or more in MNI space, found none; an earlier one stays as it is"
        )
        == 1
    )


def test_filled_t1(scans: Path, tmp_path: Path, weights_folder: Path, fake_ensemble: Any) -> None:
    output = tmp_path / "out"
    run(scans, output, weights_folder, filled_t1=True)
    assert files(output / "both") == sorted([*PLAIN, "t1_filled.nii.gz"])
    given, filled = (
        nib.load(path) for path in (scans / "both" / "T1.nii.gz", output / "both" / "t1_filled.nii.gz")
    )
    mask = np.asarray(nib.load(output / "both" / "wmh.nii.gz").dataobj) > 0
    before, after = np.asarray(given.dataobj), np.asarray(filled.dataobj)
    assert after.dtype == before.dtype
    np.testing.assert_allclose(filled.affine, given.affine, atol=1e-5)
    np.testing.assert_array_equal(after[~mask], before[~mask])
    assert (after[mask] != before[mask]).all()
    # Without a T1, the mask stays.
    assert files(output / "flair") == PLAIN
    assert report(output / "flair")["warnings"][-1] == (
        "no filled T1: T1: expected one that fits the FLAIR, to be filled at WMH, found none; give its file"
    )
    run(scans, output, weights_folder, filled_t1=True)
    assert fake_ensemble.calls == 2
    (output / "both" / "t1_filled.nii.gz").unlink()
    run(scans, output, weights_folder, filled_t1=True)
    assert fake_ensemble.calls == 3
    run(scans, output, weights_folder)
    assert files(output / "both") == PLAIN
