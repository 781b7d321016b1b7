"""A real Slurm, started here: workflow and job array through killed jobs, too little memory, a drained node.

Real networks. Without the real scans the sample alone is the cohort, three times.
"""

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WMHSEG = f"{shlex.quote(sys.executable)} -m wmhseg"
SAMPLE = ROOT / "examples" / "sample"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def node() -> Iterator[str]:
    """The name of the only node."""
    if os.getuid() != 0:
        pytest.skip("not root, who starts Slurm")
    # Short: the path of munge's socket must be.
    folder = Path("/tmp/wmhseg-slurm")
    script = ROOT / "tests" / "slurm_cluster.sh"
    subprocess.run([script, "start", folder], check=True)
    try:
        yield out("sinfo --noheader --format=%n")
    finally:
        subprocess.run([script, "stop", folder], check=True)


def out(command: str) -> str:
    return subprocess.run(shlex.split(command), check=True, capture_output=True, text=True).stdout.strip()


def wait_for(seen: Callable[[], object], what: str, seconds: int = 600) -> None:
    until = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < until, f"{what} did not come in {seconds} s"
        time.sleep(1)


def jobs() -> dict[str, str]:
    """State of all jobs by number, those that have ended, too."""
    lines = out("squeue --states=all --noheader --array --format='%i %T'").splitlines()
    return dict(line.split() for line in lines)


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of the sample and two real scans."""
    real = Path(os.environ.get("WMHSEG_REAL_DATA") or ROOT.parent / "shared" / "data") / "cases" / "tabriz"
    places = {"sample": SAMPLE, "a639": real / "a639", "a008": real / "a008"}
    rows = ["flair\tt1\tname"]
    for name, place in places.items():
        pre = (place if place.is_dir() else SAMPLE) / "pre"
        rows.append(f"{pre}/FLAIR.nii.gz\t{pre}/T1.nii.gz\t{name}")
    path = tmp_path_factory.mktemp("cohort") / "scans.tsv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def masks(scans: Path) -> dict[str, bytes]:
    """What one `wmhseg batch` writes."""
    folder = scans.parent / "whole"
    subprocess.run(
        shlex.split(f"{WMHSEG} batch {scans} {folder} --threads 1 --workers 1 -q"), check=True, cwd=ROOT
    )
    return read_masks(folder)


def read_masks(folder: Path) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in folder.glob("*/wmh.nii.gz")}


def start_workflow(scans: Path, *options: str) -> subprocess.Popen[str]:
    program = shutil.which("snakemake", path=ROOT / ".venv/snakemake/bin") or shutil.which("snakemake")
    assert program, "no snakemake: make .venv/snakemake"
    words = [program, "--snakefile", str(ROOT / "workflow" / "Snakefile")]
    words += ["--profile", str(ROOT / "workflow" / "profiles" / "slurm"), "--latency-wait", "5"]
    # This Slurm keeps no accounts, and its jobs are short.
    words += ["--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "2"]
    words += ["--seconds-between-status-checks", "2", "--default-resources", "slurm_partition=main"]
    words += [*options, "--config", f"scans={scans}", "out=out", "chunk=2", "threads=1", f"command={WMHSEG}"]
    log = (scans.parent / "snakemake.log").open("w")
    return subprocess.Popen(words, cwd=scans.parent, stdout=log, stderr=subprocess.STDOUT, text=True)


def said(scans: Path) -> str:
    return (scans.parent / "snakemake.log").read_text()


def test_the_workflow(node: str, scans: Path, masks: dict[str, bytes]) -> None:
    # One job at a time, with more memory than a started Python takes and less than wmhseg does.
    first = start_workflow(scans, "--retries", "0", "--jobs", "1", "--set-resources", "segment:mem_mb=400")
    wait_for(lambda: "RUNNING" in jobs().values(), "the first job")
    (killed,) = jobs()
    time.sleep(3)
    out(f"scontrol update nodename={node} state=drain reason=test")
    out(f"scancel {killed}")
    wait_for(lambda: len(jobs()) == 2, "the second job")
    starved = max(jobs(), key=int)
    time.sleep(5)
    assert jobs() == {killed: "CANCELLED", starved: "PENDING"}
    out(f"scontrol update nodename={node} state=resume")
    assert first.wait(600) == 1
    assert jobs() == {killed: "CANCELLED", starved: "FAILED"}
    (log,) = (scans.parent / ".snakemake" / "slurm_logs").rglob(f"{starved}.log")
    assert "exceeded memory limit" in log.read_text()
    assert read_masks(scans.parent / "out") == {}

    # Too little again, but each further try asks for more: 400 MB, then 3200.
    second = start_workflow(scans, "--set-resources", "segment:mem_mb=400*attempt**3")
    assert second.wait(1500) == 0, said(scans)
    states = list(jobs().values())
    assert states.count("FAILED") == 3  # the one before and both first tries
    assert states.count("COMPLETED") == 3  # both chunks and the cohort
    assert read_masks(scans.parent / "out") == masks
    assert (scans.parent / "out" / "cohort.tsv").read_text().count("\n") == 4

    count = len(jobs())
    assert start_workflow(scans).wait(120) == 0
    assert "Nothing to be done" in said(scans)
    assert len(jobs()) == count


def test_a_job_array(
    node: str, scans: Path, masks: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WMHSEG", WMHSEG)
    monkeypatch.chdir(scans.parent)
    # Part 3 is the one with the scan a008.
    submit = f"sbatch --parsable --cpus-per-task=1 --array=%s {ROOT}/workflow/array.sh {scans} array 3"
    array = out(submit % "1-3")
    wait_for(lambda: jobs().get(f"{array}_1") == "RUNNING", "the first task")
    out(f"scancel {array}_3")
    wait_for(lambda: done(array), "the array", 1500)
    assert {jobs()[f"{array}_{index}"] for index in (1, 2)} == {"COMPLETED"}
    assert sorted(read_masks(Path("array"))) == sorted(set(masks) - {"a008"})
    again = out(submit % "3")
    gather = out(
        f"sbatch --parsable --dependency=afterany:{again} --wrap '{WMHSEG} batch {scans} array --gather'"
    )
    wait_for(lambda: done(again) and done(gather), "the second array", 1500)
    assert jobs()[f"{again}_3"] == jobs()[gather] == "COMPLETED"
    assert read_masks(Path("array")) == masks
    assert Path("array/cohort.tsv").read_text().count("\n") == 4


def done(job: str) -> bool:
    states = [state for number, state in jobs().items() if number.split("_")[0] == job]
    return bool(states) and not {"PENDING", "RUNNING", "COMPLETING"} & set(states)
