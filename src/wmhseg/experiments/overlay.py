"""Results against the truth on slices: green found, red missed, black wrong (Figs. 10, 11, 15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wmhseg.experiments.material import Images
from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.io.volume import Volume

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FOUND, MISSED, WRONG = (0.15, 0.75, 0.25), (0.9, 0.1, 0.1), (0.0, 0.0, 0.0)
SLICES = 4
_MARGIN_PX = 6
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Column:
    """A result to show: its heading and its mask on the FLAIR's grid."""

    title: str
    mask: Volume


def draw_overlays(images: Images, columns: Sequence[Column], *, zoom: bool) -> "Figure":
    """Draw the four slices with most WMH: FLAIR, truth, and each result.

    Args:
        images: The case.
        columns: Results.
        zoom: Enlarge where the results differ most (Fig. 15).
    """
    from matplotlib.figure import Figure

    flair = to_axial_lps(images.scan.flair)[0]
    truth = np.rint(_axial(images.truth)) == 1
    results = [_axial(column.mask) > 0 for column in columns]
    chosen = most_wmh(truth)
    rows, cols = _window(flair.array)
    low, high = np.percentile(flair.array, (1, 99.8))
    spacing = flair.grid.spacing_mm
    height = (rows.stop - rows.start) * spacing[1] / ((cols.stop - cols.start) * spacing[0])
    width = 2.0
    count = 2 + len(columns)
    figure = Figure(figsize=(width * count, width * height * len(chosen) + 0.6), layout="constrained")
    panels = figure.subplots(len(chosen), count, squeeze=False)
    for row, z in enumerate(chosen):
        grey = np.clip((flair.array[z] - low) / max(float(high - low), 1e-30), 0, 1)
        pictures = [_rgb(grey), painted(grey, truth[z], truth[z])]
        pictures += [painted(grey, truth[z], result[z]) for result in results]
        box = _most_different([result[z] for result in results]) if zoom else None
        for axes, picture in zip(panels[row], pictures, strict=True):
            _show(axes, picture[rows, cols], spacing[1] / spacing[0])
            if box is not None:
                _enlarge(axes, picture[rows, cols], (box[0] - rows.start, box[1] - cols.start))
    for axes, title in zip(panels[0], ("FLAIR", "truth", *(c.title for c in columns)), strict=True):
        axes.set_title(title, fontsize=9)
    _legend(figure)
    return figure


def painted(grey: NDArray[np.float32], truth: Mask, result: Mask) -> NDArray[np.float32]:
    """Return a slice (Y, X, 3) with the truth's and the result's pixels in colour.

    Args:
        grey: (Y, X), 0 to 1.
        truth: (Y, X).
        result: (Y, X).
    """
    picture = _rgb(grey)
    for where, colour in ((truth & result, FOUND), (truth & ~result, MISSED), (result & ~truth, WRONG)):
        picture[where] = colour
    return picture


def most_wmh(truth: Mask) -> list[int]:
    """Return up to four slices (of Z, Y, X) with most WMH, from bottom to top."""
    area = truth.sum(axis=(1, 2))
    order = np.argsort(-area, kind="stable")[:SLICES]
    return sorted(int(z) for z in order)


def _axial(volume: Volume) -> NDArray[Any]:
    return to_axial_lps(volume)[0].array


def _rgb(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.repeat(np.asarray(grey, np.float32)[..., np.newaxis], 3, axis=-1)


def _window(flair: NDArray[np.float32]) -> tuple[slice, slice]:
    """Return rows and columns about the head."""
    head = flair > 0.25 * np.percentile(flair, 99)
    parts = []
    for axis in ((0, 2), (0, 1)):
        there = np.flatnonzero(head.mean(axis=axis) > 0.02)
        length = flair.shape[1 if axis == (0, 2) else 2]
        first, last = (int(there[0]), int(there[-1])) if there.size else (0, length - 1)
        parts.append(slice(max(first - 2, 0), min(last + 3, length)))
    return parts[0], parts[1]


def _most_different(results: Sequence[Mask]) -> tuple[int, int] | None:
    """Return the pixel about which results differ most; None where they all agree."""
    votes = np.sum(results, axis=0)
    differ = (votes > 0) & (votes < len(results))
    if not differ.any():
        return None
    side = 2 * _MARGIN_PX + 1
    sums = np.pad(differ.astype(np.int32), _MARGIN_PX)
    counts = np.lib.stride_tricks.sliding_window_view(sums, (side, side)).sum(axis=(2, 3))
    y, x = np.unravel_index(int(np.argmax(counts)), counts.shape)
    return int(y), int(x)


def _show(axes: Any, picture: NDArray[np.float32], aspect: float) -> None:
    axes.imshow(picture, aspect=aspect, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])


def _enlarge(axes: Any, picture: NDArray[np.float32], centre_yx: tuple[int, int]) -> None:
    """Draw a yellow box and its enlarged content into the corner that is farther away."""
    from matplotlib.patches import Rectangle

    y, x = centre_yx
    top, left = y - _MARGIN_PX - 0.5, x - _MARGIN_PX - 0.5
    side = 2 * _MARGIN_PX + 1
    axes.add_patch(Rectangle((left, top), side, side, fill=False, edgecolor="yellow", linewidth=0.8))
    corner = (0.0 if x > picture.shape[1] / 2 else 0.58, 0.0 if y < picture.shape[0] / 2 else 0.58)
    inset = axes.inset_axes((*corner, 0.42, 0.42))
    inset.imshow(picture, aspect="auto", interpolation="nearest")
    inset.set(xlim=(left, left + side), ylim=(top + side, top), xticks=[], yticks=[])
    for spine in inset.spines.values():
        spine.set(color="yellow", linewidth=1.2)


def _legend(figure: Any) -> None:
    from matplotlib.patches import Patch

    names = ((FOUND, "found"), (MISSED, "missed"), (WRONG, "wrong"))
    handles = [Patch(facecolor=colour, label=name) for colour, name in names]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8, frameon=False)
