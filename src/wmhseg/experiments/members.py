"""Where do the members of an ensemble differ, and what does their mean make of it? (Section 5.6, Fig. 15.)

Command: `wmhseg experiments members CASES OUT --scale paper`
Cost: three of ensemble_size's networks.
The paper found that members differ at borders and in small lesions, and that the ensemble avoids the
worst of their results.
"""

import math

from wmhseg.datasets.splits import split_by_ratio
from wmhseg.experiments.experiment_result import ExperimentResult, Picture
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.metrics import LABELS, METRICS, means
from wmhseg.experiments.overlay import Column, draw_overlays
from wmhseg.experiments.table import Table, Value

SHOWN = 3


def run(lab: Lab) -> ExperimentResult:
    """Score three members and their ensemble, and draw the case on which the members differ most."""
    split = split_by_ratio(lab.material.cases, (4, 1, 0), lab.seed)
    lab.record("four_to_one", [split])
    models = lab.models(split.train, SHOWN)
    groups = [*([model] for model in models), models]
    names = [*(f"network {number}" for number in range(1, SHOWN + 1)), "ensemble"]
    scored = [lab.scores(split.validation, group) for group in groups]
    rows: list[tuple[Value, ...]] = [
        (name, *means(scores)) for name, scores in zip(names, scored, strict=True)
    ]
    spreads = [
        _range([METRICS[0].of(scored[member][index]) for member in range(SHOWN)])
        for index in range(len(split.validation))
    ]
    case = split.validation[spreads.index(max(spreads))]
    columns = [Column(name, lab.mask(case, group)) for name, group in zip(names, groups, strict=True)]
    picture = draw_overlays(lab.images(case), columns, zoom=True)
    title = f"Means over {len(split.validation)} validation cases"
    return ExperimentResult(
        "Members and ensemble",
        "section 5.6, Fig. 15",
        (Table("members", title, ("result of", *LABELS), tuple(rows)),),
        (Picture("members", f"{case}, on which the members differ most", picture),),
    )


def _range(values: list[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return max(known) - min(known) if known else 0.0
