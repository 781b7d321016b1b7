"""The five metrics as tables and figures show them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wmhseg.evaluation.organiser import Scores


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        label: Heading, with the unit.
        field: Of `Scores`.
        factor: From the field to the unit shown.
        lower_is_better: True for distances and differences.
    """

    label: str
    field: str
    factor: float
    lower_is_better: bool

    def of(self, scores: Scores) -> float:
        """Return one case's value in the unit shown; NaN where it is undefined (H95) or infinite (AVD)."""
        value = float(getattr(scores, self.field)) * self.factor
        return value if math.isfinite(value) else math.nan

    def mean(self, scores: Sequence[Scores]) -> float:
        """Return the mean over the cases that have a value; NaN when none has."""
        values = [value for one in scores if not math.isnan(value := self.of(one))]
        return float(np.mean(values)) if values else math.nan

    def improvement(self, before: float, after: float) -> float:
        """Return how much better `after` is, positive when it is better."""
        return before - after if self.lower_is_better else after - before


METRICS = (
    Metric("DSC %", "dsc", 100.0, False),
    Metric("H95 mm", "h95_mm", 1.0, True),
    Metric("AVD %", "avd_percent", 1.0, True),
    Metric("Recall %", "lesion_recall", 100.0, False),
    Metric("F1 %", "lesion_f1", 100.0, False),
)
LABELS = tuple(metric.label for metric in METRICS)


def means(scores: Sequence[Scores]) -> tuple[float, ...]:
    """Return the means of the five metrics."""
    return tuple(metric.mean(scores) for metric in METRICS)


def undefined(scores: Sequence[Scores]) -> int:
    """Return how many cases lack a value of some metric (nothing was found, or nothing is there)."""
    return sum(any(math.isnan(metric.of(one)) for metric in METRICS) for one in scores)
