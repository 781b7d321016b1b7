"""A cohort in numbers: means per scanner with confidence intervals, as in Table 3 of Li et al. 2018."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from wmhseg.evaluation.score_cohort import ScoredCase, bias_percent

CONFIDENCE = 0.95
RESAMPLES = 9999


@dataclass(frozen=True)
class Metric:
    """A column of the table: the field of `Scores` or `ScoredCase`, its title, and how numbers look."""

    field: str
    title: str
    form: str = ".2f"


# Beside AVD, which says nothing about whether all results are too small.
BIAS = Metric("volume_bias_percent", "Volume bias (%)", "+.2f")
METRICS = (
    Metric("dsc", "DSC"),
    Metric("h95_mm", "H95 (mm) ↓"),
    Metric("avd_percent", "AVD (%) ↓"),
    BIAS,
    Metric("lesion_recall", "Recall"),
    Metric("lesion_f1", "F1"),
    Metric("lesion_f1_judged", "Judged F1"),
)


@dataclass(frozen=True)
class Mean:
    """A mean over cases.

    Attributes:
        mean: Over the cases with a finite value; NaN for none. Of the volume bias, that of the sums.
        low: Lower end of its 95 % confidence interval; NaN for fewer than two values.
        high: Upper end.
        left_out: Number of cases without a finite value.
    """

    mean: float
    low: float
    high: float
    left_out: int


@dataclass(frozen=True)
class Line:
    """A row of the table.

    Attributes:
        name: The scanner.
        cases: Number of cases, failures included.
        failures: Number of cases without a usable result.
        means: In the order of METRICS.
    """

    name: str
    cases: int
    failures: int
    means: tuple[Mean, ...]


@dataclass(frozen=True)
class Summary:
    """The table: a line for each scanner, and the average weighted by their numbers of cases."""

    scanners: tuple[Line, ...]
    average: Line


def summarise(rows: Sequence[ScoredCase], seed: int = 0) -> Summary:
    """Return the means of each scanner, in the order of their first cases, and of all.

    The average weighted by the number of cases is the mean over all cases; for H95, by the number
    of cases that have one. Cases that the weights were trained on have lines of their own and are in no
    average.

    Args:
        rows: At least one.
        seed: Decides the resamples of every interval.
    """
    names = list(dict.fromkeys(row.pair.group for row in rows))
    lines = (_line(name, [row for row in rows if row.pair.group == name], seed) for name in names)
    tested = [row for row in rows if not row.pair.seen_in_training]
    return Summary(tuple(lines), _line("weighted average", tested, seed))


def values_of(rows: Sequence[ScoredCase], metric: Metric) -> NDArray[np.float64]:
    """Return a metric of each case, (cases,)."""
    return np.array([row.value(metric.field) for row in rows], dtype=float)


def pooled_bias(rows: Sequence[ScoredCase]) -> float:
    """Return the bias of the summed volumes in percent, as `bias_percent`; NaN for no case with a result."""
    volumes = _volumes(rows)
    return float(_bias_of_sums(*volumes)) if volumes.size else np.nan


def bias_with_interval(rows: Sequence[ScoredCase], seed: int = 0) -> Mean:
    """Return the bias of the summed volumes with its bootstrap interval; failures are left out.

    A failure has no volume: as an empty result it would hide that the others are too large. There is no
    interval for an infinite bias, nor where hardly any truth holds WMH.
    """
    bias, volumes = pooled_bias(rows), _volumes(rows)
    left_out = len(rows) - volumes.shape[1]
    if volumes.shape[1] < 2 or not np.isfinite(bias):
        return Mean(bias, np.nan, np.nan, left_out)
    if np.ptp(bias_percent(*volumes)) == 0:
        return Mean(bias, bias, bias, left_out)
    return Mean(bias, *_interval(tuple(volumes), _bias_of_sums, seed), left_out)


def mean_with_interval(values: NDArray[np.float64], seed: int = 0) -> Mean:
    """Return the mean of the finite values, with its bootstrap interval.

    The interval is bias-corrected and accelerated (BCa; Efron 1987), because H95 and AVD are
    skewed. Values that are all the same have an interval of no width.
    """
    finite = values[np.isfinite(values)]
    left_out = len(values) - len(finite)
    if len(finite) == 0:
        return Mean(np.nan, np.nan, np.nan, left_out)
    mean = float(finite.mean())
    if len(finite) == 1:
        return Mean(mean, np.nan, np.nan, left_out)
    if finite.min() == finite.max():
        return Mean(mean, mean, mean, left_out)
    return Mean(mean, *_interval((finite,), np.mean, seed), left_out)


def _volumes(rows: Sequence[ScoredCase]) -> NDArray[np.float64]:
    """Return the volumes of truth and result of the cases that have both, (2, cases), ml."""
    volumes = np.array([[row.truth_ml for row in rows], [row.result_ml for row in rows]], dtype=float)
    return volumes[:, np.isfinite(volumes).all(axis=0)]


def _bias_of_sums(
    true: NDArray[np.float64], found: NDArray[np.float64], axis: int = -1
) -> NDArray[np.float64]:
    return bias_percent(true.sum(axis=axis), found.sum(axis=axis))


def _interval(
    data: tuple[NDArray[np.float64], ...], statistic: Callable[..., NDArray[np.float64]], seed: int
) -> tuple[float, float]:
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        # Said by an interval that is none.
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        interval = stats.bootstrap(
            data,
            statistic,
            n_resamples=RESAMPLES,
            confidence_level=CONFIDENCE,
            method="BCa",
            paired=True,
            rng=np.random.default_rng(seed),
        ).confidence_interval
    low, high = float(interval.low), float(interval.high)
    return (low, high) if np.isfinite([low, high]).all() else (np.nan, np.nan)


def _line(name: str, rows: Sequence[ScoredCase], seed: int) -> Line:
    failures = sum(bool(row.failure) for row in rows)
    means = tuple(
        bias_with_interval(rows, seed)
        if metric is BIAS
        else mean_with_interval(values_of(rows, metric), seed)
        for metric in METRICS
    )
    return Line(name, len(rows), failures, means)
