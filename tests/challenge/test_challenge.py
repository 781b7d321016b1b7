"""`wmhseg challenge` with a stand-in for `docker`: the calls, the record, and that no container is left."""

import argparse
import csv
import gzip
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from wmhseg.challenge import command as challenge
from wmhseg.errors import InputError, OutputError, WmhsegError

FAKE = Path(__file__).with_name("fake_docker.sh")
# What `wmhseg challenge` runs, as a program of its own.
PROGRAM = """
import argparse
from wmhseg.challenge import command as challenge
parser = argparse.ArgumentParser()
challenge.add_arguments(parser)
challenge.run(parser.parse_args())
"""
Challenge = Callable[..., None]
MakeCases = Callable[..., Path]


def save(path: Path, size: tuple[int, int, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nib.save(nib.Nifti1Image(np.ones(size, np.uint8), np.eye(4)), path)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stand-in's folder; it is the only `docker` on the PATH."""
    folder, programs = tmp_path / "engine", tmp_path / "bin"
    for new in (folder / "containers", programs):
        new.mkdir(parents=True)
    (programs / "docker").symlink_to(FAKE)
    (folder / "identity").write_text("sha256:one\n")
    (folder / "memory.peak").write_text("123456789\n")
    (folder / "calls").touch()
    save(folder / "small.nii.gz", (2, 2, 2))
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_DOCKER", str(folder))
    return folder


@pytest.fixture
def cases(tmp_path: Path) -> MakeCases:
    """Make cases that are called by what the stand-in does with them."""

    def make(*names: str) -> Path:
        for name in names:
            save(tmp_path / "cases" / name / "pre" / "FLAIR.nii.gz", (4, 3, 2))
        return tmp_path / "cases"

    return make


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def run(engine: Path, out: Path) -> Challenge:
    """The command, which must leave no container behind, whatever it raises."""
    logging.getLogger("wmhseg").setLevel(logging.INFO)

    def call(cases: Path, *options: str, image: str = "team") -> None:
        parser = argparse.ArgumentParser()
        challenge.add_arguments(parser)
        try:
            challenge.run(parser.parse_args([image, str(cases), str(out), *options]))
        finally:
            assert list((engine / "containers").iterdir()) == []

    return call


def record(out: Path) -> dict[str, dict[str, str]]:
    with (out / "challenge.csv").open(newline="") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


def calls(engine: Path, command: str = "") -> list[str]:
    """The stand-in's calls, the containers' names shortened; without those of the memory."""
    lines = re.sub(r"wmhseg-challenge-\w{12}", "ID", (engine / "calls").read_text()).splitlines()
    return [line for line in lines if line.startswith(command) and "/sys/fs/cgroup" not in line]


def test_the_organisers_commands(run: Challenge, cases: MakeCases, engine: Path, out: Path) -> None:
    folder = cases("site/good")
    (folder / "site/good/orig").mkdir()
    run(folder, "--command", "python3 '/a b.py'", image="team:1")

    case = folder / "site/good"
    found = calls(engine)
    assert found[:3] == [
        "image inspect --format {{.Id}} team:1",
        f"run -dit --network none --name ID -v {case}/orig:/input/orig:ro -v {case}/pre:/input/pre:ro "
        "-v /output team:1",
        "exec ID python3 /a b.py",
    ]
    assert re.fullmatch(rf"cp ID:/output {out}/site/good/\S+/output", found[3])
    assert found[4:] == ["stop ID", "rm --force --volumes ID"]
    flair = (case / "pre/FLAIR.nii.gz").read_bytes()
    assert gzip.decompress((out / "site/good/result.nii.gz").read_bytes()) == gzip.decompress(flair)
    assert (out / "site/good/log.txt").read_text() == "good is being segmented\n"
    assert sorted(path.name for path in (out / "site/good").iterdir()) == ["log.txt", "result.nii.gz"]
    row = record(out)["site/good"]
    assert float(row.pop("seconds")) < 60
    assert row == {
        "case": "site/good",
        "peak_memory_mb": "123.456789",
        "exit_code": "0",
        "error": "",
        "image": "sha256:one",
        "command": "python3 '/a b.py'",
    }


def test_without_orig_an_empty_folder_is_mounted(run: Challenge, cases: MakeCases, engine: Path) -> None:
    run(cases("good"))
    mount = re.search(r"-v (\S+):/input/orig:ro", calls(engine, "run")[0])
    assert mount is not None
    assert (engine / "orig").read_text() == ""
    assert not Path(mount[1]).exists(), "left behind"


def test_a_folder_that_is_a_case_itself(run: Challenge, cases: MakeCases, out: Path) -> None:
    run(cases("good") / "good")
    assert list(record(out)) == ["good"]
    assert (out / "result.nii.gz").is_file()


def test_failing_cases_do_not_stop_the_others_and_are_named(
    run: Challenge, cases: MakeCases, engine: Path, out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names = ("fails", "silent", "empty", "small", "broken", "link", "two", "refuses")
    with pytest.raises(WmhsegError) as raised:
        run(cases("zz/good", "deep", "sticks", *names))
    assert raised.value.exit_code != 0
    assert str(raised.value).startswith(
        f"8 of 11 cases failed: {', '.join(sorted(names))}; see {out}/challenge.csv"
    )

    rows = record(out)
    errors = {name: rows[name]["error"] for name in names}
    assert errors["fails"] == "exit code 4: wmhseg: error: no brain"
    assert errors["silent"] == "exit code 5: it said nothing"
    assert errors["empty"] == "/output: expected result.nii.gz, found notes.txt"
    assert errors["small"] == (
        "/output/result.nii.gz: expected 4x3x2 voxels of 1x1x1 mm as the FLAIR, "
        "found 2x2x2 voxels of 1x1x1 mm"
    )
    assert errors["broken"].startswith("/output/result.nii.gz: not a readable image")
    assert errors["link"] == "/output: expected result.nii.gz, found result.nii.gz, a link"
    assert errors["two"] == "/output: expected one result.nii.gz, found 2 in sub-folders"
    assert errors["refuses"] == "docker: Error response: no such entrypoint"
    codes = {name: row["exit_code"] for name, row in rows.items()}
    assert codes == {**dict.fromkeys(rows, "0"), "fails": "4", "silent": "5", "refuses": ""}
    assert rows["refuses"]["seconds"] == ""
    finished = {str(path.parent.relative_to(out)) for path in out.glob("**/result.nii.gz")}
    assert finished == {"zz/good", "deep", "sticks"}
    assert "fails: exit code 4: wmhseg: error: no brain" in caplog.messages
    assert any(message.startswith("3 of 11 cases finished, median ") for message in caplog.messages)
    assert len(calls(engine, "rm")) == 11


def test_a_case_out_of_time(run: Challenge, cases: MakeCases, out: Path) -> None:
    with pytest.raises(WmhsegError, match="1 of 2 cases failed: hangs"):
        run(cases("good", "hangs"), "--timeout", "1")
    row = record(out)["hangs"]
    assert (row["error"], row["exit_code"]) == ("no end after 1 s", "")
    assert float(row["seconds"]) >= 1
    assert (out / "good/result.nii.gz").is_file()
    assert not (out / "hangs/result.nii.gz").exists()


def test_resume_runs_only_what_is_not_finished(
    run: Challenge, cases: MakeCases, engine: Path, out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = cases("fails", "good", "other")
    with pytest.raises(WmhsegError):
        run(folder)
    (out / "other/result.nii.gz").rename(out / "fails/result.nii.gz")
    before = record(out)["good"]
    (engine / "calls").write_text("")
    with pytest.raises(WmhsegError, match="1 of 3 cases failed: fails"):
        run(folder)
    assert [re.search(r"cases/(\w+)/pre", call)[1] for call in calls(engine, "run")] == ["fails", "other"]
    assert "1 of 3 cases are finished already" in caplog.messages
    assert record(out)["good"] == before

    (engine / "calls").write_text("")
    with pytest.raises(WmhsegError):
        run(folder, "--again")
    assert len(calls(engine, "run")) == 3


def test_results_of_another_image_are_not_mixed_in(
    run: Challenge, cases: MakeCases, engine: Path, out: Path
) -> None:
    folder = cases("good")
    run(folder)
    (engine / "identity").write_text("sha256:two\n")
    with pytest.raises(InputError, match=r"expected results of image sha256:two.*found those of sha256:one"):
        run(folder)
    with pytest.raises(InputError, match=r"with command 'x', found those of .* with 'segment'"):
        run(folder, "--command", "x")
    run(folder, "--again")
    assert record(out)["good"]["image"] == "sha256:two"


@pytest.mark.parametrize("options", [[], ["--again"]])
def test_no_earlier_result_is_left_of_a_case_that_fails(
    run: Challenge, cases: MakeCases, out: Path, options: list[str]
) -> None:
    folder = cases("fails")
    out.joinpath("fails").mkdir(parents=True)
    shutil.copy(folder / "fails/pre/FLAIR.nii.gz", out / "fails/result.nii.gz")
    with pytest.raises(WmhsegError):
        run(folder, *options)
    assert not (out / "fails/result.nii.gz").exists()


def test_memory_from_docker_stats_where_the_kernel_keeps_no_record(
    run: Challenge, cases: MakeCases, engine: Path, out: Path
) -> None:
    (engine / "memory.peak").unlink()
    with pytest.raises(WmhsegError):
        run(cases("hangs"), "--timeout", "2")
    assert float(record(out)["hangs"]["peak_memory_mb"]) == 12.5 * 2**20 / 1e6
    assert calls(engine, "stats")[0] == "stats --no-stream --format {{.MemUsage}} ID"


def test_ends_with_the_hint_how_to_score(
    run: Challenge, cases: MakeCases, out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = cases("good")
    run(folder)
    assert caplog.messages[-1] == f"score them: wmhseg evaluate {folder} {out}"


@pytest.mark.parametrize(
    ("signal_number", "moment"),
    [(signal.SIGINT, "hangs"), (signal.SIGTERM, "hangs"), (signal.SIGINT, "starts-slowly")],
    ids=["Ctrl-C", "kill", "Ctrl-C while the container starts"],
)
def test_an_interrupted_run_removes_its_container_and_keeps_what_is_done(
    signal_number: signal.Signals, moment: str, engine: Path, cases: MakeCases, out: Path
) -> None:
    command = [sys.executable, "-c", PROGRAM, "team", str(cases("good", moment, "z")), str(out)]
    # In a group of its own, which is what a terminal sends Ctrl-C to.
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            end = time.monotonic() + 60
            while not (engine / "waiting").exists() and process.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            assert len(calls(engine, "run")) == 2
            os.killpg(process.pid, signal_number)
            os.killpg(process.pid, signal_number)  # impatience changes nothing
            said = process.communicate(timeout=30)[1]
        finally:
            process.kill()
    assert process.returncode == -signal_number, said
    assert list((engine / "containers").iterdir()) == []
    assert list(record(out)) == ["good"]
    assert len(calls(engine, "rm")) == 2
    assert sorted(path.name for path in (out / moment).iterdir()) == ["log.txt"]


def test_wrong_use(
    run: Challenge, cases: MakeCases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = cases("good")
    with pytest.raises(InputError, match=r"missing: expected an image in a running .*No such image: missing"):
        run(folder, image="missing")
    with pytest.raises(InputError, match=r"engine: expected folders with pre/FLAIR\.nii\.gz, found none"):
        run(tmp_path / "engine")
    with pytest.raises(InputError, match="--command: expected a command"):
        run(folder, "--command", "")
    with pytest.raises(InputError, match=r"--command: expected words .*found \"'\" \(No closing quotation\)"):
        run(folder, "--command", "'")
    with pytest.raises(SystemExit):
        run(folder, "--timeout", "0")
    assert "expected seconds above 0, found '0'" in capsys.readouterr().err
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match="out: cannot be written"):
        run(folder)


def test_no_docker(run: Challenge, cases: MakeCases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="docker: expected the command of a Docker engine, found none"):
        run(cases("good"))


def test_a_record_that_is_none(run: Challenge, cases: MakeCases, out: Path) -> None:
    out.mkdir()
    (out / "challenge.csv").write_text("x,y\n1,2\n")
    with pytest.raises(InputError, match=r"challenge\.csv: expected the record of an earlier run"):
        run(cases("good"))


def test_its_arguments_cost_no_imports() -> None:
    """They are declared whenever any command of the program starts."""
    code = "import sys, wmhseg.challenge.command; print({'numpy', 'SimpleITK', 'tqdm'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
