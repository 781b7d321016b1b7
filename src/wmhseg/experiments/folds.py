"""Scores of cases that were left out in turn, by subject or by scanner."""

from collections.abc import Sequence
from dataclasses import dataclass

from wmhseg.datasets.splits import Split, leave_one_site_out, site_of
from wmhseg.evaluation.organiser import Scores
from wmhseg.experiments.lab import Lab, Model
from wmhseg.experiments.material import FULL, Variant
from wmhseg.experiments.metrics import LABELS, METRICS, means, undefined
from wmhseg.experiments.table import Table, Value


@dataclass(frozen=True)
class Fold:
    """One left-out subject or scanner.

    Attributes:
        split: Who trained and who was left out.
        models: Trained on `split.train`.
        scores: Of the cases `split.test`, in order.
    """

    split: Split
    models: tuple[Model, ...]
    scores: tuple[Scores, ...]


def run_folds(
    lab: Lab, splits: Sequence[Split], variant: Variant = FULL, members: int | None = None
) -> list[Fold]:
    """Train an ensemble for each split and score the cases left out.

    Args:
        lab: The cases.
        splits: One per fold.
        variant: What is left out of the method.
        members: Networks per ensemble; None: the scale's.
    """
    folds = []
    for split in splits:
        models = lab.models(split.train, members or lab.scale.fold_members, variant)
        folds.append(Fold(split, tuple(models), tuple(lab.scores(split.test, models))))
    return folds


def cross_scanner_folds(lab: Lab, variant: Variant = FULL, members: int | None = None) -> list[Fold]:
    """Leave each scanner out in turn (Li et al. 2018, section 4.3)."""
    splits = leave_one_site_out(lab.material.cases)
    lab.record("cross_scanner", splits)
    return run_folds(lab, splits, variant, members)


def by_site(folds: Sequence[Fold]) -> dict[str, list[Scores]]:
    """Return the scores of all cases left out, by the case's site."""
    sites: dict[str, list[Scores]] = {}
    for fold in folds:
        for name, scores in zip(fold.split.test, fold.scores, strict=True):
            sites.setdefault(site_of(name), []).append(scores)
    return dict(sorted(sites.items()))


def site_means(name: str, title: str, sites: dict[str, list[Scores]]) -> Table:
    """Return a row per site and one of all cases; means leave out cases without a value."""
    everyone = [one for scores in sites.values() for one in scores]
    rows: list[tuple[Value, ...]] = [
        (site, len(scores), undefined(scores), *means(scores))
        for site, scores in [*sites.items(), ("all cases", everyone)]
    ]
    return Table(name, title, ("tested on", "cases", "without H95 or AVD", *LABELS), tuple(rows))


def case_rows(name: str, title: str, folds: Sequence[Fold]) -> Table:
    """Return a row per case left out (Table S1)."""
    rows: list[tuple[Value, ...]] = [
        (case, *(metric.of(one) for metric in METRICS))
        for fold in folds
        for case, one in zip(fold.split.test, fold.scores, strict=True)
    ]
    return Table(name, title, ("case", *LABELS), tuple(rows))
