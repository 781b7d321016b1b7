"""The command: exit codes, one-line errors, what is left in place."""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

import wmhseg
from wmhseg.cli import COMMANDS, main, make_parser
from wmhseg.io.volume import read_volume

pytestmark = pytest.mark.usefixtures("fake_ensemble")


@pytest.fixture(autouse=True)
def no_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    """The drawn head's contrast is not that of real scans, which would be said in every test."""
    monkeypatch.setattr("wmhseg.segmentation.measure.check_scan", lambda *_: ())


@pytest.fixture
def command(scan_folder: Path, weights_folder: Path, tmp_path: Path) -> dict[str, str]:
    """Arguments that work, to be changed one at a time."""
    return {
        "--flair": str(scan_folder / "FLAIR.nii.gz"),
        "--t1": str(scan_folder / "T1.nii.gz"),
        "--output": str(tmp_path / "result.nii.gz"),
        "--weights": str(weights_folder),
    }


def segment(command: dict[str, str], *more: str, **changed: str) -> int:
    command = {**command, **{f"--{name}": value for name, value in changed.items()}}
    return main(["segment", *[word for pair in command.items() for word in pair], *more])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_success(command: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert segment(command) == 0
    assert names(tmp_path) == ["result.nii.gz"]
    said = capfd.readouterr()
    assert said.out == ""
    assert re.fullmatch(rf"wmhseg: \d+\.\d\d ml WMH in 3 lesions: {tmp_path}/result\.nii\.gz\n", said.err)


def test_quiet_says_nothing(command: dict[str, str], capfd: pytest.CaptureFixture[str]) -> None:
    assert segment(command, "-q") == 0
    assert capfd.readouterr() == ("", "")


def test_quiet_still_warns_and_verbose_says_more(
    command: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    del command["--t1"]
    assert segment(command, "--quiet") == 0
    assert capfd.readouterr().err == "wmhseg: no T1: segmenting with FLAIR alone\n"
    assert segment(command, "-v") == 0
    assert "wmhseg: 24 slices to compute in float32\n" in capfd.readouterr().err


def test_works_where_standard_error_is_no_file(
    command: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    # As in notebooks.
    assert segment(command) == 0
    assert "3 lesions" in capsys.readouterr().err


def test_all_files(command: dict[str, str], tmp_path: Path) -> None:
    report, overlay = str(tmp_path / "r.json"), str(tmp_path / "o.png")
    assert segment(command, report=report, overlay=overlay, threads="2", precision="float32") == 0
    assert names(tmp_path) == ["o.png", "r.json", "result.nii.gz"]


def test_each_output_has_its_option(command: dict[str, str], tmp_path: Path) -> None:
    files = {
        "report": "r.json",
        "tsv": "r.tsv",
        "html": "r.html",
        "overlay": "o.png",
        "probability": "p.nii.gz",
        "disagreement": "sd.nii.gz",
        "lesions": "l.mha",
    }
    assert segment(command, **{name: str(tmp_path / file) for name, file in files.items()}) == 0
    assert names(tmp_path) == sorted([*files.values(), "result.nii.gz"])
    assert (tmp_path / "r.json").read_text().startswith("{")
    assert (tmp_path / "r.tsv").read_text().startswith("flair\t")
    assert (tmp_path / "r.html").read_text().startswith("<!DOCTYPE html>")
    assert (tmp_path / "o.png").read_bytes().startswith(b"\x89PNG")
    probability, lesions = read_volume(tmp_path / "p.nii.gz"), read_volume(tmp_path / "l.mha")
    assert probability.array.max() == 1.0
    assert lesions.array.max() == 3.0
    assert read_volume(tmp_path / "sd.nii.gz").array.max() == pytest.approx(2**0.5 / 3)


def test_all_members(command: dict[str, str], tmp_path: Path) -> None:
    assert segment(command, "--all-members", report=str(tmp_path / "r.json")) == 0
    assert len(json.loads((tmp_path / "r.json").read_text())["member_volumes_ml"]) == 3


@pytest.mark.parametrize("option", ["probability", "disagreement", "lesions"])
def test_images_need_an_images_name(refused: "Refused", tmp_path: Path, option: str) -> None:
    path = tmp_path / "image.png"
    refused(6, f"{path}: expected a name that ends in .nii.gz, .+", **{option: str(path)})


def test_settings_reach_the_ensemble(command: dict[str, str], fake_ensemble: Any) -> None:
    assert segment(command, threads="3", precision="bfloat16") == 0
    assert (fake_ensemble.settings.threads, fake_ensemble.settings.precision) == (3, "bfloat16")
    assert fake_ensemble.settings.weights == Path(command["--weights"])


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"wmhseg {wmhseg.__version__}\n"


def test_help_lists_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["segment", "--help"])
    assert caught.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    meanings = ["done", "unexpected", "wrong arguments", "an input", "no head", "weights"]
    for code, meaning in enumerate([*meanings, "the result cannot", "some scans"]):
        assert f"{code} {meaning}" in said


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["segment"],
        ["segment", "--flair", "a.nii.gz"],
        ["segment", "--output", "r.nii.gz"],
        ["segment", "--flair", "a", "--output", "b", "--threads", "0"],
        ["segment", "--flair", "a", "--output", "b", "--threads", "²"],
        ["segment", "--flair", "a", "--output", "b", "--precision", "float64"],
        ["segment", "--flair", "a", "--output", "b", "-q", "-v"],
        ["segment", "--flair", "a", "--output", "b", "--sharpen"],
        ["train"],
        ["import-weights", "--output", "b"],
        ["import-weights", "0.h5", "--recipe", "nonsense", "--output", "b"],
    ],
    ids=" ".join,
)
def test_wrong_arguments_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert re.search("error: ", capsys.readouterr().err)


class Refused:
    """Runs a command that must fail: the code, one line that says why, and nothing written."""

    def __init__(self, command: dict[str, str], folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.command, self.folder, self.capfd = command, folder, capfd

    def __call__(self, code: int, message: str, **changed: str) -> None:
        earlier = self.folder / "result.nii.gz"
        earlier.write_bytes(b"earlier")
        for name in ("result.json", "overlay.png"):
            (self.folder / name).unlink(missing_ok=True)
        before = names(self.folder)
        files = {"report": str(self.folder / "result.json"), "overlay": str(self.folder / "overlay.png")}
        assert segment(self.command, "-q", **{**files, **changed}) == code
        said = self.capfd.readouterr()
        assert said.out == ""
        assert re.fullmatch(rf"wmhseg: error: {message}\n", said.err), said.err
        assert names(self.folder) == before
        assert earlier.read_bytes() == b"earlier"


@pytest.fixture
def refused(command: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Refused:
    return Refused(command, tmp_path, capfd)


@pytest.mark.parametrize("which", ["flair", "t1"])
def test_inputs_exit_3(refused: Refused, which: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("inputs")
    path = folder / "scan.nii.gz"
    refused(3, f"{path}: expected an image file, found none; .+", **{which: str(path)})
    refused(3, f"{folder}: expected an image file or a DICOM series, found none; .+", **{which: str(folder)})
    path.write_bytes(b"no image")
    refused(3, f"{path}: not a readable image .+", **{which: str(path)})
    nib.save(nib.Nifti1Image(np.zeros((8, 8, 8), np.int16), np.eye(4)), path)
    refused(3, f"{path}: expected a scan, found the same value in every voxel; .+", **{which: str(path)})
    nib.save(nib.Nifti1Image(np.arange(512, dtype=np.int16).reshape(8, 8, 4, 2), np.eye(4)), path)
    refused(3, f"{path}: expected one 3D volume .+ found 8x8x4x2 .+", **{which: str(path)})


def test_no_head_exits_4(refused: Refused, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("speck") / "FLAIR.nii.gz"
    image = np.random.default_rng(0).normal(0, 1, (60, 60, 8)).astype(np.float32)
    image[20:30, 20:30] += 50  # 10 mm
    nib.save(nib.Nifti1Image(image, np.diag([1.0, 1.0, 3.0, 1.0])), path)
    refused(4, rf"{path}: FLAIR: expected a head at least 32 mm wide, found none; .+", flair=str(path))


def test_unfit_t1_is_left_out_or_exits_3_where_it_is_required(
    command: dict[str, str], tmp_path_factory: pytest.TempPathFactory, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path_factory.mktemp("speck") / "T1.nii.gz"
    image = np.random.default_rng(0).normal(0, 1, (60, 60, 8)).astype(np.float32)
    image[20:30, 20:30] += 50
    nib.save(nib.Nifti1Image(image, np.diag([1.0, 1.0, 3.0, 1.0])), path)
    assert segment(command, "-q", t1=str(path)) == 0
    reason = rf"wmhseg: {path}: T1: expected .+; T1 left out: segmenting with FLAIR alone\n"
    assert re.fullmatch(reason, capfd.readouterr().err)
    assert segment(command, "-q", "--require-t1", t1=str(path)) == 3
    assert re.fullmatch(rf"wmhseg: error: {path}: T1: expected .+\n", capfd.readouterr().err)


def test_missing_t1_that_is_required_exits_3(
    command: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    del command["--t1"]
    assert segment(command, "--require-t1") == 3
    assert capfd.readouterr().err.startswith("wmhseg: error: T1: expected one, because it is required")


def test_weights_exit_5(refused: Refused, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("weights")
    path = folder / "manifest.json"
    refused(5, f"{path}: expected the weights' manifest, found none; .+", weights=str(folder))
    refused(5, f"{folder}/no/manifest.json: expected the weights' manifest, .+", weights=str(folder / "no"))
    path.write_text("{")
    refused(5, f"{path}: expected JSON, .+", weights=str(folder))
    path.write_text('{"format": 7}')
    refused(5, f"{path}: expected format 2, found 7; .+", weights=str(folder))


def test_changed_weights_exit_5(refused: Refused, weights_folder: Path, fake_ensemble: Any) -> None:
    fake_ensemble.verifies = True
    path = weights_folder / "member-0.weights.h5"
    refused(5, f"{path}: expected SHA-256 000000000000…, found .+")


def test_a_terminal_without_unicode_gets_the_line_too(command: dict[str, str], weights_folder: Path) -> None:
    """The weights' check is the one message with an ellipsis."""
    words = [
        "segment",
        *[word for pair in command.items() for word in pair],
        "--weights",
        str(weights_folder),
    ]
    ascii_only = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    # What a program that has imported TensorFlow by start_keras leaves to its children.
    ascii_only["TF_CPP_MIN_LOG_LEVEL"] = "3"
    program = [sys.executable, "-m", "wmhseg", *words]
    done = subprocess.run(program, check=False, env={**os.environ, **ascii_only}, capture_output=True)
    assert done.returncode == 5
    path = weights_folder / "member-0.weights.h5"
    start = f"wmhseg: error: {path}: expected SHA-256 000000000000\\u2026, found "
    assert done.stderr.decode("ascii").startswith(start)
    assert done.stderr.count(b"\n") == 1


def test_outputs_exit_6(refused: Refused, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("outputs")
    for name, file in (
        ("output", "r.nii.gz"),
        ("report", "r.json"),
        ("overlay", "o.png"),
        ("html", "r.html"),
    ):
        path = folder / "no" / file
        refused(
            6, f"{path}: expected a folder that can be written, found: No such file .+", **{name: str(path)}
        )
        refused(6, f"{folder}: expected a file name, found a folder; .+", **{name: str(folder)})
        (folder / "file").touch()
        path = folder / "file" / file
        refused(6, f"{path}: expected a folder that can be written, found: Not a dir.+", **{name: str(path)})
    assert names(folder) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_without_permission_exits_6(
    refused: Refused, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("locked")
    folder.chmod(0o500)
    path = folder / "r.nii.gz"
    refused(
        6, f"{path}: expected a folder that can be written, found: Permission denied; .+", output=str(path)
    )


def test_folder_that_refuses_files_exits_6(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a read-only mount answers, also to root.
    usual = os.open

    def fail(path: Any, *arguments: Any, **options: Any) -> int:
        if str(path).startswith(str(tmp_path)):
            raise OSError(30, "Read-only file system")
        return usual(path, *arguments, **options)

    monkeypatch.setattr("os.open", fail)
    refused(6, f"{tmp_path}/result.nii.gz: expected a folder that can be written, found: Read-only .+")


def test_out_of_memory_exits_1(
    command: dict[str, str],
    fake_ensemble: Any,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(fake_ensemble, "predict", fail)
    assert segment(command, "-q") == 1
    assert capfd.readouterr().err.startswith("wmhseg: error: not enough memory; ")
    assert names(tmp_path) == []


def test_unknown_recipe_of_imported_weights(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["import-weights", "0.h5", "--recipe", "mine", "--output", str(tmp_path)])
    assert caught.value.code == 2
    assert "paper" in capfd.readouterr().err


def test_an_error_that_nobody_foresaw_is_one_line(
    command: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr("wmhseg.segmentation.measure_seen.finish", fail)
    assert segment(command, "-q") == 1
    line = "wmhseg: error: unexpected: ZeroDivisionError: by zero; -v shows where, please report it\n"
    assert capfd.readouterr().err == line
    assert segment(command, "-v") == 1
    said = capfd.readouterr().err
    assert line in said
    assert "Traceback (most recent call last):" in said
    assert said.endswith("ZeroDivisionError: by\nzero\n")


def test_an_error_while_tensorflow_loads_is_said(
    command: dict[str, str], weights_folder: Path, tmp_path: Path
) -> None:
    """Standard error leads nowhere meanwhile, which must not swallow the reason."""
    program = (
        "import wmhseg.segmentation.segment_files as module\n"
        "from wmhseg.cli import console\n"
        "def fail(*_): import time; time.sleep(0.5); raise ZeroDivisionError('by zero')\n"
        "module.prepare_files = fail\n"
        "console()\n"
    )
    words = [
        "segment",
        *[word for pair in command.items() for word in pair],
        "--weights",
        str(weights_folder),
    ]
    environment = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run(
        [sys.executable, "-c", program, *words], check=False, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "wmhseg: error: unexpected: ZeroDivisionError: by zero" in done.stderr


def test_an_os_error_names_the_file(
    command: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device", "/somewhere")

    monkeypatch.setattr("wmhseg.segmentation.measure_seen.finish", fail)
    assert segment(command, "-q") == 6
    expected = "wmhseg: error: /somewhere: cannot be read or written (No space left on device)\n"
    assert capfd.readouterr().err == expected


def leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield parser
    for one in below[0].choices.values() if below else ():
        yield from leaves(one)


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_has_the_one_pattern(name: str) -> None:
    parser = make_parser([name])
    (chosen,) = [a.choices[name] for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    assert callable(chosen.get_default("perform"))
    for leaf in leaves(chosen):
        offered = {option for action in leaf._actions for option in action.option_strings}
        assert {"--help", "--quiet", "--verbose"} <= offered
        assert not leaf.get_default("perform") or leaf is chosen


def test_python_m_is_the_same_program() -> None:
    for module, usage in (("wmhseg", "usage: wmhseg "), ("wmhseg.training", "usage: wmhseg train ")):
        done = subprocess.run(
            [sys.executable, "-m", module, "--help"], capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith(usage)


@pytest.mark.parametrize(
    ("words", "module", "extra"),
    [
        (("train", "fit", "SLICES", "RUN"), "matplotlib", "train"),
        (("synthesise", "HEADS", "LESIONS", "OUT"), "threadpoolctl", "train"),
        (("sheet", "A", "B", "OUT"), "matplotlib", "train"),
        (("experiments", "all", "CASES", "OUT"), "matplotlib", "train"),
    ],
)  # fmt: skip
def test_a_missing_package_is_said_at_once(
    words: tuple[str, ...], module: str, extra: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("wmhseg.extras.find_spec", lambda name: None if name == module else name)
    assert main(list(words)) == 3
    expected = f"expected the package {module}, found none; pip install 'wmhseg[{extra}]'"
    assert expected in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_threshold_of_ones_own_is_used_and_reported(
    command: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    report = str(tmp_path / "report.json")
    assert segment(command, "-q", "--threshold", "0.25", report=report) == 0
    assert json.loads(Path(report).read_text())["recipe"]["threshold"] == 0.25
    for wrong in ("1", "-0.1", "half"):
        with pytest.raises(SystemExit) as end:
            segment(command, f"--threshold={wrong}")
        assert end.value.code == 2
        assert f"expected a number from 0 to 1, found '{wrong}'" in capfd.readouterr().err


def test_what_a_file_says_stays_in_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "scans.tsv").write_text('"fla\nir\x1b[2J\x85-"\n1\n')
    assert main(["batch", str(tmp_path / "scans.tsv"), str(tmp_path / "out")]) == 3
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert "found fla\\nir\\x1b[2J\\x85-; add it" in said
