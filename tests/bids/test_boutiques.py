"""The Boutiques descriptor: valid, and the same command as the program's own."""

import argparse
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import wmhseg
from wmhseg.bids import command
from wmhseg.cli import EXIT_CODES

PATH = Path(__file__).parents[2] / "boutiques" / "wmhseg.json"
DESCRIPTOR = json.loads(PATH.read_text())


def bosh(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    call = [str(Path(sys.executable).parent / "bosh"), *map(str, arguments)]
    return subprocess.run(call, capture_output=True, text=True, check=False)


def test_valid(tmp_path: Path) -> None:
    done = bosh("validate", PATH)
    assert done.returncode == 0, done.stdout + done.stderr
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps({**DESCRIPTOR, "inputs": []}))
    assert bosh("validate", broken).returncode != 0


def test_the_command_is_one_that_the_program_takes(tmp_path: Path) -> None:
    invocation = tmp_path / "invocation.json"
    values = {"bids_dir": "/bids", "output_dir": "/out", "level": "participant", "workers": 2, "again": True}
    values |= {"participant_label": ["01", "sub-02"], "precision": "float32", "skip_bids_validation": True}
    invocation.write_text(json.dumps(values))
    done = bosh("exec", "simulate", PATH, "-i", invocation)
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = re.findall(r"^wmhseg bids .+", done.stdout, re.MULTILINE)
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    options = parser.parse_args(shlex.split(line)[2:])
    assert (options.bids_dir, options.output, options.level) == (Path("/bids"), Path("/out"), "participant")
    assert (options.participant_label, options.workers, options.again) == (["01", "sub-02"], 2, True)
    assert (options.precision, options.skip_bids_validation) == ("float32", True)


def test_every_option_is_described() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    command.add_arguments(parser)
    offered = {action.option_strings[0] for action in parser._actions if action.option_strings}
    described = {one["command-line-flag"] for one in DESCRIPTOR["inputs"] if "command-line-flag" in one}
    # How much it says is not the descriptor's business.
    assert described == offered - {"-q", "-v"}


def test_version_and_exit_codes() -> None:
    assert DESCRIPTOR["tool-version"] == wmhseg.__version__
    assert DESCRIPTOR["container-image"]["image"] == f"wmhseg:{wmhseg.__version__}"
    codes = {str(one["code"]) for one in DESCRIPTOR["error-codes"]}
    assert codes == set(re.findall(r"(\d) [a-z]", EXIT_CODES)) - {"0"}


@pytest.mark.parametrize("missing", ["bids_dir", "output_dir", "level"])
def test_positional_arguments_are_required(missing: str) -> None:
    (one,) = [one for one in DESCRIPTOR["inputs"] if one["id"] == missing]
    assert not one.get("optional", False)
