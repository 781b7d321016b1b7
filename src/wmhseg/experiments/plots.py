"""Box plots and curves in the paper's layout, one panel per metric."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from wmhseg.evaluation.organiser import Scores
from wmhseg.experiments.metrics import METRICS, Metric

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PERCENT = 100.0
COLOURS = ("#4477aa", "#ee8866", "#44aa77", "#aa4488", "#777777")


def box_plots(groups: Mapping[str, Sequence[Scores]]) -> "Figure":
    """Draw five panels (Figs. 6, 7): each metric's distribution in every group; a dot is a case.

    Args:
        groups: Scores by the box's label.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 6.4), layout="constrained")
    panels = figure.subplots(2, 3)
    for axes, metric in zip(panels.flat, METRICS, strict=False):
        _boxes(axes, metric, groups.values())
        axes.set_title(_heading(metric), fontsize=10)
        labels = [_short(name) for name in groups]
        tilted = {"rotation": 20, "ha": "right"} if len(labels) > 3 else {}
        axes.set_xticks(range(1, len(groups) + 1), labels, fontsize=8, **tilted)
        _end_at_100(axes, metric)
    panels.flat[-1].axis("off")
    return figure


def box_grid(sites: Mapping[str, Mapping[str, Sequence[Scores]]]) -> "Figure":
    """Draw a panel for each metric (down) and site (across), a box for each method (Fig. 12).

    Args:
        sites: Scores by method, by site.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3 * len(sites) + 1, 11), layout="constrained")
    panels = figure.subplots(len(METRICS), len(sites), squeeze=False, sharey="row")
    for column, (site, methods) in enumerate(sites.items()):
        panels[0, column].set_title(_short(site), fontsize=10)
        for row, metric in enumerate(METRICS):
            axes = panels[row, column]
            _boxes(axes, metric, methods.values())
            axes.set_xticks(range(1, len(methods) + 1), list(methods), fontsize=8)
            if column == 0:
                axes.set_ylabel(_heading(metric), fontsize=9)
    # Columns share an axis: its end is known when the last is drawn.
    for axes, metric in zip(panels[:, 0], METRICS, strict=True):
        _end_at_100(axes, metric)
    return figure


def paired_plots(before: tuple[str, Sequence[Scores]], after: tuple[str, Sequence[Scores]]) -> "Figure":
    """Draw five panels: a line per case from the one method to the other, and the means.

    Args:
        before: Name and scores of the one method.
        after: The other's, for the same cases in the same order.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 6.4), layout="constrained")
    panels = figure.subplots(2, 3)
    for axes, metric in zip(panels.flat, METRICS, strict=False):
        pairs = np.array([[metric.of(b), metric.of(a)] for b, a in zip(before[1], after[1], strict=True)])
        pairs = pairs[np.isfinite(pairs).all(axis=1)]
        axes.plot((0, 1), pairs.T, color="0.6", linewidth=0.8, marker="o", markersize=3)
        if len(pairs):
            axes.plot((0, 1), pairs.mean(axis=0), color=COLOURS[0], linewidth=2.5, marker="o")
        axes.set_title(_heading(metric), fontsize=10)
        axes.set_xticks((0, 1), (before[0], after[0]), fontsize=8)
        axes.set_xlim(-0.3, 1.3)
        _end_at_100(axes, metric)
    panels.flat[-1].axis("off")
    panels.flat[-1].plot([], [], color="0.6", marker="o", markersize=3, label="one case")
    panels.flat[-1].plot([], [], color=COLOURS[0], linewidth=2.5, marker="o", label="mean")
    panels.flat[-1].legend(loc="center", frameon=False)
    return figure


def curves(x: Sequence[int], panels: Mapping[str, Mapping[str, Sequence[float]]], label: str) -> "Figure":
    """Draw curves over whole numbers, a panel each (Figs. 9, 13, 14).

    Args:
        x: Epochs or sizes.
        panels: Values by the curve's name, by the panel's title.
        label: Of the x axis.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(11, 6.4), layout="constrained")
    grid = figure.subplots(2, 3)
    for axes in grid.flat[len(panels) :]:
        axes.axis("off")
    for axes, (title, lines) in zip(grid.flat, panels.items(), strict=False):
        for colour, (name, values) in zip(COLOURS, lines.items(), strict=False):
            axes.plot(x, values, color=colour, marker="o", markersize=3, label=name)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel(label, fontsize=9)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        for metric in METRICS:
            if metric.label == title:
                _end_at_100(axes, metric)
        if len(lines) > 1:
            axes.legend(fontsize=8)
    return figure


def bars(values: Mapping[str, float], label: str) -> "Figure":
    """Draw a horizontal bar for each value, the first on top.

    Args:
        values: By the bar's name.
        label: Of the axis.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 1.2 + 0.45 * len(values)), layout="constrained")
    axes = figure.add_subplot(xlabel=label)
    axes.barh(list(values), list(values.values()), color=COLOURS[0])
    for place, value in enumerate(values.values()):
        axes.annotate(
            f"{value:.3f}", (value, place), (4, 0), textcoords="offset points", va="center", fontsize=8
        )
    axes.invert_yaxis()
    axes.set_xlim(0, 1.1 * max(*values.values(), 0.1))
    return figure


def _boxes(axes: Any, metric: Metric, groups: Iterable[Sequence[Scores]]) -> None:
    """Draw boxes of the cases that have a value, and each case as a dot."""
    shown = [[v for one in scores if not math.isnan(v := metric.of(one))] for scores in groups]
    drawn = axes.boxplot(
        shown, widths=0.5, showfliers=False, patch_artist=True, medianprops={"color": "black"}
    )
    for patch, colour in zip(drawn["boxes"], COLOURS * len(shown), strict=False):
        patch.set(facecolor=colour, alpha=0.45)
    for place, values in enumerate(shown, start=1):
        spread = np.linspace(-0.1, 0.1, len(values)) if len(values) > 1 else np.zeros(len(values))
        axes.plot(place + spread, values, "o", color="0.25", markersize=2.5)
    axes.grid(axis="y", alpha=0.3)


def _end_at_100(axes: Any, metric: Metric) -> None:
    """Show no percentage above 100 but for a margin; AVD has no such end."""
    if metric.factor == PERCENT and axes.get_ylim()[1] > 102:
        axes.set_ylim(top=102)


def _heading(metric: Metric) -> str:
    return f"{metric.label} ({'lower' if metric.lower_is_better else 'higher'} is better)"


def _short(site: str) -> str:
    return site.replace("_", " ")
