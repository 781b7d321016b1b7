"""The table of scores: means leave out what the weights were trained on."""

from wmhseg.evaluation.__main__ import Row, main, table
from wmhseg.evaluation.organiser import Scores


def row(case: str, dsc: float, seen: bool) -> Row:
    scores = Scores(dsc, 2.0, 10.0, 0.5, 0.25, 0.5, 0.1)
    return Row("site", case, seen, 0.5, 1.0, 1.1, scores)


def test_mean_is_over_the_cases_not_trained_on() -> None:
    lines = table([row("a", 0.2, False), row("b", 0.6, False), row("c", 1.0, True)]).splitlines()
    assert lines[-1].split()[:4] == ["mean", "of", "2", "0.400"]
    assert [line for line in lines if "not a test score" in line] == [lines[3]]


def test_no_mean_when_all_were_trained_on() -> None:
    assert "mean" not in table([row("a", 0.9, True)])


def test_a_folder_without_cases_is_an_input_error(tmp_path, capsys) -> None:
    assert main([str(tmp_path)]) == 3
    assert "expected folders SITE/CASE" in capsys.readouterr().err
