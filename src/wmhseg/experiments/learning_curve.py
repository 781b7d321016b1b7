"""After how many epochs does a network stop getting better? (Section 5.2, Fig. 9.)

Command: `wmhseg experiments learning_curve CASES OUT --scale paper`
Cost: one network of 100 epochs, about 6 GPU hours on the paper's card (section 5.8), read every
second epoch; four fifths of each scanner's cases train, the rest validate.
The paper found that the validation loss no longer falls after about 50 epochs, and took 50.
"""

from wmhseg.datasets.splits import split_by_ratio
from wmhseg.experiments.experiment_result import ExperimentResult, Picture
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.metrics import METRICS, means
from wmhseg.experiments.plots import curves
from wmhseg.experiments.store import training_losses
from wmhseg.experiments.table import Table


def run(lab: Lab) -> ExperimentResult:
    """Train one network and score it on the validation cases at several epochs."""
    split = split_by_ratio(lab.material.cases, (4, 1, 0), lab.seed)
    lab.record("four_to_one", [split])
    stops = lab.scale.curve_epochs
    models = lab.curve(split.train, stops)
    losses = training_losses(models[-1].folder)
    rows = [
        (
            stop,
            losses[stop - 1],
            lab.dice_loss(split.validation, [model]),
            *means(lab.scores(split.validation, [model])),
        )
        for stop, model in zip(stops, models, strict=True)
    ]
    names = ("training loss", "validation loss", *(metric.label for metric in METRICS))
    title = f"Dice loss and mean scores of {len(split.validation)} validation cases by epoch"
    table = Table("learning_curve", title, ("epoch", *names), tuple(rows))
    columns = [[float(row[index]) for row in rows] for index in range(1, len(names) + 1)]
    panels = {"Dice loss": {"training": columns[0], "validation": columns[1]}}
    panels |= {name: {name: values} for name, values in zip(names[2:], columns[2:], strict=True)}
    picture = Picture("learning_curve", "One network over epochs", curves(stops, panels, "epoch"))
    return ExperimentResult("Learning curves", "section 5.2, Fig. 9", (table,), (picture,))
