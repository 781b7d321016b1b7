"""Weights scored on cases: one preparation for all thresholds, and no test score of a case trained on."""

import csv
import json
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from wmhseg.cli import main
from wmhseg.datasets.cases import write_images
from wmhseg.io.volume import read_mask


@pytest.fixture
def cases(head: Any, tmp_path: Path) -> Path:
    """Two cases of one site, the second without T1."""
    folder = tmp_path / "cases"
    for name in ("one", "two"):
        write_images(folder / "site" / name, head.flair, head.t1, head.truth)
    (folder / "site" / "two" / "pre" / "T1.nii.gz").unlink()
    return folder


def rows(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "cases.csv").open(newline="") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


def evaluate(cases: Path, output: Path, weights: Path, *more: str) -> int:
    words = ["evaluate", str(cases), "--output", str(output), "--weights", str(weights), "--no-figures"]
    return main([*words, "--workers", "1", *more])


def test_thresholds_share_preparation_and_network(
    cases: Path, tmp_path: Path, weights_folder: Path, fake_ensemble: Any
) -> None:
    class Graded(type(fake_ensemble)):  # type: ignore[misc]
        def predict(self, slices: Any, **_: Any) -> Any:
            self.calls += 1
            return np.clip((slices[..., 0] - 5) / 1.0, 0, 1).astype(np.float32)

    fake_ensemble.__class__ = Graded
    assert evaluate(cases, tmp_path / "out", weights_folder, "--thresholds", "0.25", "0.75") == 0
    assert fake_ensemble.calls == 2
    found = {limit: rows(tmp_path / "out" / f"threshold-{limit}") for limit in ("0.25", "0.75")}
    masks = {limit: tmp_path / "out" / f"threshold-{limit}" / "results" for limit in found}
    for case in ("site/one", "site/two"):
        sizes = {limit: read_mask(masks[limit] / case / "result.nii.gz").array.sum() for limit in found}
        assert sizes["0.25"] > sizes["0.75"] > 0
        for limit, table in found.items():
            voxel_ml = 1.15 * 1.15 * 6 / 1000
            assert float(table[case]["result_ml"]) == pytest.approx(sizes[limit] * voxel_ml, rel=1e-5)
            assert 0.5 < float(table[case]["dsc"]) < 1
            assert table[case]["seen_in_training"] == "False"
    text = (tmp_path / "out" / "threshold-0.25" / "scanners.md").read_text()
    assert f"Weights fake (SHA-256 {'0' * 64}), FLAIR and T1, threshold 0.25, float32." in text


def test_a_mask_is_what_segment_writes(
    cases: Path, tmp_path: Path, weights_folder: Path, fake_ensemble: Any
) -> None:
    assert evaluate(cases, tmp_path / "out", weights_folder, "--only", "one") == 0
    assert list(rows(tmp_path / "out")) == ["site/one"]
    pre = cases / "site" / "one" / "pre"
    words = ["--flair", str(pre / "FLAIR.nii.gz"), "--t1", str(pre / "T1.nii.gz")]
    assert (
        main(["segment", *words, "--output", str(tmp_path / "m.nii.gz"), "--weights", str(weights_folder)])
        == 0
    )
    results = [nib.load(p) for p in (tmp_path / "m.nii.gz", tmp_path / "out/results/site/one/result.nii.gz")]
    np.testing.assert_array_equal(*(np.asarray(image.dataobj) for image in results))


def test_cases_trained_on_are_in_no_average(
    cases: Path, tmp_path: Path, weights_folder: Path, fake_ensemble: Any
) -> None:
    values = json.loads((weights_folder / "manifest.json").read_text())
    values["members"][0]["training"] = {"cases": ["site/one"]}
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "manifest.json").write_text(json.dumps(values))
    assert evaluate(cases, tmp_path / "out", weights) == 0
    assert [row["seen_in_training"] for row in rows(tmp_path / "out").values()] == ["True", "False"]
    text = (tmp_path / "out" / "scanners.md").read_text()
    assert "| site (trained on) (n = 1) " in text
    assert "| weighted average (n = 1) " in text
    assert "1 of 2 cases were in the weights' training: no test scores" in text


def test_calibration_of_cases_that_were_not_trained_on(
    cases: Path, tmp_path: Path, weights_folder: Path, fake_ensemble: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    values = json.loads((weights_folder / "manifest.json").read_text())
    weights = tmp_path / "weights"
    weights.mkdir()

    def train_on(*names: str) -> None:
        values["members"][0]["training"] = {"cases": list(names)}
        (weights / "manifest.json").write_text(json.dumps(values))

    train_on("site/one")
    options = ["--calibration", "--thresholds", "0.25", "0.75"]
    assert evaluate(cases, tmp_path / "out", weights, *options) == 0
    text = (tmp_path / "out" / "calibration.md").read_text()
    assert text in capsys.readouterr().out
    assert f"Weights fake (SHA-256 {'0' * 64}), FLAIR and T1, float32.\n" in text
    assert "| site (n = 1) | " in text
    with (tmp_path / "out" / "calibration.tsv").open(newline="") as file:
        found = [row for row in csv.DictReader(file, delimiter="\t") if row["scanner"] == "site"]
    # The fake ensemble says 0 or 1: what it says for sure is the mask that is scored.
    voxels = int(found[-1]["voxels"])
    assert sum(int(row["voxels"]) for row in found[1:]) == voxels
    scored = rows(tmp_path / "out" / "threshold-0.25")["site/two"]
    assert voxels * 1.15 * 1.15 * 6 / 1000 == pytest.approx(float(scored["result_ml"]), rel=0.01)
    assert 0.5 < float(found[-1]["wmh_share"]) <= 1

    assert evaluate(cases, tmp_path / "other", weights) == 0
    assert not (tmp_path / "other" / "calibration.tsv").exists()
    train_on("site/one", "site/two")
    assert evaluate(cases, tmp_path / "none", weights, "--calibration") == 3
    assert "expected cases that the weights were not trained on for --calibration" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_case_that_fails_is_named_and_the_others_are_scored(
    cases: Path, tmp_path: Path, weights_folder: Path, fake_ensemble: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (cases / "site" / "one" / "pre" / "FLAIR.nii.gz").write_bytes(b"none")
    assert evaluate(cases, tmp_path / "out", weights_folder) == 3
    said = capsys.readouterr().err
    assert "site/one: " in said
    assert "not a readable image" in said
    assert float(rows(tmp_path / "out")["site/one"]["dsc"]) == 0
    assert float(rows(tmp_path / "out")["site/two"]["dsc"]) > 0.5


def test_results_and_weights_do_not_go_together(
    cases: Path, tmp_path: Path, weights_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", str(cases), str(tmp_path)]
    assert main([*words, "--weights", str(weights_folder)]) == 2
    assert main([*words, "--calibration"]) == 2
    assert "expected either results, or --weights" in capsys.readouterr().err


@pytest.mark.parametrize("named", ["batch", "bids"])
def test_what_the_program_wrote_is_scored(
    named: str, head: Any, tmp_path: Path, weights_folder: Path, fake_ensemble: Any, save_scan: Any
) -> None:
    """Batch's folders beside cases, and BIDS derivatives beside masks and folders named as in BIDS."""
    output, options = tmp_path / "out", ["--weights", str(weights_folder), "--workers", "1"]
    truths = [tmp_path / "truth"]
    if named == "batch":
        write_images(tmp_path / "truth" / "site" / "one", head.flair, head.t1, head.truth)
        assert main(["batch", str(tmp_path / "truth"), str(output), *options]) == 0
        case = "site/one"
    else:
        anat = tmp_path / "data" / "sub-01" / "ses-2" / "anat"
        anat.mkdir(parents=True)
        save_scan(anat / "sub-01_ses-2_acq-3d_FLAIR.nii.gz", head.flair)
        (tmp_path / "data" / "dataset_description.json").write_text('{"Name": "n", "BIDSVersion": "1.10.0"}')
        assert main(["bids", str(tmp_path / "data"), str(output), "participant", *options]) == 0
        for path in (
            "truth/sub-01/ses-2/anat/sub-01_ses-2_acq-3d_desc-manual_mask.nii.gz",
            "t/sub-01/ses-2/wmh.nii.gz",
        ):
            (tmp_path / path).parent.mkdir(parents=True)
            save_scan(tmp_path / path, head.truth)
        truths.append(tmp_path / "t")
        case = "sub-01_ses-2_acq-3d"
    for truth in truths:
        scores = tmp_path / f"scores-{truth.name}"
        words = [
            "evaluate",
            str(truth),
            str(output),
            "--output",
            str(scores),
            "--no-figures",
            "--workers",
            "1",
        ]
        assert main(words) == 0
        (name,) = rows(scores)
        assert name == (case if truth == truths[0] else "sub-01/ses-2")
        assert float(rows(scores)[name]["dsc"]) > 0.8


def test_two_masks_of_one_bids_scan_are_refused(
    head: Any, tmp_path: Path, save_scan: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for label in ("WMH", "lesion"):
        save_scan(tmp_path / f"sub-01_label-{label}_mask.nii.gz", head.truth)
    assert main(["evaluate", str(tmp_path), str(tmp_path), "--no-figures"]) == 3
    assert "expected one mask of sub-01, found" in capsys.readouterr().err
