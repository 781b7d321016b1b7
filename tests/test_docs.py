"""The README and the Makefile say what is there."""

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

import wmhseg
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

    section = README.split("## pip")[1].split("## Docker")[0]
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


def documents() -> list[Path]:
    tracked = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    # A clone without git, such as an archive, has its documents too.
    return [ROOT / name for name in tracked.stdout.split()] or sorted(ROOT.glob("docs/**/*.md"))


def commands(text: str) -> list[list[str]]:
    """Every `wmhseg ...` in blocks of shell commands, in words."""
    found = []
    for block in re.findall(r"```bash\n(.*?)```", text, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            match = re.match(r"\s*(?:\.venv/bin/)?wmhseg (?!-)([^;|&]*)", line)
            if match:
                # A shell's variables stand for numbers.
                found.append(shlex.split(re.sub(r"\$\w+", "0", match[1]), comments=True))
    return found


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_of_the_documents_parse(path: Path) -> None:
    if path.name == "history.md":
        pytest.skip("what was typed then")
    for words in commands(path.read_text()):
        make_parser(words).parse_args(words)


def test_the_readme_shows_every_step_of_training():
    steps = [words[1] for words in commands(README) if words[0] == "train"]
    assert steps == ["prepare", "fit", "export"]


def test_recipes_end_in_the_shipped_postprocessing():
    """Where a document exports networks, the masks they give are made as the shipped ensemble's are."""
    recipe = json.loads((ROOT / "weights" / "manifest.json").read_text())["recipe"]
    seen = 0
    for path in (ROOT / "README.md", ROOT / "docs/use/train.md", ROOT / "docs/develop/training.md"):
        for words in commands(path.read_text()):
            if words[:2] == ["train", "export"]:
                options = make_parser(words).parse_args(words)
                found = options.threshold, options.min_peak, options.min_lesion_mm3
                assert found == (recipe["threshold"], recipe["min_peak"], recipe["min_lesion_mm3"]), path
                seen += 1
    assert seen >= 3


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_the_documents_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)#: ]+)(?:#[^)]*)?\)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.slow
def test_the_python_example_runs(tmp_path: Path, fake_ensemble: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the shipped weights' manifest and a network that is none: tests/sample has the real one."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs/use/python.md").read_text(), re.DOTALL)
    assert len(blocks) == 2
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for block in blocks:
        exec(compile(block, "docs/use/python.md", "exec"), {})
    assert (tmp_path / "wmh.nii.gz").is_file()


def test_one_version_everywhere():
    version = wmhseg.__version__
    assert re.search(rf"^version: {re.escape(version)}$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert re.findall(r"^## (\S+)", changes, re.MULTILINE)[0] == version
    for path in ("README.md", "docs/use/install.md"):
        assert set(re.findall(r"wmhseg-([0-9.]+)-py3", (ROOT / path).read_text())) == {version}


def test_the_readme_is_short():
    assert len(README.splitlines()) < 150
