"""What does each component add? (Section 5.7.1, Table 7.)

Command: `wmhseg experiments components CASES OUT --scale paper`
Cost: 3 components x 3 = 9 networks of about 2.4 GPU hours each; the whole method's are ensemble_size's.
The paper found (12 validation cases, p adjusted): augmentation better on all five metrics, each
significantly (DSC +1.38 %); preprocessing better on all, significantly in H95 and AVD; the ensemble
better on all, significantly in DSC, H95 and AVD; T1 better on all but AVD.
Without preprocessing, intensities stay as stored: slices are cropped as before. Without ensemble: the
first network alone.
"""

from wmhseg.datasets.splits import Split, split_by_ratio
from wmhseg.evaluation.organiser import Scores
from wmhseg.experiments.experiment_result import ExperimentResult, Picture
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.material import FULL, Variant
from wmhseg.experiments.metrics import LABELS, means
from wmhseg.experiments.plots import box_plots
from wmhseg.experiments.statistics import compare
from wmhseg.experiments.table import Table, Value

WITHOUT = {
    "preprocessing": Variant(normalised=False),
    "augmentation": Variant(augmented=False),
    "T1": Variant(t1=False),
}


def run(lab: Lab) -> ExperimentResult:
    """Take one component out at a time and test the difference on the validation cases."""
    split = split_by_ratio(lab.material.cases, (4, 1, 0), lab.seed)
    lab.record("four_to_one", [split])
    whole = _scores(lab, split, FULL, lab.scale.members)
    without = {name: _scores(lab, split, variant, lab.scale.members) for name, variant in WITHOUT.items()}
    without["ensemble"] = _scores(lab, split, FULL, 1)
    compared = {name: compare(scores, whole) for name, scores in without.items()}
    rows: list[tuple[Value, ...]] = [
        (label, *(v for rows in compared.values() for v in (rows[i].improvement, rows[i].p_adjusted)))
        for i, label in enumerate(LABELS)
    ]
    columns = [heading for name in without for heading in (f"{name}: gain", f"p, {name}")]
    title = (
        f"Gain by each component on {len(split.validation)} validation cases; "
        "p: Wilcoxon, adjusted over the metrics (BH)"
    )
    shown: dict[str, list[Scores]] = {"whole": whole} | {f"no {n}": s for n, s in without.items()}
    mean_rows: tuple[tuple[Value, ...], ...] = tuple((name, *means(scores)) for name, scores in shown.items())
    return ExperimentResult(
        "Contribution of each component",
        "section 5.7.1, Table 7",
        (
            Table("components", title, ("metric", *columns), tuple(rows)),
            Table("components_means", "Means of each method", ("method", *LABELS), mean_rows),
        ),
        (Picture("components", "The whole method and without one component", box_plots(shown)),),
    )


def _scores(lab: Lab, split: Split, variant: Variant, members: int) -> list[Scores]:
    return lab.scores(split.validation, lab.models(split.train, members, variant))
