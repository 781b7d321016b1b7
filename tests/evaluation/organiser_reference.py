"""The organisers' metrics the plain way: SimpleITK filters, whole images, every voxel by itself.

A second implementation from the description of their program, to compare ours with in numbers
(test_organiser.py) and in time (benchmarks/metrics.py). It shares no code with ours. Like theirs,
it answers NaN or raises where a mask is empty.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy.spatial import KDTree


class ReferenceScores(NamedTuple):
    """The same names and units as wmhseg.evaluation.organiser.Scores."""

    dsc: float
    h95_mm: float
    avd_percent: float
    lesion_recall: float
    lesion_f1: float
    lesion_precision: float
    abs_log_volume_difference: float


def reference_scores(truth: sitk.Image, result: sitk.Image) -> ReferenceScores:
    """Score a result image against a truth image of a float type."""
    truth_mask, result_mask = binary_masks(truth, result)
    recall, precision = lesion_rates(truth_mask, result_mask)
    true_voxels, found_voxels = _total(truth_mask), _total(result_mask)
    return ReferenceScores(
        dsc=dice(truth_mask, result_mask),
        h95_mm=hausdorff95_mm(truth_mask, result_mask),
        avd_percent=abs(true_voxels - found_voxels) / true_voxels * 100.0,
        lesion_recall=recall,
        lesion_f1=2.0 * (precision * recall) / (precision + recall) if precision + recall > 0 else 0.0,
        lesion_precision=precision,
        abs_log_volume_difference=abs(math.log(found_voxels) - math.log(true_voxels))
        if found_voxels
        else math.inf,
    )


def binary_masks(truth: sitk.Image, result: sitk.Image) -> tuple[sitk.Image, sitk.Image]:
    """Return the truth's label 1, and the result outside the truth's label 2, as masks of 0 and 1."""
    result = sitk.Image(result)
    result.CopyInformation(truth)
    scored = sitk.BinaryThreshold(
        truth, lowerThreshold=1.5, upperThreshold=2.5, insideValue=0, outsideValue=1
    )
    inside = sitk.Mask(result, scored)
    lowest = 1.0 if "integer" in result.GetPixelIDTypeAsString() else 0.5
    return (
        sitk.BinaryThreshold(truth, lowerThreshold=0.5, upperThreshold=1.5),
        sitk.BinaryThreshold(inside, lowerThreshold=lowest, upperThreshold=1000.0),
    )


def dice(truth: sitk.Image, result: sitk.Image) -> float:
    """Return the Dice similarity coefficient."""
    overlap = sitk.LabelOverlapMeasuresImageFilter()
    overlap.Execute(truth, result)
    return float(overlap.GetDiceCoefficient())


def hausdorff95_mm(truth: sitk.Image, result: sitk.Image) -> float:
    """Return the 95th percentile Hausdorff distance between the in-plane boundaries."""
    if _total(result) == 0:
        return math.nan
    truth_points, result_points = _boundary_points(truth), _boundary_points(result)
    to_truth, _ = KDTree(truth_points, leafsize=100).query(result_points)
    to_result, _ = KDTree(result_points, leafsize=100).query(truth_points)
    return float(max(np.percentile(to_truth, 95), np.percentile(to_result, 95)))


def lesion_rates(truth: sitk.Image, result: sitk.Image) -> tuple[float, float]:
    """Return lesion recall and lesion precision."""
    return _hit_rate(truth, result), _hit_rate(result, truth)


def _hit_rate(lesions: sitk.Image, hits: sitk.Image) -> float:
    components = sitk.ConnectedComponent(lesions, True)
    hit = sitk.Multiply(components, sitk.Cast(hits, components.GetPixelID()))
    number = len(set(_values(components)) - {0})
    return len(set(_values(hit)) - {0}) / number if number else 1.0


def _values(image: sitk.Image) -> list[int]:
    values: list[int] = np.unique(sitk.GetArrayFromImage(image)).tolist()
    return values


def _boundary_points(mask: sitk.Image) -> NDArray[Any]:
    edge = sitk.Subtract(mask, sitk.BinaryErode(mask, (1, 1, 0)))
    indices_zyx = np.argwhere(sitk.GetArrayFromImage(edge))
    return np.array([mask.TransformIndexToPhysicalPoint(index[::-1].tolist()) for index in indices_zyx])


def _total(mask: sitk.Image) -> float:
    statistics = sitk.StatisticsImageFilter()
    statistics.Execute(mask)
    return float(statistics.GetSum())
