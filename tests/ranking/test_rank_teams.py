"""`wmhseg rank`: tables in, standings out, and what it refuses."""

import argparse
import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from wmhseg.errors import InputError, OutputError, WmhsegError
from wmhseg.ranking import command as rank

HEAD = "scanner,case,dsc,h95_mm,avd_percent,lesion_recall,lesion_f1,failure\n"
Rank = Callable[..., str]


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Write lines of "case dsc h95 avd recall f1" as `wmhseg evaluate` does."""

    def write(name: str, *lines: str, head: str = HEAD) -> Path:
        path = tmp_path / f"{name}.csv"
        path.write_text(head + "".join(f"s,{line.replace(' ', ',')},\n" for line in lines))
        return path

    return write


@pytest.fixture
def ours(table: Callable[..., Path]) -> Path:
    return table("ours", "s/1 0.80 4 10 0.9 0.8", "s/2 0.70 nan 30 0.7 0.6")


@pytest.fixture
def other(table: Callable[..., Path]) -> Path:
    return table("other", "s/2 0.60 20 60 0.5 0.3", "s/1 0.40 10 20 0.3 0.1")


@pytest.fixture
def ranked(capsys: pytest.CaptureFixture[str]) -> Rank:
    """Run the command and return its standard output."""

    def run(*arguments: str | Path) -> str:
        parser = argparse.ArgumentParser()
        rank.add_arguments(parser)
        rank.run(parser.parse_args(list(map(str, arguments))))
        return capsys.readouterr().out

    return run


def test_two_teams(ranked: Rank, ours: Path, other: Path) -> None:
    lines = ranked(f"ours={ours}", f"other={other}").splitlines()
    assert lines[0].startswith("2 teams on 2 cases")
    assert " ".join(lines[2].split()) == "1 ours 0.0000 0.750 4.00 20.00 0.800 0.700 - 2 1"
    assert " ".join(lines[3].split()) == "2 other 1.0000 0.500 15.00 40.00 0.400 0.200 - 2 2"
    assert len(lines) == 4


def test_three_teams_by_hand(ranked: Rank, ours: Path, other: Path, table: Callable[..., Path]) -> None:
    # Means 0.7, 9.5, 25, 0.6, 0.45: scaled 0.2, 0.5, 0.25, 0.5, 0.5.
    third = table("third", "s/1 0.7 9 25 0.6 0.45", "s/2 0.7 10 25 0.6 0.45")
    lines = ranked(f"other={other}", f"third={third}", f"ours={ours}").splitlines()
    assert [line.split()[:3] for line in lines[2:]] == [
        ["1", "ours", "0.0000"],
        ["2", "third", "0.3900"],
        ["3", "other", "1.0000"],
    ]


def test_undefined_h95_is_left_out_and_stated(
    ranked: Rank, ours: Path, other: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ranked(f"ours={ours}", f"other={other}")
    assert caplog.messages == ["ours: H95 is undefined for 1 of 2 cases (s/2); its mean leaves them out"]


def test_leaderboard_shows_the_neighbours(
    ranked: Rank, table: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    # The means of the published sixth, pitt-vamp-2: the same score, the same position.
    path = table("ours", "s/1 0.79 5.74 19.69 0.81 0.76")
    lines = ranked(f"ours={path}", "--leaderboard").splitlines()
    cells = [line.split() for line in lines[2:] if "..." not in line]
    position, score = ({row[1]: row[column] for row in cells} for column in (0, 2))
    assert lines[0].startswith(f"ours would be at position {position['ours']} of 58 on the leaderboard (")
    assert (position["ours"], score["ours"]) == (position["pitt-vamp-2"], score["pitt-vamp-2"])
    assert position["hadi"] == "58"
    assert len(lines) < 20
    assert "110 test cases and rounded: a score on any other cases is not comparable" in caplog.text


def test_each_team_is_put_among_the_published_ones_alone(
    ranked: Rank, ours: Path, other: Path, tmp_path: Path
) -> None:
    output = tmp_path / "standings.csv"
    ranked(f"ours={ours}", f"other={other}", "--leaderboard", "--output", output)
    with output.open(newline="") as file:
        rows = list(csv.DictReader(file))
    count = {name: sum(row["ranking"] == name for row in rows) for name in {row["ranking"] for row in rows}}
    assert count == {"given teams": 2, "ours on the leaderboard": 58, "other on the leaderboard": 58}
    assert "other" not in {row["team"] for row in rows if row["ranking"] == "ours on the leaderboard"}
    own = next(row for row in rows if row["team"] == "ours")
    assert (own["dsc"], own["h95_mm"], own["h95_cases"], own["published_score"]) == ("0.75", "4.0", "1", "")


def test_markdown_holds_tables_and_notes(ranked: Rank, ours: Path, other: Path, tmp_path: Path) -> None:
    output = tmp_path / "standings.md"
    ranked(f"ours={ours}", f"oth|er={other}", "--leaderboard", "--output", output)
    text = output.read_text()
    tables = [part for part in text.split("## ") if part]
    assert [table.count("\n| ") for table in tables] == [4, 60, 60]
    assert tables[1].count("| **ours** |") == 1
    assert "| 2 | oth\\|er | 1.0000 |" in text
    assert "- ours: H95 is undefined for 1 of 2 cases" in text
    assert "not comparable" in text


def test_cases_trained_on_are_stated(
    ranked: Rank, tmp_path: Path, other: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The layout of `wmhseg evaluate`: site and case apart, and one more column."""
    path = tmp_path / "site.csv"
    head = "site,case,seen_in_training,dsc,h95_mm,avd_percent,lesion_recall,lesion_f1\n"
    path.write_text(head + "s,1,True,0.8,4,10,0.9,0.8\ns,2,False,0.7,6,30,0.7,0.6\n")
    ranked(f"ours={path}", f"other={other}")
    assert caplog.messages == ["ours: was trained on 1 of 2 cases (s/1); not a test score"]


def test_unequal_cases_are_named(ranked: Rank, ours: Path, table: Callable[..., Path]) -> None:
    short = table("short", "s/2 0.60 20 60 0.5 0.3", "s/9 0.60 20 60 0.5 0.3")
    expected = rf"{short}: expected the 2 cases of {ours}, but it lacks s/1 and also has s/9; "
    with pytest.raises(InputError, match=expected):
        ranked(f"ours={ours}", f"short={short}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("s/1 x 4 10 0.9 0.8", r"expected a number for dsc of s/1, found 'x'"),
        ("s/1  4 10 0.9 0.8", r"expected a number for dsc of s/1, found ''"),
        ("s/1 nan 4 10 0.9 0.8", r"expected a finite dsc of s/1, found nan"),
        ("s/1 0.5 4 inf 0.9 0.8", r"expected a finite avd_percent of s/1, found inf.*leave this case out"),
        ("s/1 0.5 nan 10 0.9 0.8", r"expected at least one case with an H95, found none"),
    ],
)
def test_what_cannot_be_ranked(
    line: str, message: str, ranked: Rank, other: Path, table: Callable[..., Path]
) -> None:
    with pytest.raises(InputError, match=rf"bad\.csv: {message}"):
        ranked(f"bad={table('bad', line)}", f"other={other}")


def test_unfit_tables(ranked: Rank, other: Path, table: Callable[..., Path], tmp_path: Path) -> None:
    twice = table("twice", "s/1 0.80 4 10 0.9 0.8", "s/1 0.80 4 10 0.9 0.8")
    empty = table("empty")
    lacking = table("lacking", head="case,dsc,h95_mm\n")
    for path, message in (
        (tmp_path / "none.csv", "expected a table of cases, found none; write it with wmhseg evaluate"),
        (twice, "expected each case once, found more rows for s/1"),
        (empty, "expected at least one case, found none"),
        (lacking, "found none called avd_percent, lesion_f1, lesion_recall"),
        (tmp_path, "found something else"),
    ):
        with pytest.raises(InputError, match=message):
            ranked(f"a={path}", f"other={other}")


def test_wrong_use(ranked: Rank, ours: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for arguments, kind, message in (
        ([f"a={ours}"], InputError, "expected two teams or more, found a alone"),
        ([f"a={ours}", f"a={ours}"], InputError, "expected each team once, found a again"),
        ([f"a={ours}", f"b={ours}", "--output", "x.txt"], OutputError, "ends in .csv or .md"),
        (
            [f"a={ours}", f"b={ours}", "--output", tmp_path / "no/x.md"],
            OutputError,
            "folder that can be written",
        ),
    ):
        with pytest.raises(WmhsegError, match=message) as raised:
            ranked(*arguments)
        assert raised.type is kind
    with pytest.raises(SystemExit):
        ranked(ours)
    assert "expected NAME=CSV, such as ours=cases.csv" in capsys.readouterr().err


def test_its_arguments_cost_no_imports() -> None:
    """They are declared whenever any command of the program starts."""
    code = "import sys, wmhseg.ranking.command; print({'numpy', 'SimpleITK', 'tqdm'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
