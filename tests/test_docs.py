"""The README and the Makefile say what is there."""

import re
import shlex
import subprocess
from pathlib import Path

from wmhseg.cli import EXIT_CODES, make_parser

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_make_targets_named_in_the_readme_exist():
    named = set(re.findall(r"^make ([a-z-]+)", README, re.MULTILINE))
    assert {"demo", "test"} <= named
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    offered = set(re.findall(r"^  make ([a-z-]+)", listed, re.MULTILINE))
    assert named <= offered


def test_options_of_segment_named_in_the_readme_exist(capsys):
    from wmhseg.cli import main

    section = README.split("Your own scans:")[1].split("## Docker")[0]
    options = set(re.findall(r"--[a-z0-9-]+", section))
    assert options >= {"--flair", "--t1", "--output", "--report", "--overlay", "--weights", "--threads"}
    assert options >= {"--probability", "--disagreement", "--lesions", "--tsv", "--html", "--all-members"}
    assert "--dicom-seg" in options
    try:
        main(["segment", "--help"])
    except SystemExit as end:
        assert end.code == 0
    offered = set(re.findall(r"--[a-z0-9-]+", capsys.readouterr().out))
    assert options <= offered


def test_exit_codes_of_readme_help_and_errors_agree():
    from wmhseg import errors

    table = dict(re.findall(r"^\| (\d) \| (.+?) \|$", README, re.MULTILINE))
    classes = [errors.InputError, errors.BrainMaskError, errors.WeightsError, errors.OutputError]
    classes += [errors.ScansFailedError]
    assert set(table) == {"0", "1", "2"} | {str(one.exit_code) for one in classes}
    assert set(re.findall(r"(\d) [a-z]", EXIT_CODES)) == set(table)


def test_files_that_the_readme_links_to_exist():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_training_commands_of_the_readme_parse():
    commands = [shlex.split(line) for line in re.findall(r"^\S*wmhseg (train .+)", README, re.MULTILINE)]
    assert [words[1] for words in commands] == ["prepare", "fit", "export"]
    for words in commands:
        make_parser(words).parse_args(words)
