"""The five metrics of the WMH Segmentation Challenge, as its organisers compute them.

Definitions: Kuijf et al. 2019 (doi 10.1109/TMI.2019.2905770); Li et al. 2018, section 2.3. Details
and numbers are those of the organisers' program, evaluation.py. Where it gives none or fails:

| truth | result | DSC | H95 | AVD | log difference | recall | precision | F1 |
|---|---|---|---|---|---|---|---|---|
| empty | empty | 1 | NaN* | 0 | 0 | 1* | 1* | 1* |
| empty | not empty | 0* | NaN | infinite | infinite | 1* | 0* | 0* |
| not empty | empty | 0* | NaN* | 100* | infinite | 0* | 1* | 0* |

(* is their own number.) H95 is NaN wherever a mask has no boundary: also when it fills its slices
from edge to edge. Two oddities of their program are left out: a truth that fills the whole image
holds one lesion, not none; an 8-bit result has no upper limit (theirs depends on the compiler).
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wmhseg.box import box_around
from wmhseg.errors import InputError
from wmhseg.evaluation.hausdorff import boundary, h95_mm, index_to_mm
from wmhseg.io.volume import Grid, read_mask
from wmhseg.lesions import label_lesions

Mask = NDArray[np.bool_]

# 2 is other pathology, as the organisers have it, 3 unsure, which their masks do not hold.
SMALLEST_UNSURE, LARGEST_LABEL_TAKEN_OUT = 2.5, 3.5
# Larger values of a result do not count, as in the organisers' program.
LARGEST_RESULT_VALUE = 1000


@dataclass(frozen=True)
class Scores:
    """How well one result agrees with its truth; see the module for empty masks.

    Attributes:
        dsc: Dice similarity coefficient, 0 to 1.
        h95_mm: Modified Hausdorff distance (95th percentile), mm; NaN where undefined.
        avd_percent: Absolute volume difference in percent of the true volume.
        lesion_recall: True lesions touched by the result / true lesions.
        lesion_f1: Harmonic mean of lesion recall and lesion precision.
        lesion_precision: Result lesions that touch the truth / result lesions.
        abs_log_volume_difference: |ln(result volume / true volume)|.
    """

    dsc: float
    h95_mm: float
    avd_percent: float
    lesion_recall: float
    lesion_f1: float
    lesion_precision: float
    abs_log_volume_difference: float


def score(truth: NDArray[Any], result: NDArray[Any], grid: Grid) -> Scores:
    """Score a result against the truth.

    Args:
        truth: (Z, Y, X); 0.5 to 1.5 is WMH, 1.5 to 2.5 other pathology and 2.5 to 3.5 unsure, where the
            result is ignored.
        result: (Z, Y, X); WMH from 1 on for integers and booleans, from 0.5 on for floats.
        grid: The truth's grid; the result is taken to lie on it.

    Raises:
        ValueError: The arrays and the grid differ in size, or the result holds no real numbers.
    """
    if not truth.shape == result.shape == grid.shape_zyx:
        raise ValueError(
            f"expected truth and result on the grid's {grid.shape_zyx}, "
            f"found truth {truth.shape} and result {result.shape}"
        )
    return score_masks(*wmh_masks(truth, result), grid)


def score_masks(true: Mask, found: Mask, grid: Grid) -> Scores:
    """Score a result against the truth, both as `wmh_masks` returns them.

    Args:
        true: (Z, Y, X), where the truth says WMH.
        found: The same shape, where the result does.
        grid: The truth's grid.
    """
    # A voxel more, so that what touches the box's edge touches the image's edge too.
    box = box_around(true | found, 1)
    return _score_masks(true[box], found[box], index_to_mm(grid))


def wmh_masks(truth: NDArray[Any], result: NDArray[Any]) -> tuple[Mask, Mask]:
    """Return where the truth and where the result say WMH, as `score` counts it.

    Raises:
        ValueError: The result holds no real numbers.
    """
    labels = as_labels(truth)
    return is_wmh(labels), _counted(result) & ~((labels >= 1.5) & (labels <= LARGEST_LABEL_TAKEN_OUT))


def as_labels(truth: NDArray[Any]) -> NDArray[np.float32]:
    """Return a truth as float32, or 0.5 and 1.5 become 0 and 1 for an integer type: the background."""
    return np.asarray(truth, dtype=np.float32)


def is_wmh(labels: NDArray[np.float32]) -> Mask:
    """Return where the labels of a truth say WMH."""
    return (labels >= 0.5) & (labels <= 1.5)


def score_files(truth_path: str | Path, result_path: str | Path) -> Scores:
    """Score a result file against a truth file, voxel by voxel.

    As the organisers do, the result is put on the truth's grid: its own origin, spacing and
    direction are not looked at.

    Raises:
        InputError: A file is missing or not a 3D image, or the two differ in size.
    """
    truth, result = read_mask(truth_path), read_mask(result_path)
    if truth.grid.size_xyz != result.grid.size_xyz:
        raise InputError(
            f"{result_path}: expected {truth.grid} as in {truth_path}, found {result.grid}; "
            "put the result on the grid of the truth"
        )
    return score(truth.array, result.array, truth.grid)


def _counted(result: NDArray[Any]) -> Mask:
    """Return where a result says WMH."""
    if result.dtype.kind not in "biuf":
        raise ValueError(f"expected a result of real numbers, found {result.dtype}")
    lowest = 0.5 if result.dtype.kind == "f" else 1
    if result.dtype.itemsize == 1:
        return result >= lowest
    return (result >= lowest) & (result <= LARGEST_RESULT_VALUE)


def _score_masks(true: Mask, found: Mask, to_mm: NDArray[np.float64]) -> Scores:
    volume, found_volume = int(np.count_nonzero(true)), int(np.count_nonzero(found))
    common = int(np.count_nonzero(true & found))
    recall, precision = touched_fraction(true, found), touched_fraction(found, true)
    return Scores(
        dsc=2 * common / (volume + found_volume) if volume + found_volume else 1.0,
        h95_mm=h95_mm(boundary(true), boundary(found), to_mm),
        avd_percent=_avd_percent(volume, found_volume),
        lesion_recall=recall,
        lesion_f1=harmonic_mean(precision, recall),
        lesion_precision=precision,
        abs_log_volume_difference=_abs_log_difference(volume, found_volume),
    )


def _avd_percent(volume: int, found_volume: int) -> float:
    if volume == 0:
        return math.inf if found_volume else 0.0
    return abs(found_volume - volume) / volume * 100


def _abs_log_difference(volume: int, found_volume: int) -> float:
    if volume == 0 or found_volume == 0:
        return 0.0 if volume == found_volume else math.inf
    return abs(math.log(found_volume / volume))


def harmonic_mean(precision: float, recall: float) -> float:
    """Return F1: 0 where both are."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def touched_fraction(lesions: Mask, other: Mask) -> float:
    """Return the fraction of the lesions that share a voxel with the other mask; 1 for none."""
    labels, count = label_lesions(lesions)
    if count == 0:
        return 1.0
    return int(np.count_nonzero(np.bincount(labels[other & lesions], minlength=1))) / count
