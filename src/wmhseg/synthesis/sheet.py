"""`wmhseg sheet SYNTHETIC REAL OUT`: do synthetic slices look like real ones?

Both folders hold prepared slices. Writes OUT/synthesis_sheet.png (slices side by side; WMH outlined in red,
other pathology in cyan, unsure in yellow) and OUT/synthesis_histograms.png (intensities and lesion
contrast), and prints the contrast of each case.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.arguments import add_loudness
from wmhseg.datasets.slices import OTHER_PATHOLOGY, UNSURE_LABEL, WMH, SliceSet, load_slices
from wmhseg.extras import require_packages
from wmhseg.io.writing import make_folder, replacing

_COLUMNS = 8
_IN_PLANE = np.ones((1, 3, 3))
_CROP = (slice(10, 190), slice(20, 180))
_COLOURS = {WMH: "red", OTHER_PATHOLOGY: "cyan", UNSURE_LABEL: "yellow"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that `run` reads."""
    parser.add_argument("synthetic", type=Path, help="folder written by wmhseg synthesise")
    parser.add_argument("real", type=Path, help="folder written by wmhseg train prepare")
    parser.add_argument("output", type=Path, help="folder for the pictures")
    add_loudness(parser)


def run(options: argparse.Namespace) -> None:
    """Draw both pictures and print each case's contrast.

    Raises:
        InputError: A folder holds no prepared slices.
        OutputError: The output folder cannot be made.
    """
    require_packages("matplotlib", extra="train", purpose="sheet")
    groups = {"real": load_slices(options.real), "synthetic": load_slices(options.synthetic)}
    make_folder(options.output)
    draw_sheet(groups, options.output / "synthesis_sheet.png")
    draw_histograms(groups, options.output / "synthesis_histograms.png")
    for group, sets in groups.items():
        for one in sets:
            print(f"{group} {one.name} lesion contrast {lesion_contrast(one):.2f}")


def lesion_contrast(one: SliceSet) -> float:
    """Return the median of WMH above that of the tissue around, FLAIR, in robust SDs; NaN without WMH."""
    wmh = one.labels == WMH
    flair = np.asarray(one.images[..., 0], np.float32)
    ring = ndimage.binary_dilation(wmh, _IN_PLANE, 4) & ~ndimage.binary_dilation(wmh, _IN_PLANE, 2)
    ring &= (flair > -1.5) & (one.labels == 0)
    if not wmh.any() or not ring.any():
        return float("nan")
    return float(np.median(flair[wmh]) - np.median(flair[ring]))


def draw_sheet(groups: dict[str, list[SliceSet]], path: Path) -> None:
    """Draw up to eight cases of each group: FLAIR, FLAIR with its labels outlined, T1."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_COLUMNS * 1.5, 9.2), layout="constrained")
    axes = figure.subplots(6, _COLUMNS)
    for axis in axes.flat:
        axis.axis("off")
    for row, (group, sets) in enumerate(groups.items()):
        axes[3 * row, 0].set_title(group, loc="left")
        for column, one in enumerate(sets[:_COLUMNS]):
            index = int(0.58 * len(one.images))
            image = np.asarray(one.images[index], np.float32)
            for line, channel in enumerate((0, 0, 1)):
                _show(axes[3 * row + line, column], image[..., channel])
            _outline(axes[3 * row + 1, column], one.labels[index])
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=58)


def draw_histograms(groups: dict[str, list[SliceSet]], path: Path) -> None:
    """Draw the distribution of deep intensities and of lesion contrast in both groups."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.2), layout="constrained")
    axes = figure.subplots(1, 3)
    for group, sets in groups.items():
        for channel, name in enumerate(("FLAIR", "T1")):
            counts = [np.histogram(_deep(one, channel), 100, (-4, 6), density=True)[0] for one in sets]
            axes[channel].plot(np.linspace(-3.95, 5.95, 100), np.nanmean(counts, axis=0), label=group)
            axes[channel].set(xlabel=f"{name}, robust SDs", title="middle of the head, mean of the cases")
        contrasts = [lesion_contrast(one) for one in sets]
        axes[2].hist(contrasts, 14, range=(0, 3.5), density=True, alpha=0.5, label=group)
    axes[2].set(xlabel="WMH above surroundings, robust SDs", title="FLAIR contrast of WMH per case")
    axes[2].legend()
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=70)


def _show(axis: Any, image: NDArray[np.float32]) -> None:
    axis.imshow(image[_CROP], cmap="gray", vmin=-4, vmax=4)


def _outline(axis: Any, labels: NDArray[np.uint8]) -> None:
    for label, colour in _COLOURS.items():
        there = labels[_CROP] == label
        if there.any():
            axis.contour(there, [0.5], colors=colour, linewidths=0.6)


def _deep(one: SliceSet, channel: int) -> NDArray[np.float32]:
    """Return intensities in the middle of the upper two thirds of a scan, without WMH."""
    first = len(one.images) // 3
    values = np.asarray(one.images[first:, 60:140, 65:135, channel], np.float32)
    return np.asarray(values[one.labels[first:, 60:140, 65:135] == 0])
