"""Is the best of several networks as good as their ensemble? (Section 5.7.2, Table 8.)

Command: `wmhseg experiments best_single CASES OUT --scale paper`
Cost: 5 networks of about 1.8 GPU hours each (three fifths of the 3 hours of section 5.8).
The best network is the one with the lowest Dice loss on the validation cases (3:1:1 split).
The paper found (12 test cases) the ensemble better on four metrics, significantly in DSC (77.06 to
78.80 %) and F1 (72.99 to 77.29 %), and worse in AVD, not significantly.
"""

from wmhseg.datasets.splits import split_by_ratio
from wmhseg.experiments.experiment_result import ExperimentResult, Picture
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.metrics import LABELS
from wmhseg.experiments.plots import paired_plots
from wmhseg.experiments.statistics import compare
from wmhseg.experiments.table import Table, Value


def run(lab: Lab) -> ExperimentResult:
    """Choose by validation loss, compare on the test cases."""
    split = split_by_ratio(lab.material.cases, (3, 1, 1), lab.seed)
    lab.record("three_to_one_to_one", [split])
    models = lab.models(split.train, lab.scale.candidates)
    losses = [lab.dice_loss(split.validation, [model]) for model in models]
    best = losses.index(min(losses))
    single, ensemble = lab.scores(split.test, [models[best]]), lab.scores(split.test, models)
    compared = compare(single, ensemble)
    rows: list[tuple[Value, ...]] = [
        ("best network", *(c.before for c in compared)),
        (f"ensemble of {len(models)}", *(c.after for c in compared)),
        ("improvement", *(c.improvement for c in compared)),
        ("p (Wilcoxon, BH)", *(f"{c.p_adjusted:.4f}" for c in compared)),
    ]
    choice = tuple(
        (f"network {n}", loss, "yes" if n == best + 1 else "") for n, loss in enumerate(losses, start=1)
    )
    title = f"{len(split.test)} test cases"
    return ExperimentResult(
        "Best single network against the ensemble",
        "section 5.7.2, Table 8",
        (
            Table("best_single", title, ("method", *LABELS), tuple(rows)),
            Table(
                "best_single_choice",
                "Dice loss on the validation cases",
                ("network", "loss", "chosen"),
                choice,
            ),
        ),
        (
            Picture(
                "best_single",
                f"Best network and ensemble, {title}",
                paired_plots(("best network", single), ("ensemble", ensemble)),
            ),
        ),
    )
