"""A cohort as text: one row a case in CSV, one row a scanner in Markdown."""

import csv
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields

from wmhseg.evaluation.organiser import Scores
from wmhseg.evaluation.score_cohort import ScoredCase
from wmhseg.evaluation.summary import METRICS, RESAMPLES, Line, Mean, Summary

NO_VALUE = "–"
_METRICS = tuple(field.name for field in fields(Scores))
_BESIDES = ("truth_ml", "result_ml", "volume_bias_percent", "lesion_f1_judged")
COLUMNS = (
    *("scanner", "case", *_METRICS, *_BESIDES),
    *("seen_in_training", "failure", "truth", "result"),
)


def case_table(rows: Sequence[ScoredCase]) -> str:
    """Return the CSV with one line a case, at full precision."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for row in rows:
        values = {name: row.value(name) for name in _BESIDES}
        writer.writerow({**asdict(row.pair), **asdict(row.scores), **values, "failure": row.failure})
    return text.getvalue()


def scanner_table(summary: Summary) -> str:
    """Return the means in the layout of Table 3 of Li et al. 2018, aligned to be read as it is."""
    return _table(summary, lambda mean, form: _number(mean.mean, form))


def interval_table(summary: Summary) -> str:
    """Return the confidence intervals of the means in the same layout."""
    return _table(summary, _interval)


def report(summary: Summary, rows: Sequence[ScoredCase], seed: int, notes: Sequence[str] = ()) -> str:
    """Return the whole Markdown text: both tables, what was left out of a mean, and the failures.

    Args:
        summary: The tables' numbers.
        rows: The cases.
        seed: Of the intervals.
        notes: What stands above the tables, such as where the results come from.
    """
    parts = [
        "# Scores per scanner",
        *notes,
        scanner_table(summary),
        "Volume bias: the summed volumes of the results less those of the truths, in percent of the latter. "
        "Judged F1: without lesions that lie at unsure voxels and at no WMH.",
        "## 95 % confidence intervals of the means",
        interval_table(summary),
        f"Bootstrap over the cases (BCa, {RESAMPLES} resamples, seed {seed}).",
    ]
    if left_out := _left_out(summary):
        parts += [f"## Left out of a mean\n\nCases without a finite value: {'; '.join(left_out)}."]
    if seen := sum(row.pair.seen_in_training for row in rows):
        parts += [
            f"## Trained on\n\n{seen} of {len(rows)} cases were in the weights' training: no test scores, "
            "and in no average."
        ]
    if failed := [row for row in rows if row.failure]:
        lines = "\n".join(f"- {row.pair.case}: {row.failure}" for row in failed)
        parts += [
            f"## Failures\n\n{len(failed)} of {len(rows)} cases have no usable result and count with DSC 0, "
            f"AVD 100, recall 0 and F1 0, and without H95 and volume:\n\n{lines}"
        ]
    return "\n\n".join(parts) + "\n"


def _table(summary: Summary, cell: Callable[[Mean, str], str]) -> str:
    head = ["Scanner", *(metric.title for metric in METRICS)]
    lines = [*summary.scanners, summary.average]
    forms = [metric.form for metric in METRICS]
    cells = [head, *([_name(line), *map(cell, line.means, forms)] for line in lines)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(
        "| "
        + " | ".join(
            text.rjust(width) if column else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in (head, rule, *cells[1:])
    )


def _name(line: Line) -> str:
    return f"{line.name} (n = {line.cases}{f', {line.failures} failed' if line.failures else ''})"


def _interval(mean: Mean, form: str) -> str:
    if math.isnan(mean.low):
        return NO_VALUE
    between = " to " if form.startswith("+") else "–"
    return f"{_number(mean.low, form)}{between}{_number(mean.high, form)}"


def _number(value: float, form: str) -> str:
    return NO_VALUE if math.isnan(value) else format(value, form)


def _left_out(summary: Summary) -> list[str]:
    return [
        f"{metric.title.split()[0]} {mean.left_out} of {line.cases} ({line.name})"
        for column, metric in enumerate(METRICS)
        for line in summary.scanners
        if (mean := line.means[column]).left_out
    ]
