"""From a labelled scan to prepared slices, exactly as inference prepares them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wmhseg.datasets.cases import Case
from wmhseg.datasets.slices import OTHER_PATHOLOGY, UNSURE_LABEL, WMH, SliceSet
from wmhseg.errors import InputError
from wmhseg.imaging.geometry import crop_pad, resample
from wmhseg.io.volume import Volume, read_volume
from wmhseg.recipe import Recipe
from wmhseg.segmentation.prepare_scan import Way, prepare_scan
from wmhseg.segmentation.read_scan import Scan, ScanNames, read_scan
from wmhseg.settings import InputOptions


def read_case(case: Case, options: InputOptions) -> tuple[Scan, Volume]:
    """Read a case's images as inference would, registration and bias correction included, and its mask.

    Raises:
        InputError: An image is unreadable or the mask is not on the FLAIR's grid.
        BrainMaskError: No head was found in the FLAIR.
    """
    scan = read_scan(case.flair, case.t1, options)
    truth = read_volume(case.truth, may_be_constant=True)
    if not truth.grid.same_as(scan.flair.grid):
        raise InputError(f"{case.truth}: expected the FLAIR's grid ({scan.flair.grid}), found {truth.grid}")
    return scan, truth


def prepare_case(case: Case, recipe: Recipe) -> SliceSet:
    """Read and prepare a case exactly as inference would, and its reference mask with it.

    Raises:
        InputError: An image is unreadable or the mask is not on the FLAIR's grid.
        BrainMaskError: No head or brain was found.
    """
    scan, truth = read_case(case, InputOptions())
    with ScanNames.of(case.flair, case.t1).in_errors():
        return prepare_labelled(scan, truth, recipe, case.site, case.name)


def prepare_labelled(scan: Scan, truth: Volume, recipe: Recipe, site: str, name: str) -> SliceSet:
    """Prepare a scan in memory exactly as inference would, and its reference mask with it.

    Args:
        scan: The images.
        truth: 0, 1 = WMH, 2 = other pathology, 3 = unsure, on the FLAIR's grid.
        recipe: Which preprocessing.
        site: The case's site.
        name: The case's name.

    Raises:
        BrainMaskError: No head or brain was found.
    """
    # Training cuts its own windows: it wants the full ones.
    recipe = replace(recipe, min_patch=recipe.patch)
    prepared = prepare_scan(scan, recipe)
    windows = prepared.windows
    labels = _labels_on_working_grid(truth, prepared.way)
    size = (recipe.patch, recipe.patch)
    cut = crop_pad(labels[windows.indices], windows.start_yx, size)
    return SliceSet(site, name, windows.slices.astype(np.float16), cut)


def _labels_on_working_grid(truth: Volume, way: Way) -> NDArray[np.uint8]:
    """Move each label as a fraction and keep it where it fills at least half a voxel."""
    array = np.rint(truth.array).astype(np.uint8)
    if way.reorientation is not None:
        array = way.reorientation.apply(array)
    if way.working_grid == way.axial_grid:
        return array
    moved = np.zeros(way.working_grid.shape_zyx, np.uint8)
    for label in (OTHER_PATHOLOGY, UNSURE_LABEL, WMH):
        part = Volume((array == label).astype(np.float32), way.axial_grid)
        moved[resample(part, way.working_grid).array >= 0.5] = label
    return moved
