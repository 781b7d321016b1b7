"""The whole method against one without a part, on scanners left out of training."""

from dataclasses import dataclass

from wmhseg.experiments.experiment_result import ExperimentResult, Picture
from wmhseg.experiments.folds import Fold, cross_scanner_folds
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.material import Variant
from wmhseg.experiments.metrics import METRICS, Metric, means
from wmhseg.experiments.overlay import Column, draw_overlays
from wmhseg.experiments.plots import box_grid
from wmhseg.experiments.statistics import compare, tests_table
from wmhseg.experiments.table import Table, Value


@dataclass(frozen=True)
class Pairing:
    """What is compared.

    Attributes:
        name: Of tables and figures.
        title: Of the experiment.
        source: Where the paper has it.
        without: The method with a part taken out.
        labels: Names of the method without and with the part.
    """

    name: str
    title: str
    source: str
    without: Variant
    labels: tuple[str, str]


def run_pairing(lab: Lab, pairing: Pairing) -> ExperimentResult:
    """Score both methods on each scanner, trained on the others, and test the difference over all cases."""
    before, after = cross_scanner_folds(lab, pairing.without), cross_scanner_folds(lab)
    tables = [_site_table(pairing, b, a) for b, a in zip(before, after, strict=True)]
    tables.append(_tests(pairing, before, after))
    boxes = {
        a.split.name: {pairing.labels[0]: b.scores, pairing.labels[1]: a.scores}
        for b, a in zip(before, after, strict=True)
    }
    caption = f"{pairing.labels[0]} against {pairing.labels[1]}, each scanner left out of training in turn"
    return ExperimentResult(
        pairing.title,
        pairing.source,
        tuple(tables),
        (Picture(pairing.name, caption, box_grid(boxes)), _overlay(lab, pairing, before, after)),
    )


def _site_table(pairing: Pairing, before: Fold, after: Fold) -> Table:
    rows: list[tuple[Value, ...]] = [
        (case, *(metric.of(one) for metric in METRICS for one in (b, a)))
        for case, b, a in zip(after.split.test, before.scores, after.scores, strict=True)
    ]
    first, second = means(before.scores), means(after.scores)
    rows.append(("mean", *(value for pair in zip(first, second, strict=True) for value in pair)))
    columns = [f"{metric.label}, {label}" for metric in METRICS for label in pairing.labels]
    title = f"Tested on {after.split.name}, trained on the others"
    return Table(f"{pairing.name}_{after.split.name}", title, ("case", *columns), tuple(rows))


def _tests(pairing: Pairing, before: list[Fold], after: list[Fold]) -> Table:
    compared = compare(
        [one for fold in before for one in fold.scores], [one for fold in after for one in fold.scores]
    )
    title = "All cases: means and signed-rank tests"
    return tests_table(f"{pairing.name}_tests", title, pairing.labels, compared)


def _overlay(lab: Lab, pairing: Pairing, before: list[Fold], after: list[Fold]) -> Picture:
    """Show the case whose Dice the part changed most for the better."""
    gains = [
        (_gain(METRICS[0], b, a, index), a.split.test[index], b, a)
        for b, a in zip(before, after, strict=True)
        for index in range(len(a.scores))
    ]
    _, case, without, whole = max(gains, key=lambda gain: gain[0])
    masks = [lab.mask(case, fold.models) for fold in (without, whole)]
    columns = [Column(label, mask) for label, mask in zip(pairing.labels, masks, strict=True)]
    caption = f"{case}, the case with the largest gain in DSC"
    return Picture(f"{pairing.name}_overlay", caption, draw_overlays(lab.images(case), columns, zoom=False))


def _gain(metric: Metric, before: Fold, after: Fold, index: int) -> float:
    return metric.improvement(metric.of(before.scores[index]), metric.of(after.scores[index]))
