"""What `segment` in the container hands to the program: the shell script alone, without an engine."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "container" / "segment.sh"


def arguments(tmp_path: Path, files: tuple[str, ...], *options: str) -> list[str]:
    """What `wmhseg` is called with, given these files in /input."""
    stubs = tmp_path / "bin"
    stubs.mkdir()
    for name, body in (("as-output-owner", 'exec "$@"'), ("wmhseg", 'printf "%s\\n" "$@"')):
        (stubs / name).write_text(f"#!/bin/sh\n{body}\n")
        (stubs / name).chmod(0o755)
    for name in files:
        path = tmp_path / "input" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    environment = {
        "PATH": f"{stubs}:{os.environ['PATH']}",
        "WMHSEG_INPUT": str(tmp_path / "input"),
        "WMHSEG_OUTPUT": "/out",
    }
    done = subprocess.run(
        ["sh", SCRIPT, *options], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.replace(f"{tmp_path}/", "").splitlines()


@pytest.mark.parametrize(
    ("files", "flair", "t1"),
    [
        (("pre/FLAIR.nii.gz", "pre/T1.nii.gz", "orig/FLAIR.nii.gz"), "pre/FLAIR.nii.gz", "pre/T1.nii.gz"),
        (("pre/FLAIR.nii.gz", "orig/FLAIR.nii.gz", "orig/T1.nii.gz"), "pre/FLAIR.nii.gz", None),
        (("orig/FLAIR.nii.gz", "orig/T1.nii.gz", "FLAIR.nii"), "orig/FLAIR.nii.gz", "orig/T1.nii.gz"),
        (("FLAIR.nii.gz", "FLAIR.nii", "T1.nii"), "FLAIR.nii.gz", "T1.nii"),
        (("FLAIR/1.dcm", "T1/1.dcm"), "FLAIR", "T1"),
        (("FLAIR.nii.gz",), "FLAIR.nii.gz", None),
        (("other.nii.gz",), "pre/FLAIR.nii.gz", None),
    ],
)
def test_pre_else_orig_else_input(tmp_path: Path, files: tuple[str, ...], flair: str, t1: str | None) -> None:
    expected = ["segment", "--flair", f"input/{flair}", "--output", "/out/result.nii.gz"]
    expected += ["--report", "/out/result.json", *(["--t1", f"input/{t1}"] if t1 else []), "--require-t1"]
    assert arguments(tmp_path, files, "--require-t1") == expected
