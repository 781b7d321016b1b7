"""From a labelled scan to prepared slices, exactly as inference prepares them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wmhseg.datasets.cases import Case
from wmhseg.datasets.slices import SliceSet
from wmhseg.errors import InputError
from wmhseg.imaging.geometry import crop_pad, resample
from wmhseg.io.volume import Volume, read_volume
from wmhseg.recipe import Recipe
from wmhseg.segmentation.segment_scan import Working, prepare_working, to_working_grid


@dataclass(frozen=True)
class Labelled:
    """A scan and its reference mask, on any grid.

    Attributes:
        flair: FLAIR.
        t1: T1, brought onto the FLAIR's grid by its header; None for FLAIR alone.
        truth: 0, 1 = WMH, 2 = other pathology, on the FLAIR's grid.
    """

    flair: Volume
    t1: Volume | None
    truth: Volume


def prepare_case(case: Case, recipe: Recipe) -> SliceSet:
    """Read and prepare a case exactly as inference would, and its reference mask with it.

    Raises:
        InputError: An image is unreadable or the mask is not on the FLAIR's grid.
    """
    flair, t1 = read_volume(case.flair), read_volume(case.t1)
    truth = read_volume(case.truth, may_be_constant=True)
    if not truth.grid.same_as(flair.grid):
        raise InputError(f"{case.truth}: expected the FLAIR's grid ({flair.grid}), found {truth.grid}")
    return prepare_volumes(Labelled(flair, t1, truth), recipe, case.site, case.name)


def prepare_volumes(scan: Labelled, recipe: Recipe, site: str, name: str) -> SliceSet:
    """Prepare volumes in memory exactly as inference would, and their reference mask with them.

    Args:
        scan: The volumes.
        recipe: Which preprocessing.
        site: The case's site.
        name: The case's name.

    Raises:
        BrainMaskError: No head or brain was found.
    """
    # Training cuts its own windows: it wants the full ones.
    recipe = replace(recipe, min_patch=recipe.patch)
    working = to_working_grid(scan.flair, scan.t1, recipe)
    prepared = prepare_working(working, recipe)
    labels = _labels_on_working_grid(scan.truth, working)
    size = (recipe.patch, recipe.patch)
    windows = crop_pad(labels[prepared.indices], prepared.start_yx, size)
    return SliceSet(site, name, prepared.slices.astype(np.float16), windows)


def _labels_on_working_grid(truth: Volume, working: Working) -> NDArray[np.uint8]:
    """Move each label as a fraction and keep it where it fills at least half a voxel."""
    array = np.rint(truth.array).astype(np.uint8)
    if working.reorientation is not None:
        array = working.reorientation.apply(array)
    if working.flair.grid == working.axial_grid:
        return array
    moved = np.zeros(working.flair.grid.shape_zyx, np.uint8)
    for label in (2, 1):
        part = Volume((array == label).astype(np.float32), working.axial_grid)
        moved[resample(part, working.flair.grid).array >= 0.5] = label
    return moved
