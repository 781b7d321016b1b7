"""The container's shell scripts, run by a shell with stand-ins for the programs that they call."""

import os
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "container"


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    """Programs on PATH that say how they were called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("as-output-owner", "setpriv"):
        path = folder / name
        path.write_text(f'#!/bin/sh\necho "{name} ${{OUTPUT_FOLDER:-unset}}:" "$@"\n')
        path.chmod(0o755)
    return folder


def said(stubs: Path, script: str, *arguments: str | Path, **environment: str) -> str:
    variables = {**os.environ, "PATH": f"{stubs}:{os.environ['PATH']}", **environment}
    command = ["sh", str(SCRIPTS / script), *map(str, arguments)]
    done = subprocess.run(
        command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_folder_first_is_a_bids_data_set(stubs: Path, tmp_path: Path) -> None:
    arguments = (tmp_path, "/out", "participant", "--participant-label", "01")
    found = said(stubs, "entrypoint.sh", *arguments)
    assert found == f"as-output-owner /out: wmhseg bids {tmp_path} /out participant --participant-label 01\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "segment"),
        (["--threads", "2"], "segment --threads 2"),
        (["wmhseg", "--version"], "wmhseg --version"),
        (["segment", "--help"], "segment --help"),
    ],
)
def test_everything_else_is_as_before(stubs: Path, arguments: list[str], expected: str) -> None:
    assert said(stubs, "entrypoint.sh", *arguments) == f"as-output-owner unset: {expected}\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give itself up")
def test_results_belong_to_the_owner_of_the_output_folder(stubs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    os.chown(out, 4321, 1234)
    for folder in (out, out / "derivatives" / "wmhseg"):
        found = said(stubs, "as-output-owner.sh", "true", OUTPUT_FOLDER=str(folder))
        assert found.splitlines()[-1].endswith(": --reuid 4321 --regid 1234 --clear-groups true")
