"""The arguments of `wmhseg evaluate`, and that asking for them costs nothing."""

import argparse
import re
import shlex
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from wmhseg.challenge import command as challenge
from wmhseg.evaluation import command as evaluate
from wmhseg.evaluation.command import add_arguments, run
from wmhseg.evaluation.evaluate_cohort import EvaluationSettings
from wmhseg.ranking import command as rank

sys.path.insert(0, str(Path(__file__).parent))
from score_rows import TABLE_3

MANUAL = (Path(__file__).parents[2] / "docs" / "use" / "evaluate.md").read_text()


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def called_with(*words: str) -> tuple[Path, Path | None, EvaluationSettings]:
    with mock.patch("wmhseg.evaluation.evaluate_cohort.evaluate_cohort") as evaluate_cohort:
        run(parse(*words))
    return evaluate_cohort.call_args.args


def test_defaults() -> None:
    expected = EvaluationSettings(
        Path("evaluation"), workers=None, seed=0, ignore_headers=False, figures=True
    )
    assert called_with("CASES", "OUT") == (Path("CASES"), Path("OUT"), expected)


def test_all_options() -> None:
    options = ["--output", "o", "--workers", "3", "--seed", "5", "--ignore-headers", "--no-figures"]
    expected = EvaluationSettings(Path("o"), workers=3, seed=5, ignore_headers=True, figures=False)
    assert called_with("pairs.tsv", *options) == (Path("pairs.tsv"), None, expected)


@pytest.mark.parametrize(
    "option", [["--workers", "0"], ["--workers", "two"], ["--seed", "-1"], ["--seed", "x"]]
)
def test_wrong_numbers_are_refused(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse("CASES", "OUT", *option)
    assert end.value.code == 2
    assert f"expected a number of at least {int(option[0] == '--workers')}" in capsys.readouterr().err


def test_declaring_the_arguments_imports_none_of_the_packages_for_the_work() -> None:
    program = (
        "import sys, wmhseg.evaluation.command\n"
        "print({'numpy', 'scipy', 'SimpleITK', 'matplotlib', 'tqdm'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "set()"


def test_commands_and_options_of_the_manual_exist() -> None:
    commands = re.findall(r"^wmhseg evaluate (.+)", MANUAL, re.MULTILINE)
    parsed = [parse(*shlex.split(command)) for command in commands]
    # Three score results that are there, three segment first.
    assert [options.results is not None for options in parsed].count(True) == 3
    assert len(parsed) == 6
    sections = dict(re.findall(r"^## (.+)\n([^#]*)", MANUAL, re.MULTILINE))
    of_others = {"The hidden test": challenge, "Ranking": rank}
    for module, text in [
        *((module, sections.pop(title)) for title, module in of_others.items()),
        (evaluate, "".join(sections.values())),
    ]:
        named = set(re.findall(r"`(--[a-z-]+)", text))
        assert named
        parser = argparse.ArgumentParser()
        module.add_arguments(parser)
        assert named <= set(re.findall(r"--[a-z-]+", parser.format_help()))


def test_table_3_of_the_manual() -> None:
    rows = re.findall(r"^\| (.+) \(n = (\d+)\) \| (.+) \|$", MANUAL, re.MULTILINE)
    assert {name: (int(count), *map(float, cells.split("|"))) for name, count, cells in rows} == TABLE_3
