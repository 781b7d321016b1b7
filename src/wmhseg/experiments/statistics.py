"""Are two methods' scores on the same cases different? (Li et al. 2018, section 5.7)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from wmhseg.evaluation.organiser import Scores
from wmhseg.experiments.metrics import METRICS
from wmhseg.experiments.table import Table


@dataclass(frozen=True)
class Comparison:
    """One metric of two methods on the same cases.

    Attributes:
        label: The metric's heading.
        before: Mean of the one method, over the cases that both have a value for.
        after: Mean of the other.
        improvement: How much better `after` is, in the metric's unit; negative when it is worse.
        p: Of the Wilcoxon signed-rank test, two-sided.
        p_adjusted: Adjusted over the five metrics.
        pairs: Number of cases.
    """

    label: str
    before: float
    after: float
    improvement: float
    p: float
    p_adjusted: float
    pairs: int


def signed_rank_p(before: Sequence[float], after: Sequence[float]) -> float:
    """Return the two-sided p of the Wilcoxon signed-rank test.

    Pairs that are equal count for nothing (Wilcoxon's own way); without any other pair p is 1. Exact
    for up to 50 pairs without ties (scipy's rule).

    Args:
        before: One value per case.
        after: The other method's, in the same order.

    Raises:
        ValueError: The lengths differ, or a value is not finite.
    """
    if len(before) != len(after):
        raise ValueError(f"expected pairs, found {len(before)} and {len(after)} values")
    difference = np.asarray(after, float) - np.asarray(before, float)
    if not np.isfinite(difference).all():
        raise ValueError("expected finite values; leave out pairs without one")
    difference = difference[difference != 0]
    return float(stats.wilcoxon(difference).pvalue) if difference.size else 1.0


def adjust(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p-values adjusted for the false discovery rate (Benjamini and Hochberg 1995)."""
    return tuple(float(p) for p in stats.false_discovery_control(np.asarray(p_values, float), method="bh"))


def compare(before: Sequence[Scores], after: Sequence[Scores]) -> tuple[Comparison, ...]:
    """Compare two methods on the same cases, metric by metric.

    Cases without a value of a metric in either method are left out of that metric.

    Args:
        before: The simpler method's scores.
        after: The other's, in the same order.
    """
    rows = []
    for metric in METRICS:
        pairs = [(metric.of(b), metric.of(a)) for b, a in zip(before, after, strict=True)]
        pairs = [pair for pair in pairs if not any(map(math.isnan, pair))]
        first, second = [b for b, _ in pairs], [a for _, a in pairs]
        p = signed_rank_p(first, second)
        mean_before, mean_after = (float(np.mean(v)) if v else math.nan for v in (first, second))
        rows.append((metric, mean_before, mean_after, p, len(pairs)))
    adjusted = adjust([row[3] for row in rows])
    return tuple(
        Comparison(metric.label, b, a, metric.improvement(b, a), p, q, n)
        for (metric, b, a, p, n), q in zip(rows, adjusted, strict=True)
    )


def tests_table(name: str, title: str, methods: tuple[str, str], compared: Sequence[Comparison]) -> Table:
    """Return a row per metric: both means, the improvement, and p as it is and adjusted."""
    rows = tuple((c.label, c.before, c.after, c.improvement, c.pairs, c.p, c.p_adjusted) for c in compared)
    columns = ("metric", *methods, "improvement", "cases", "p (Wilcoxon)", "p adjusted (BH)")
    return Table(name, title, columns, rows)
