"""The whole story: FLAIR and T1 in, WMH mask on the FLAIR's own grid out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.imaging.geometry import (
    Reorientation,
    in_plane_grid,
    resample,
    resample_slices,
    smooth_for,
    to_axial_lps,
    undo_crop_pad,
)
from wmhseg.io.volume import Grid, Volume
from wmhseg.model.member_probabilities import Members
from wmhseg.recipe import Recipe
from wmhseg.segmentation.postprocess import postprocess
from wmhseg.segmentation.preprocess import Prepared, blur_across, prepare

# The mean probability (N, rows, columns), or that of all members.
Predicted = NDArray[np.float32] | Members
Predict = Callable[[NDArray[np.float32]], Predicted]


@dataclass(frozen=True)
class Working:
    """Both images where the network wants them, and the way back.

    Attributes:
        flair: FLAIR on the working grid.
        t1: T1 on the working grid, or None.
        axial_grid: The FLAIR's own grid after reorientation, before in-plane resampling.
        reorientation: What brought the FLAIR to `axial_grid`; None when it was left as given.
    """

    flair: Volume
    t1: Volume | None
    axial_grid: Grid
    reorientation: Reorientation | None


@dataclass(frozen=True)
class PreparedScan:
    """What the network sees of a scan, and the way back to the FLAIR's own grid; it can be handed on.

    Attributes:
        prepared: The slices.
        flair_grid: The FLAIR's own grid.
        axial_grid: The same after reorientation, before in-plane resampling.
        working_grid: The grid that the slices were cut from.
        reorientation: What brought the FLAIR to `axial_grid`; None when it was left as given.
    """

    prepared: Prepared
    flair_grid: Grid
    axial_grid: Grid
    working_grid: Grid
    reorientation: Reorientation | None


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


def segment(flair: Volume, t1: Volume | None, recipe: Recipe, predict: Predict) -> Segmentation:
    """Segment one scan.

    Args:
        flair: FLAIR on any grid.
        t1: T1 on any grid, brought onto the FLAIR's by its header; None for FLAIR alone.
        recipe: The recipe that the network was trained with.
        predict: Slices (N, rows, columns, 2) to mean probability (N, rows, columns), or to that of
            all members.

    Raises:
        BrainMaskError: No head or brain was found.
        InputError: The recipe needs a T1 and there is none.
    """
    scan = prepare_scan(flair, t1, recipe)
    return finish(scan, predict(scan.prepared.slices), recipe)


def prepare_scan(flair: Volume, t1: Volume | None, recipe: Recipe) -> PreparedScan:
    """Do what comes before the network; arguments and errors as in `segment`."""
    working = to_working_grid(flair, t1, recipe)
    prepared = prepare_working(working, recipe)
    return PreparedScan(prepared, flair.grid, working.axial_grid, working.flair.grid, working.reorientation)


def finish(scan: PreparedScan, predicted: Predicted, recipe: Recipe) -> Segmentation:
    """Do what comes after the network.

    Args:
        scan: The scan.
        predicted: Mean probability (N, rows, columns) of its slices, or that of all members.
        recipe: The recipe that it was prepared with.
    """
    members = predicted.probabilities if isinstance(predicted, Members) else ()
    mean = predicted.mean() if isinstance(predicted, Members) else predicted
    probability = _to_axial_grid(mean, scan)
    mask = postprocess(probability, scan.axial_grid.spacing_mm, recipe)

    def undo(array: NDArray[np.generic]) -> Volume:
        return Volume(scan.reorientation.undo(array) if scan.reorientation else array, scan.flair_grid)

    prepared = scan.prepared
    return Segmentation(
        undo(mask),
        undo(probability),
        len(prepared.indices),
        prepared.t1_used,
        tuple(undo(_to_axial_grid(member, scan)) for member in members),
    )


def to_working_grid(flair: Volume, t1: Volume | None, recipe: Recipe) -> Working:
    """Bring T1 onto the FLAIR's grid, both to axial LPS and to the recipe's in-plane spacing."""
    if t1 is not None and not t1.grid.same_as(flair.grid):
        t1 = resample(smooth_for(t1, flair.grid), flair.grid, outside=float(t1.array.min()))
    reorientation = None
    if recipe.axial_lps:
        flair, reorientation = to_axial_lps(flair)
        t1 = None if t1 is None else Volume(reorientation.apply(t1.array), flair.grid)
    axial_grid = flair.grid
    if recipe.spacing_range_mm is not None:
        grid = in_plane_grid(axial_grid, recipe.spacing_range_mm, recipe.target_spacing_mm)
        if grid != axial_grid:
            flair, t1 = resample_slices(flair, grid), None if t1 is None else resample_slices(t1, grid)
    return Working(flair, t1, axial_grid, reorientation)


def prepare_working(working: Working, recipe: Recipe) -> Prepared:
    """Prepare the slices of images that are on the working grid already."""
    spacing = working.flair.grid.spacing_mm
    t1 = None if working.t1 is None else working.t1.array
    prepared = prepare(working.flair.array, t1, (spacing[1], spacing[0]), recipe)
    return blur_across(prepared, spacing[2], recipe.min_profile_mm)


def _to_axial_grid(predicted: NDArray[np.float32], scan: PreparedScan) -> NDArray[np.float32]:
    """Put predicted windows (N, rows, columns) back into a volume on the axial grid."""
    prepared = scan.prepared
    probability = np.zeros(prepared.shape_zyx, np.float32)
    probability[prepared.indices] = undo_crop_pad(predicted, prepared.start_yx, prepared.shape_zyx[1:])
    if scan.working_grid == scan.axial_grid:
        return probability
    return np.asarray(resample(Volume(probability, scan.working_grid), scan.axial_grid).array)
