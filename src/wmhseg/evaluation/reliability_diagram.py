"""Reliability diagrams: the share of WMH over the probability."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wmhseg.evaluation.figures import STYLE, save_figure
from wmhseg.evaluation.reliability import BINS, Reliability

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_diagram(curves: Mapping[str, Reliability], folder: Path) -> list[Path]:
    """Write calibration.png and calibration.svg: a line a name, the last (all) black; return their paths.

    Raises:
        OutputError: The folder is missing or not writable.
    """
    from matplotlib import rc_context

    with rc_context(STYLE):
        return save_figure(_draw(curves), folder, "calibration")


def _draw(curves: Mapping[str, Reliability]) -> "Figure":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 6.4), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    upper.plot([0, 1], [0, 1], color="grey", linewidth=0.8, linestyle="--")
    *_, last = curves
    edges = np.linspace(0, 1, BINS + 1)
    for number, (name, one) in enumerate(curves.items()):
        colour = "black" if name == last else f"C{number}"
        filled = one.voxels > 0
        where, share = one.mean_probability[filled], one.wmh_share[filled]
        upper.plot(where, share, marker=".", color=colour, label=name, linewidth=1.2)
        lower.stairs(one.voxels, edges, color=colour)
    upper.set_ylabel("share of WMH")
    upper.set_ylim(-0.02, 1.02)
    upper.set_title("Below the dashed line: too sure of WMH", loc="left", fontsize=9)
    upper.legend(frameon=False)
    lower.set_yscale("log")
    lower.set_ylabel("voxels")
    lower.set_xlabel("mean probability of the ensemble")
    lower.set_xlim(-0.02, 1.02)
    return figure
