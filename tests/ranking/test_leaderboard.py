"""The ranking formula: the organisers' own example, numbers by hand, and the challenge's final table."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

from wmhseg.ranking.leaderboard import (
    HIGHER_IS_BETTER,
    ROUNDING,
    Standing,
    Team,
    join_leaderboard,
    possible_positions,
    rank,
    read_leaderboard,
)

MakeTeam = Callable[..., Team]


@pytest.fixture
def team() -> MakeTeam:
    """A team whose means are all equal to others' unless given."""
    usual = {"dsc": 0.5, "h95_mm": 5.0, "avd_percent": 20.0, "lesion_recall": 0.5, "lesion_f1": 0.5}
    return lambda name, **means: Team(name, 10, 10, **{**usual, **means})


def scores(standings: list[Standing]) -> dict[str, float]:
    return {standing.team.name: standing.score for standing in standings}


def test_the_organisers_example(team: MakeTeam) -> None:
    """A has a DSC of 80, B of 60, C of 78: scaled 0, 1 and 0.10; here one metric of five."""
    ranked = rank([team("A", dsc=0.80), team("B", dsc=0.60), team("C", dsc=0.78)])
    assert scores(ranked) == pytest.approx({"A": 0, "C": 0.02, "B": 0.2})


def test_all_five_metrics_by_hand(team: MakeTeam) -> None:
    best = team("best", dsc=0.8, h95_mm=5, avd_percent=20, lesion_recall=0.9, lesion_f1=0.8)
    worst = team("worst", dsc=0.4, h95_mm=25, avd_percent=120, lesion_recall=0.1, lesion_f1=0.3)
    # 0.1/0.4, 5/20, 60/100, 0.2/0.8, 0.4/0.5 = 0.25, 0.25, 0.6, 0.25, 0.8: mean 0.43
    middle = team("middle", dsc=0.7, h95_mm=10, avd_percent=80, lesion_recall=0.7, lesion_f1=0.4)
    ranked = rank([worst, middle, best])
    assert [(row.position, row.team.name) for row in ranked] == [(1, "best"), (2, "middle"), (3, "worst")]
    assert scores(ranked) == pytest.approx({"best": 0, "middle": 0.43, "worst": 1})


@pytest.mark.parametrize("metric", HIGHER_IS_BETTER)
def test_which_end_of_a_metric_is_better(metric: str, team: MakeTeam) -> None:
    low, high = team("low", **{metric: 0.1}), team("high", **{metric: 0.9})
    first = "low" if metric in ("h95_mm", "avd_percent") else "high"
    assert rank([low, high])[0].team.name == first


def test_equal_teams_share_a_position_and_the_next_is_skipped(team: MakeTeam) -> None:
    ranked = rank([team("a"), team("b"), team("c", dsc=0.4)])
    assert [(row.position, row.score) for row in ranked] == [(1, 0), (1, 0), (3, 0.2)]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_mean_must_be_a_number(value: float, team: MakeTeam) -> None:
    with pytest.raises(ValueError, match="expected finite means of h95_mm, found"):
        rank([team("a"), team("b", h95_mm=value)])


def test_final_table_is_complete() -> None:
    table = read_leaderboard()
    assert len(table) == 57
    published = [row.published_score for row in table]
    assert published == sorted(published)
    assert table[2] == Team("sysu_media", 110, None, 0.8, 6.3, 21.88, 0.84, 0.76, 0.032)


def test_formula_gives_the_final_table_its_own_scores() -> None:
    """Its means are rounded to 0.01: a score can be off by the mean of 0.005 / range over the metrics."""
    table = read_leaderboard()
    found = scores(rank(table))
    off = [abs(found[row.name] - row.published_score) for row in table]
    assert max(off) < ROUNDING
    assert max(off[:26]) < 0.0022
    assert sorted(off)[len(off) // 2] < 0.0013


def test_the_allowance_for_rounding() -> None:
    # Best and worst of DSC, H95, AVD, recall, F1 in the final table.
    ranges = (0.81 - 0.23, 52.02 - 5.46, 828.61 - 16.20, 0.88 - 0.25, 0.79 - 0.11)
    assert pytest.approx(sum(0.005 / one for one in ranges) / 5, abs=2e-5) == ROUNDING


def test_a_team_among_the_published_ones(team: MakeTeam) -> None:
    # Best of the table in every metric, so 0 and first, and no scale moves.
    perfect = team("perfect", dsc=0.81, h95_mm=5.46, avd_percent=16.2, lesion_recall=0.88, lesion_f1=0.79)
    standings = join_leaderboard(perfect)
    assert len(standings) == 58
    assert (standings[0].team, standings[0].score) == (perfect, 0)
    assert possible_positions(standings, perfect) == (1, 1)
    alone = scores(rank(read_leaderboard()))
    assert all(row.score == alone[row.team.name] for row in standings[1:])


def test_a_team_beyond_the_worst_moves_the_scale(team: MakeTeam) -> None:
    far = team(
        "far", dsc=0.81, h95_mm=5.46, avd_percent=16.2 + 2 * 812.41, lesion_recall=0.88, lesion_f1=0.79
    )
    # The AVD of the table's last team is now half way: 1 becomes 0.5 in one of five metrics.
    before, after = (scores(rows)["hadi"] for rows in (rank(read_leaderboard()), join_leaderboard(far)))
    assert before - after == pytest.approx(0.1)


def test_positions_that_rounding_allows(team: MakeTeam) -> None:
    table = read_leaderboard()
    same_as_sixth = replace(table[5], name="ours", published_score=None)
    standings = join_leaderboard(same_as_sixth)
    own = next(row for row in standings if row.team is same_as_sixth)
    best, worst = possible_positions(standings, same_as_sixth)
    others = [row.score for row in standings if row.team is not same_as_sixth]
    assert [other for other in others if own.score - 0.0048 <= other < own.score + 0.0048] == others[
        best - 1 : worst - 1
    ]
    assert best <= own.position <= worst
    assert worst > best
