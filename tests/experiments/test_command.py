"""Commands, and every experiment from case folders to its files."""

import csv
import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from PIL import Image

from wmhseg.cli import main as wmhseg
from wmhseg.experiments.command import EXPERIMENTS


def main(arguments: list[str]) -> int:
    return wmhseg(["experiments", *arguments])


FOLDS = 3
# Networks at the small scale; what an experiment shares with an earlier one is trained there.
NEW_NETWORKS = {
    "leave_one_out": 3,
    "cross_scanner": 3,
    "unseen_ranking": 6,
    "learning_curve": 2,
    "modalities": 0,
    "augmentation": 0,
    "one_scanner": 3,
    "ensemble_size": 4,
    "members": 0,
    "components": 6,
    "best_single": 2,
}
FIGURES = {
    "modalities": ["modalities", "modalities_overlay"],
    "augmentation": ["augmentation", "augmentation_overlay"],
    "ensemble_size": ["ensemble_size_mean", "ensemble_size_sd"],
}


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("experiments")


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_experiments_share_networks_and_leave_tables_and_figures(
    name: str, cohort: Path, output: Path, fake_training, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, str(cohort), str(output)]) == 0
    assert f"{name}: {output / name}" in capsys.readouterr().out
    folders = [folder for _, _, folder in fake_training.calls]
    assert len(folders) == len(set(folders)) == NEW_NETWORKS[name]
    record = json.loads((output / name / "outcome.json").read_text())
    assert [figure for figure, _ in record["pictures"]] == FIGURES.get(name, [name])
    for figure, _ in record["pictures"]:
        with Image.open(output / name / f"{figure}.png") as picture:
            assert min(picture.size) > 100
        assert "synthetic phantom heads" in re.sub(r"\s+", " ", (output / name / f"{figure}.svg").read_text())
    summary = (output / "README.md").read_text()
    for table, title in record["tables"]:
        assert "synthetic phantom heads" in (output / name / f"{table}.md").read_text()
        assert f"**{title}**" in summary
        with (output / name / f"{table}.csv").open(newline="") as file:
            assert len(list(csv.reader(file))) > 1


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_each_experiment_states_command_cost_and_finding(name: str) -> None:
    text = import_module(f"wmhseg.experiments.{name}").__doc__
    assert text is not None
    assert re.search(r"\((Section|section) \d", text.splitlines()[0])
    assert f"`wmhseg experiments {name} CASES OUT --scale paper`" in text
    assert "Cost: " in text
    assert "The paper " in text


def test_a_cohort_by_command(tmp_path: Path) -> None:
    assert main(["cohort", str(tmp_path / "c"), "--small", "--count", "1"]) == 0
    assert len(list(tmp_path.glob("c/*/case_00/pre/FLAIR.nii.gz"))) == 3


def test_a_large_cohort_needs_material(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohort", str(tmp_path)]) == 2
    assert "expected --heads and --lesions, or --small, found neither" in capsys.readouterr().err


def test_a_folder_without_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["members", str(tmp_path), str(tmp_path / "out")]) == 3
    assert "expected folders SITE/CASE" in capsys.readouterr().err


def test_another_seed_in_the_same_folder_is_refused(
    cohort: Path, tmp_path: Path, fake_training, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["members", str(cohort), str(tmp_path)]) == 0
    assert main(["members", str(cohort), str(tmp_path), "--seed", "1"]) == 3
    assert "four_to_one.json: other cases or another seed" in capsys.readouterr().err
