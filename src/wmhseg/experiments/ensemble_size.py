"""How many networks does an ensemble need? (Section 5.6, Figs. 13 and 14.)

Command: `wmhseg experiments ensemble_size CASES OUT --scale paper`
Cost: 5 repeats of up to 7 networks: 35 of about 2.4 GPU hours each (four fifths of the 3 hours of section
5.8); members and components share them.
The paper found ensembles of three and more clearly better than one network on all metrics, five
significantly better than three, little change beyond, and less spread between repeats.
At the small scale repeats share networks: their spread is too small.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wmhseg.datasets.splits import split_by_ratio
from wmhseg.experiments.experiment_result import ExperimentResult, Picture
from wmhseg.experiments.lab import Lab
from wmhseg.experiments.metrics import LABELS, means
from wmhseg.experiments.plots import curves
from wmhseg.experiments.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def run(lab: Lab) -> ExperimentResult:
    """Score ensembles of every size on the validation cases, several times."""
    scale = lab.scale
    split = split_by_ratio(lab.material.cases, (4, 1, 0), lab.seed)
    lab.record("four_to_one", [split])
    pool = lab.models(split.train, scale.pool)
    sizes = range(1, scale.largest_ensemble + 1)
    average, spread = [], []
    for size in sizes:
        repeats = [
            means(lab.scores(split.validation, [pool[i] for i in drawn]))
            for drawn in draw_ensembles(scale.pool, scale.largest_ensemble, scale.repeats, size)
        ]
        average.append(np.mean(repeats, axis=0))
        spread.append(np.std(repeats, axis=0, ddof=1))
    shared = "" if scale.pool == scale.repeats * scale.largest_ensemble else ", which share networks"
    title = f"{len(split.validation)} validation cases, {scale.repeats} repeats{shared}"
    columns = ("size", *LABELS, *(f"SD of {label}" for label in LABELS))
    rows = [(n, *map(float, m), *map(float, s)) for n, m, s in zip(sizes, average, spread, strict=True)]
    return ExperimentResult(
        "Size of the ensemble",
        "section 5.6, Figs. 13 and 14",
        (Table("ensemble_size", title, columns, tuple(rows)),),
        (
            Picture("ensemble_size_mean", f"Mean over {title}", _draw(sizes, average)),
            Picture("ensemble_size_sd", f"SD between repeats: {title}", _draw(sizes, spread)),
        ),
    )


def draw_ensembles(pool: int, largest: int, repeats: int, size: int) -> list[list[int]]:
    """Return the members of each repeat's ensemble: the first `size` of its `largest` networks.

    Repeats share no network where the pool is large enough, and start at different ones otherwise.
    """
    step = largest if pool >= repeats * largest else 1
    return [[(repeat * step + j) % pool for j in range(size)] for repeat in range(repeats)]


def _draw(sizes: Sequence[int], values: Sequence[NDArray[np.float64]]) -> "Figure":
    panels = {label: {label: [float(v[i]) for v in values]} for i, label in enumerate(LABELS)}
    return curves(sizes, panels, "networks in the ensemble")
