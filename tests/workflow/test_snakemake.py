"""The workflow on this machine, with wmhseg as it is but for its network."""

import csv
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import WORKFLOW

pytestmark = pytest.mark.slow
FAKE = Path(__file__).parent / "fake_wmhseg.py"


@pytest.fixture
def snakemake(
    program: str, tmp_path: Path, weights_folder: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the workflow in `tmp_path`: words of --config, and options."""

    def run(*config: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        wmhseg = shlex.join([sys.executable, str(FAKE), str(tmp_path / "calls")])
        words = [program, "--snakefile", str(WORKFLOW / "Snakefile")]
        words += ["--profile", str(WORKFLOW / "profiles" / "local"), "--cores", "2", *options, "--config"]
        words += [f"command={wmhseg}", f"options=--weights {weights_folder}", *config]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def calls(folder: Path) -> list[str]:
    """What wmhseg was called for since the last look, in order of the alphabet."""
    path = folder / "calls"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return sorted(line.split("--part ")[-1].split(" --threads")[0].split(" ")[-1] for line in lines)


def test_a_table_with_a_scan_that_fails(tmp_path: Path, scan_folder: Path, snakemake: Callable) -> None:
    rows = [f"{scan_folder}/FLAIR.nii.gz\t{scan_folder}/T1.nii.gz\tone", f"{tmp_path}/two.nii.gz\t\ttwo"]
    (tmp_path / "scans.tsv").write_text("\n".join(("flair\tt1\tname", *rows)) + "\n")
    (tmp_path / "two.nii.gz").write_bytes(b"no image")
    config = ("scans=scans.tsv", "out=out", "chunk=1", "threads=1")

    dry = snakemake(*config, options=("--dry-run",))
    assert dry.returncode == 0, dry.stderr
    assert calls(tmp_path) == []
    assert not (tmp_path / "out-workflow").exists()

    # The other one is done, the cohort is written, who failed is named, and the end is no success.
    first = snakemake(*config)
    assert first.returncode == 1
    assert "1 of 2 scans failed: two; reasons in" in first.stderr
    assert calls(tmp_path) == ["--gather", "1/2", "2/2"]
    with (tmp_path / "out" / "cohort.tsv").open(newline="") as file:
        one, two = csv.DictReader(file, delimiter="\t")
    assert (one["name"], one["error"], two["name"]) == ("one", "n/a", "two")
    assert "not a readable image" in two["error"]

    # The next run tries it again, and nothing else.
    shutil.copy(scan_folder / "FLAIR.nii.gz", tmp_path / "two.nii.gz")
    second = snakemake(*config)
    assert second.returncode == 0, second.stderr
    assert calls(tmp_path) == ["--gather", "2/2"]
    assert sorted(path.name for path in (tmp_path / "out" / "two").iterdir()) == [
        "report.json",
        "thumbnail.jpg",
        "wmh.nii.gz",
    ]

    third = snakemake(*config)
    assert third.returncode == 0
    assert "Nothing to be done" in third.stderr
    assert calls(tmp_path) == []


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (("scans=none.tsv", "out=out"), "none.tsv: expected a table or a BIDS data set, found none"),
        (("scans=none.tsv",), "expected --config scans=... out=... and perhaps"),
        (("scans=none.tsv", "out=out", "chnk=3"), "chnk"),
    ],
)
def test_what_cannot_be_run(snakemake: Callable, config: tuple[str, ...], said: str) -> None:
    run = snakemake(*config, options=("--dry-run",))
    assert run.returncode == 1
    assert said in run.stdout + run.stderr  # where Snakemake writes depends on --dry-run


def test_rules_of_a_bids_data_set(tmp_path: Path, scan_folder: Path, snakemake: Callable) -> None:
    for name in ("sub-1/ses-1/anat/sub-1_ses-1", "sub-1/ses-2/anat/sub-1_ses-2", "sub-2/anat/sub-2"):
        (tmp_path / "bids" / name).parent.mkdir(parents=True)
        shutil.copy(scan_folder / "FLAIR.nii.gz", tmp_path / "bids" / f"{name}_FLAIR.nii.gz")
    options = ("--dry-run", "--printshellcmds")
    run = snakemake("scans=bids", "out=out", "chunk=2", "change=true", f"truth={tmp_path}", options=options)
    assert run.returncode == 0, run.stderr
    text = run.stdout + run.stderr
    bids = f"bids {tmp_path}/bids {tmp_path}/out"
    for words in (
        f"{bids} participant --participant-label 1 --threads 2",
        f"{bids} participant --participant-label 2 --threads 2",
        # Without the options of the scans' own results it would make them anew.
        f"{bids} participant --change --participant-label 1 --threads 2 --weights",
        f"{bids} group --change",
        f"evaluate {tmp_path} {tmp_path}/out --output {tmp_path}/out-workflow/scores",
    ):
        assert words in text
    # One with a single session is not compared.
    assert f"{bids} participant --change --participant-label 2" not in text


def test_changes_of_a_table_get_the_options_that_they_have(
    tmp_path: Path, scan_folder: Path, snakemake: Callable
) -> None:
    rows = [f"one\t{scan_folder}/FLAIR.nii.gz"] * 2
    (tmp_path / "scans.tsv").write_text("\n".join(("subject\tflair", *rows)) + "\n")
    config = (
        "scans=scans.tsv",
        "out=out",
        "change=true",
        "options=--mni --regions --workers 1 --threshold 0.6",
    )
    run = snakemake(*config, options=("--dry-run", "--printshellcmds"))
    assert run.returncode == 0, run.stderr
    text = run.stdout + run.stderr
    assert f"{tmp_path}/out --part 1/1 --threads 2 --workers 1 --mni --regions" in text
    assert f"{tmp_path}/out/change --part 1/1 --threads 2 --regions --threshold 0.6 >" in text
