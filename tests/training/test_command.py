"""`wmhseg train`: from case folders to an ensemble that the program can use."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wmhseg.cli import main as wmhseg
from wmhseg.datasets.slices import load_slices, save_slices
from wmhseg.io.files import file_sha256
from wmhseg.io.write_volume import write_volume
from wmhseg.model.manifest import default_weights, read_manifest
from wmhseg.model.member_weights import load_members
from wmhseg.model.unet import build_unet
from wmhseg.training.config import FIRST, PAPER, PRESETS, SYNTHETIC


def main(arguments: list[str]) -> int:
    return wmhseg(["train", *arguments])


@pytest.fixture(scope="module")
def cases(head: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("cases")
    for name in ("north/1", "south/2"):
        folder = root / name
        (folder / "pre").mkdir(parents=True)
        write_volume(folder / "pre" / "FLAIR.nii.gz", head.flair)
        write_volume(folder / "pre" / "T1.nii.gz", head.t1)
        write_volume(folder / "wmh.nii.gz", head.truth)
    return root


@pytest.fixture(scope="module")
def slices(cases: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared") / "slices"
    program = [sys.executable, "-m", "wmhseg.training", "prepare", cases, folder]
    subprocess.run(program, check=True, capture_output=True)
    return folder


def test_from_scans_to_an_ensemble(
    slices: Path, tmp_path: Path, head: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    sets = load_slices(slices)
    assert [(one.site, one.name) for one in sets] == [("north", "1"), ("south", "2")]
    assert (sets[0].labels == 1).sum() == head.truth.array.sum()
    few = ["--epochs", "1", "--batches-per-epoch", "1", "--batch-size", "1", "--learning-rate", "1e-4"]
    arguments = ["fit", str(slices), str(tmp_path / "run"), "--exclude", "2", "--seed", "5", *few]
    assert main(arguments) == 0
    settings = json.loads((tmp_path / "run" / "state.json").read_text())["settings"]
    assert settings["cases"] == ["north/1"]
    found = {key: settings["config"][key] for key in ("preset", "epochs", "batch_size", "seed", "patch")}
    assert found == {"preset": "first", "epochs": 1, "batch_size": 1, "seed": 5, "patch": FIRST.patch}
    assert settings["config"]["learning_rate"] == 1e-4
    export = ["export", str(tmp_path / "run"), str(tmp_path / "out"), "--name", "try", "--threshold", "0.4"]
    assert main([*export, "--threshold", "1"]) == 3
    assert "expected probabilities from 0 to 1 and a volume, found threshold 1.0" in capsys.readouterr().err
    assert main([*export, "--min-lesion-mm3", "7.5", "--min-peak", "0.8"]) == 0
    manifest = read_manifest(tmp_path / "out")
    assert (manifest.name, manifest.recipe.name, manifest.recipe.threshold) == ("try", "default", 0.4)
    assert (manifest.recipe.min_lesion_mm3, manifest.recipe.min_peak) == (7.5, 0.8)
    assert manifest.members[0].training["config"]["seed"] == 5
    assert manifest.members[0].training["cases"] == ["north/1"]
    (member,) = load_members(manifest)
    assert len(member) == 38
    assert all(np.isfinite(array).all() for array in member)


def test_unknown_cases_cannot_be_excluded(
    slices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit", str(slices), str(tmp_path / "run"), "--exclude", "2", "3"]) == 3
    assert "--exclude: expected names of prepared cases, found 3" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_wider_member_adapted_with_synthetic_cases(
    slices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(
        PRESETS, "synthetic", replace(SYNTHETIC, widths=((8, 12, 16, 32, 64), (32, 16, 12, 8)))
    )
    few = ["--epochs", "1", "--batches-per-epoch", "1", "--batch-size", "1", "--patch", "40"]
    synthetic = tmp_path / "synthetic"
    for one in load_slices(slices):
        save_slices(replace(one, site="synthetic"), synthetic)
    narrow = ["fit", str(synthetic), str(tmp_path / "narrow"), "--preset", "synthetic", *few]
    assert main(narrow) == 0
    adapt = [
        "fit",
        str(slices),
        str(tmp_path / "run"),
        "--preset",
        "adapt",
        "--start",
        str(tmp_path / "narrow"),
        "--full-width",
    ]
    assert main([*adapt, *few]) == 3
    assert "--preset adapt: expected --synthetic SLICES" in capsys.readouterr().err
    assert main([*adapt, *few, "--synthetic", str(synthetic), "--synthetic-share", "0.3"]) == 0
    settings = json.loads((tmp_path / "run" / "state.json").read_text())["settings"]
    assert settings["cases"] == ["north/1", "south/2"]
    assert settings["synthetic_cases"] == 2
    assert settings["config"]["synthetic_share"] == 0.3
    assert settings["config"]["patch"] == 40
    assert settings["start_sha256"] == file_sha256(tmp_path / "narrow" / "member.weights.h5")
    # 512 channels at the bottom from 64: the paper's width.
    model = build_unet()
    model.load_weights(tmp_path / "run" / "member.weights.h5")


def test_adapt_starts_from_the_shipped_weights(
    slices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr("wmhseg.training.train.train", lambda *arguments: seen.append(arguments))
    arguments = ["fit", str(slices), str(tmp_path), "--preset", "adapt", "--synthetic-share", "0"]
    assert main(arguments) == 0
    assert seen[0][4].sha256 == read_manifest(default_weights()).members[0].sha256
    assert main([*arguments[:3], "--preset", "synthetic", "--full-width"]) == 0
    assert seen[1][4] is None
    assert seen[1][1].widths is None


def test_errors_are_one_line_with_a_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", str(tmp_path), str(tmp_path / "slices")]) == 3
    error = capsys.readouterr().err
    assert error.startswith(f"wmhseg: error: {tmp_path}: expected folders SITE/CASE")
    assert error.count("\n") == 1
    assert main(["fit", str(tmp_path), str(tmp_path / "run")]) == 3
    assert "expected prepared slices, found none; run the prepare step first" in capsys.readouterr().err


def test_the_papers_preset() -> None:
    assert PRESETS["paper"] is PAPER
    assert (PAPER.epochs, PAPER.batch_size, PAPER.learning_rate, PAPER.patch) == (50, 30, 2e-4, 200)
    assert (PAPER.affine.rotation_deg, PAPER.affine.shear_deg, PAPER.affine.scale) == (15, 18, (0.9, 1.1))
    assert PAPER.intensity is None
    assert PAPER.lesion_fraction is None
    assert not PAPER.balance_sites
    assert not PAPER.cosine_decay
