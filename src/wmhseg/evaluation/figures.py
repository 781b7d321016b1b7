"""Box plots per scanner and metric, after Figures 6 and 7 of Li et al. 2018."""

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wmhseg.evaluation.score_cohort import ScoredCase
from wmhseg.evaluation.summary import BIAS, METRICS, Metric, pooled_bias, values_of
from wmhseg.io.writing import replacing, utf8

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = ("png", "svg")

_BLUE, _FILL = "#22577a", "#c7dfe9"
_MEAN: dict[str, Any] = {"marker": "D", "markerfacecolor": "white", "markeredgecolor": _BLUE, "markersize": 5}
_CASE: dict[str, Any] = {"marker": ".", "color": "black", "alpha": 0.45, "markersize": 4}
_FAILURE: dict[str, Any] = {"marker": "x", "color": "#c1121f", "markersize": 5}
_BEYOND: dict[str, Any] = {"marker": "^", "color": "black", "alpha": 0.7, "markersize": 4}
_STRETCHED = 3  # times what shows every whisker and mean
_FRACTIONS = {"dsc", "lesion_recall", "lesion_f1", "lesion_f1_judged"}
_LABEL = 11  # characters in a line under a box
_SPREAD = 0.16  # half the width over which the cases of a box are drawn
STYLE: dict[Any, Any] = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 9,
    "svg.hashsalt": "wmhseg",  # the same numbers give the same file
}


def write_box_plots(rows: Sequence[ScoredCase], folder: Path) -> list[Path]:
    """Write boxplots.png and boxplots.svg: a panel per metric, a box per scanner; return their paths.

    Raises:
        OutputError: The folder is missing or not writable.
    """
    from matplotlib import rc_context

    with rc_context(STYLE):
        return save_figure(_draw(rows), folder, "boxplots")


def save_figure(figure: "Figure", folder: Path, name: str) -> list[Path]:
    """Write NAME.png and NAME.svg, to be called with STYLE in use; return their paths.

    Raises:
        OutputError: The folder is missing or not writable.
    """
    paths = [folder / f"{name}.{ending}" for ending in FORMATS]
    for path in paths:
        with replacing(path) as temporary:
            metadata = {"Date": None} if path.suffix == ".svg" else {}
            figure.savefig(temporary, dpi=150, metadata=metadata)
    return paths


def _draw(rows: Sequence[ScoredCase]) -> "Figure":
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    names = list(dict.fromkeys(row.pair.group for row in rows))
    groups = {name: [row for row in rows if row.pair.group == name] for name in names}
    width = max(3.0, 0.7 + 0.72 * len(names))  # inches
    figure = Figure(figsize=(4 * width, 6.4), layout=ConstrainedLayoutEngine(h_pad=0.12))
    *panels, key = figure.subplots(2, 4).flat
    beyond = [_draw_panel(axes, groups, metric) for axes, metric in zip(panels, METRICS, strict=True)]
    _explain(key, failures=any(row.failure for row in rows), beyond=any(beyond))
    return figure


def _draw_panel(axes: "Axes", groups: dict[str, list[ScoredCase]], metric: Metric) -> bool:
    """Draw a metric; return whether cases lie beyond the axis."""
    values = [values_of(rows, metric) for rows in groups.values()]
    finite = [np.isfinite(one) for one in values]
    fraction = metric.field in _FRACTIONS
    limit = (
        np.inf if fraction else _upper_limit([one[kept] for one, kept in zip(values, finite, strict=True)])
    )
    labels = []
    for index, (name, rows) in enumerate(groups.items()):
        failed = np.array([bool(row.failure) for row in rows])[finite[index]]
        drawn = values[index][finite[index]]
        _draw_box(axes, index + 1, drawn)
        mean = pooled_bias(rows) if metric is BIAS else drawn.mean() if drawn.size else np.nan
        axes.plot([index + 1], [mean], linestyle="none", zorder=3, **_MEAN)
        _draw_cases(axes, index + 1, np.minimum(drawn, limit), (failed, drawn > limit))
        labels.append(f"{fill(utf8(name).decode(), _LABEL)}\nn = {len(drawn)}")
    axes.set_xticks(range(1, len(groups) + 1), labels, fontsize=8)
    axes.set_xlim(0.4, len(groups) + 0.6)
    low, high = axes.get_ylim()
    top = 1.0 if fraction else min(limit, high)
    axes.set_ylim(-0.04 * top, 1.04 * top)
    if metric is BIAS:
        axes.set_ylim(min(low, 0), max(1.04 * top, 0))
        axes.axhline(0, color="black", linewidth=0.8, zorder=0)
    axes.set_title(metric.title, loc="left", fontweight="bold")
    axes.grid(axis="y", alpha=0.3, linewidth=0.6)
    axes.set_axisbelow(True)
    return bool(np.isfinite(limit))


def _upper_limit(values: list[NDArray[np.float64]]) -> float:
    """Return where to end an axis that few cases would stretch until no box can be read; else infinity."""
    from matplotlib.cbook import boxplot_stats

    filled = [one for one in values if one.size]
    if not filled:
        return np.inf
    tops = (float(max(one["whishi"], one["mean"])) for one in boxplot_stats(filled))
    readable = 1.2 * max(0.0, *tops)
    bottom = min(0.0, float(min(map(np.min, filled))))
    stretched = max(map(np.max, filled)) - bottom > _STRETCHED * (readable - bottom)
    return readable if stretched else np.inf


def _draw_box(axes: "Axes", position: float, values: NDArray[np.float64]) -> None:
    line = {"color": _BLUE, "linewidth": 1.0}
    axes.boxplot(
        [values],
        positions=[position],
        widths=0.55,
        showfliers=False,  # every case is drawn
        patch_artist=True,
        boxprops={"facecolor": _FILL, "edgecolor": _BLUE, "linewidth": 1.0},
        medianprops={**line, "linewidth": 2.0},
        whiskerprops=line,
        capprops=line,
    )


def _draw_cases(
    axes: "Axes",
    position: float,
    values: NDArray[np.float64],
    failed_beyond: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> None:
    # Spread by rank, not by chance: neighbours in value lie apart, and nothing needs a seed.
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    where = position + _SPREAD * (2 * (ranks * 0.618 % 1) - 1)
    failed, beyond = failed_beyond
    for chosen, style in ((~failed & ~beyond, _CASE), (failed, _FAILURE), (beyond & ~failed, _BEYOND)):
        axes.plot(where[chosen], values[chosen], linestyle="none", zorder=4, **style)


def _explain(axes: "Axes", *, failures: bool, beyond: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    def mark(style: dict[str, Any]) -> Line2D:
        return Line2D([], [], linestyle="none", **style)

    entries = [
        (Patch(facecolor=_FILL, edgecolor=_BLUE), "middle half of the cases"),
        (Line2D([], [], color=_BLUE, linewidth=2), "median"),
        (mark(_MEAN), "mean (volume: of the sums)"),
        (Line2D([], [], color=_BLUE, linewidth=1), "to the last case within\n1.5 box lengths"),
        (mark(_CASE), "a case"),
        *([(mark(_FAILURE), "a case without a usable result")] if failures else []),
        *([(mark(_BEYOND), "a case beyond the axis")] if beyond else []),
    ]
    handles, labels = zip(*entries, strict=True)
    axes.axis("off")
    axes.legend(handles, labels, loc="center", frameon=False, labelspacing=0.9)
