"""How do methods rank on scanners nobody trained on? (Section 4.3, Table 6.)

Command: `wmhseg experiments unseen_ranking CASES OUT --scale paper`
Cost: the networks of cross_scanner, modalities and augmentation; nothing of its own.
The paper ranked the challenge's 20 teams on its two hidden scanners: its method came first (score 0.040),
with DSC 74.5 % and recall 87 % highest. The other teams' results on given cases cannot be had, so the
methods ranked here are the whole method and what is left when a part is taken out; a score says
where a method lies between the best (0) and the worst (1) of these. Each scanner counts the same.
"""

import math

import numpy as np

from wmhseg.experiments.experiment_result import ExperimentResult, Picture
from wmhseg.experiments.folds import by_site, cross_scanner_folds
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.material import Variant
from wmhseg.experiments.metrics import LABELS, METRICS, means
from wmhseg.experiments.plots import bars
from wmhseg.experiments.table import Table, Value
from wmhseg.ranking.leaderboard import Team, rank

METHODS = (
    ("whole method", Variant(), None),
    ("one network", Variant(), 1),
    ("FLAIR alone", Variant(t1=False), None),
    ("no augmentation", Variant(augmented=False), None),
)


def run(lab: Lab) -> ExperimentResult:
    """Rank the methods by their means over scanners left out of training."""
    teams: list[Team] = []
    unranked: list[Team] = []
    for name, variant, members in METHODS:
        if members == lab.scale.fold_members:
            continue  # the same as the whole method
        sites = by_site(cross_scanner_folds(lab, variant, members))
        values = [float(np.mean(column)) for column in zip(*map(means, sites.values()), strict=True)]
        cases = sum(map(len, sites.values()))
        team = Team(name, cases, None, *(v / m.factor for v, m in zip(values, METRICS, strict=True)))
        # Without a lesion found on any case of a scanner there is no H95 to rank by.
        (teams if all(map(math.isfinite, values)) else unranked).append(team)
    standings = rank(teams) if teams else []
    rows: list[tuple[Value, ...]] = [
        (one.team.name, one.position, round(one.score, 3), *_shown(one.team)) for one in standings
    ]
    rows += [(team.name, "not ranked", math.nan, *_shown(team)) for team in unranked]
    title = "Methods ranked on scanners left out of training; score 0 = best of these, 1 = worst"
    table = Table("unseen_ranking", title, ("method", "rank", "score", *LABELS), tuple(rows))
    caption = "Rank scores on scanners left out of training (0 = best of these)"
    picture = Picture(
        "unseen_ranking", caption, bars({s.team.name: s.score for s in standings}, "rank score")
    )
    return ExperimentResult("Ranking on unseen scanners", "section 4.3, Table 6", (table,), (picture,))


def _shown(team: Team) -> tuple[float, ...]:
    return tuple(float(getattr(team, metric.field)) * metric.factor for metric in METRICS)
