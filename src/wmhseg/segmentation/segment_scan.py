"""The whole story of a scan in memory: FLAIR and T1 in, WMH mask on the FLAIR's own grid out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wmhseg.imaging.geometry import resample, undo_crop_pad
from wmhseg.io.volume import Volume
from wmhseg.model.member_probabilities import Members
from wmhseg.recipe import Recipe
from wmhseg.segmentation.postprocess import postprocess
from wmhseg.segmentation.prepare_scan import PreparedScan, prepare_scan
from wmhseg.segmentation.read_scan import Scan

# The mean probability (N, rows, columns), or that of all members.
Predicted = NDArray[np.float32] | Members
Predict = Callable[[NDArray[np.float32]], Predicted]


class Predictor(Protocol):
    """What is asked of an ensemble; see `wmhseg.model.ensemble.Ensemble`."""

    def predict(self, slices: NDArray[np.float32], only_above: float | None = None) -> NDArray[np.float32]:
        """Return the mean probability, (N, rows, columns)."""

    def predict_members(self, slices: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Return each member's probability, (N, rows, columns)."""


@dataclass(frozen=True)
class Segmentation:
    """The result on the FLAIR's own grid.

    Attributes:
        mask: WMH mask, uint8 0/1.
        probability: Mean probability of the ensemble as `predict` gave it, float32, 0 where nothing
            was computed.
        slices_computed: Number of slices that went through the network.
        t1_used: False when the network saw FLAIR alone.
        members: Each member's probability, float32, when `predict` gave them all.
    """

    mask: Volume
    probability: Volume
    slices_computed: int
    t1_used: bool
    members: tuple[Volume, ...] = ()


def segment_scan(scan: Scan, recipe: Recipe, predict: Predict) -> Segmentation:
    """Segment one scan.

    Args:
        scan: FLAIR on any grid; T1 on any grid, brought onto the FLAIR's by its header, or None.
        recipe: The recipe that the network was trained with.
        predict: Slices (N, rows, columns, 2) to mean probability (N, rows, columns), or to that of
            all members.

    Raises:
        BrainMaskError: No head or brain was found.
        InputError: The recipe needs a T1 and there is none.
    """
    prepared = prepare_scan(scan, recipe)
    return finish(prepared, predict(prepared.windows.slices), recipe)


def predict_slices(ensemble: Predictor, slices: NDArray[np.float32], only_above: float | None) -> Predicted:
    """Ask the ensemble for what decides the mask, or for all members in full where `only_above` is None."""
    if only_above is None:
        return Members(tuple(ensemble.predict_members(slices)))
    return ensemble.predict(slices, only_above=only_above)


def finish(prepared: PreparedScan, predicted: Predicted, recipe: Recipe) -> Segmentation:
    """Do what comes after the network.

    Args:
        prepared: The scan.
        predicted: Mean probability (N, rows, columns) of its slices, or that of all members.
        recipe: The recipe that it was prepared with.
    """
    members = predicted.probabilities if isinstance(predicted, Members) else ()
    mean = predicted.mean() if isinstance(predicted, Members) else predicted
    probability = _to_axial_grid(mean, prepared)
    mask = postprocess(probability, prepared.way.axial_grid.spacing_mm, recipe)
    return Segmentation(
        _to_own_grid(mask, prepared),
        _to_own_grid(probability, prepared),
        len(prepared.windows.indices),
        prepared.t1_used,
        tuple(_to_own_grid(_to_axial_grid(member, prepared), prepared) for member in members),
    )


def with_threshold(result: Segmentation, prepared: PreparedScan, recipe: Recipe) -> Segmentation:
    """Return a result with the mask that another threshold, peak or smallest size makes of its probability.

    Args:
        result: Made by `finish` from a mean probability, not from a lower bound of it.
        prepared: The scan.
        recipe: As the scan was prepared with, but for what comes after the network.
    """
    way = prepared.way
    probability = result.probability.array
    axial = way.reorientation.apply(probability) if way.reorientation else probability
    mask = postprocess(axial, way.axial_grid.spacing_mm, recipe)
    return replace(result, mask=_to_own_grid(mask, prepared))


def _to_axial_grid(predicted: NDArray[np.float32], prepared: PreparedScan) -> NDArray[np.float32]:
    """Put predicted windows (N, rows, columns) back into a volume on the axial grid."""
    windows, way = prepared.windows, prepared.way
    shape = way.working_grid.shape_zyx
    probability = np.zeros(shape, np.float32)
    probability[windows.indices] = undo_crop_pad(predicted, windows.start_yx, shape[1:])
    if way.working_grid == way.axial_grid:
        return probability
    return np.asarray(resample(Volume(probability, way.working_grid), way.axial_grid).array)


def _to_own_grid(array: NDArray[np.generic], prepared: PreparedScan) -> Volume:
    back = prepared.way.reorientation
    return Volume(back.undo(array) if back else array, prepared.scan.flair.grid)
