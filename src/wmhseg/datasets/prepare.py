"""From a labelled scan to prepared slices, exactly as inference prepares them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.most_of import most_of
from wmhseg.anatomy.structure import Structure
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
        return prepare_labelled(scan, Labels(truth), recipe, case.site, case.name)


@dataclass(frozen=True)
class Labels:
    """What is known of a scan, on the FLAIR's grid.

    Attributes:
        truth: 0, 1 = WMH, 2 = other pathology, 3 = unsure.
        structures: Values of `Structure`; None where nobody knows.
    """

    truth: Volume
    structures: Volume | None = None


def prepare_labelled(scan: Scan, labels: Labels, recipe: Recipe, site: str, name: str) -> SliceSet:
    """Prepare a scan in memory exactly as inference would, and its labels with it.

    Args:
        scan: The images.
        labels: Its labels.
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
    size = (recipe.patch, recipe.patch)

    def cut(moved: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return crop_pad(moved[windows.indices], windows.start_yx, size)

    return SliceSet(
        site,
        name,
        windows.slices.astype(np.float16),
        cut(_labels_on_working_grid(labels.truth, prepared.way)),
        None if labels.structures is None else cut(_structures(labels.structures, prepared.way)),
    )


def _axial(labels: Volume, way: Way) -> NDArray[np.uint8]:
    array = np.rint(labels.array).astype(np.uint8)
    return array if way.reorientation is None else way.reorientation.apply(array)


def _structures(structures: Volume, way: Way) -> NDArray[np.uint8]:
    """Move each structure as a fraction and keep the one that fills most of a voxel."""
    array = _axial(structures, way)
    if way.working_grid == way.axial_grid:
        return array

    def share_of(structure: Structure) -> NDArray[np.float32]:
        part = Volume((array == structure).astype(np.float32), way.axial_grid)
        # Beyond the image is OUTSIDE.
        return resample(part, way.working_grid, outside=float(structure == Structure.OUTSIDE)).array

    return most_of((structure, share_of(structure)) for structure in Structure)


def _labels_on_working_grid(truth: Volume, way: Way) -> NDArray[np.uint8]:
    """Move each label as a fraction and keep it where it fills at least half a voxel."""
    array = _axial(truth, way)
    if way.working_grid == way.axial_grid:
        return array
    moved = np.zeros(way.working_grid.shape_zyx, np.uint8)
    for label in (OTHER_PATHOLOGY, UNSURE_LABEL, WMH):
        part = Volume((array == label).astype(np.float32), way.axial_grid)
        moved[resample(part, way.working_grid).array >= 0.5] = label
    return moved
