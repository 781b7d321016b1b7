"""The challenge's ranking of teams by five metrics.

Source: the organisers' page "Evaluation" (wmh.isi.uu.nl/evaluation), with their Python code: per
metric the mean over the cases, scaled linearly from 0 (best team) to 1 (worst team); a team's score
is the mean of its five scaled values. So a score depends on which other teams there are.
"""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

# The published numbers are rounded to 0.01: by that alone, a score of the published teams can be
# off by the mean of 0.005 / (worst - best) over the metrics.
ROUNDING = 0.0048
CHALLENGE_CASES = 110

HIGHER_IS_BETTER = {
    "dsc": True,
    "h95_mm": False,
    "avd_percent": False,
    "lesion_recall": True,
    "lesion_f1": True,
}


@dataclass(frozen=True)
class Team:
    """A team's means over the cases.

    Attributes:
        name: What it is called.
        cases: Number of cases.
        h95_cases: Number of cases with an H95, over which its mean is; None where unknown.
        dsc: Dice similarity coefficient, 0 to 1.
        h95_mm: Modified Hausdorff distance (95th percentile), mm.
        avd_percent: Absolute volume difference in percent of the true volume.
        lesion_recall: True lesions found / true lesions.
        lesion_f1: Harmonic mean of lesion recall and lesion precision.
        published_score: Its score in the challenge's final table; None for a team that is not there.
    """

    name: str
    cases: int
    h95_cases: int | None
    dsc: float
    h95_mm: float
    avd_percent: float
    lesion_recall: float
    lesion_f1: float
    published_score: float | None = None


@dataclass(frozen=True)
class Standing:
    """A team's place among others: teams with equal scores share a position.

    Attributes:
        position: 1 for the best.
        score: 0 (best in all metrics) to 1 (worst in all metrics).
        team: Its means.
    """

    position: int
    score: float
    team: Team


def rank(teams: Sequence[Team]) -> list[Standing]:
    """Rank teams, best first. A metric in which all are equal counts 0 for all.

    Raises:
        ValueError: A mean is not a finite number.
    """
    scaled = [_scaled([getattr(team, name) for team in teams], name) for name in HIGHER_IS_BETTER]
    scores = [float(np.mean(values)) for values in zip(*scaled, strict=True)]
    standings = [
        Standing(1 + sum(other < score for other in scores), score, team)
        for score, team in zip(scores, teams, strict=True)
    ]
    return sorted(standings, key=lambda standing: standing.score)


def read_leaderboard() -> list[Team]:
    """Return the final table of the challenge, 57 teams on 110 test cases, best first.

    The file leaderboard_wmh2017.csv is transcribed by a third party, github JeanBrrt/wmh-multisite.
    `rank` gives these teams their published scores to within 0.0022 for the first 26 and `ROUNDING`
    for all, so that neighbours may change places.
    """
    text = files("wmhseg.ranking").joinpath("leaderboard_wmh2017.csv").read_text(encoding="utf-8")
    return [
        Team(
            row["team"],
            CHALLENGE_CASES,
            None,
            **{name: float(row[name]) for name in HIGHER_IS_BETTER},
            published_score=float(row["score"]),
        )
        for row in csv.DictReader(text.splitlines())
    ]


def join_leaderboard(team: Team) -> list[Standing]:
    """Rank a team with the 57 of the challenge; the scale's ends move if it is beyond them.

    Raises:
        ValueError: A mean is not a finite number.
    """
    return rank([*read_leaderboard(), team])


def possible_positions(standings: Sequence[Standing], team: Team) -> tuple[int, int]:
    """Return the best and the worst position a team of `join_leaderboard` may have.

    The others' scores are known to within `ROUNDING` only.
    """
    score = next(standing.score for standing in standings if standing.team is team)
    others = [standing.score for standing in standings if standing.team is not team]
    best = 1 + sum(other + ROUNDING < score for other in others)
    worst = 1 + sum(other - ROUNDING < score for other in others)
    return best, worst


def _scaled(means: Sequence[float], name: str) -> list[float]:
    """Return one metric's means scaled from 0 (best) to 1 (worst)."""
    if not all(math.isfinite(mean) for mean in means):
        raise ValueError(f"expected finite means of {name}, found {list(means)}")
    best, worst = (max(means), min(means)) if HIGHER_IS_BETTER[name] else (min(means), max(means))
    return [0.0 if best == worst else (mean - best) / (worst - best) for mean in means]
