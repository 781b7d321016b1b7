"""The structures of a head on the FLAIR's own grid, from the slices that the WMH network sees."""

from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.most_of import most_of
from wmhseg.anatomy.structure import Structure
from wmhseg.imaging.geometry import resample, undo_crop_pad
from wmhseg.io.volume import Grid, Volume
from wmhseg.segmentation.prepare_scan import PreparedScan, Way

# Slices at a time: the probabilities of all structures would take eight times the FLAIR's memory.
_SLAB = 16


class StructureNetwork(Protocol):
    """What is asked of the network; see `wmhseg.model.anatomy_network.AnatomyNetwork`."""

    def predict(self, slices: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the structures' probabilities, (N, rows, columns, 8)."""


def find_anatomy(prepared: PreparedScan, network: StructureNetwork) -> Volume:
    """Return the most probable structure of each voxel.

    Args:
        prepared: The scan, prepared with the network's recipe; its T1 may be missing.
        network: What tells structures apart.

    Returns:
        uint8 values of `Structure` on the FLAIR's own grid; OUTSIDE where no slice was computed.

    Raises:
        WeightsError: The network computes NaN.
    """
    windows, way = prepared.windows, prepared.way
    found = np.full(way.axial_grid.shape_zyx, Structure.OUTSIDE, np.uint8)
    for start in range(0, len(windows.indices), _SLAB):
        slab = slice(start, start + _SLAB)
        predicted = network.predict(windows.slices[slab])
        found[windows.indices[slab]] = _most_probable(predicted, windows.start_yx, way)
    own = way.reorientation.undo(found) if way.reorientation else found
    return Volume(own, prepared.scan.flair.grid)


def _most_probable(predicted: NDArray[np.float32], start_yx: tuple[int, int], way: Way) -> NDArray[np.uint8]:
    """Return the structures of a few slices (n, Y, X) on the axial grid's rows and columns."""
    # The two grids differ in rows and columns only, so which slices they are makes no difference.
    working, axial = (_low_end(grid, len(predicted)) for grid in (way.working_grid, way.axial_grid))

    def probability_of(structure: Structure) -> NDArray[np.float32]:
        outside = float(structure == Structure.OUTSIDE)
        share = undo_crop_pad(predicted[..., structure], start_yx, working.shape_zyx[1:], outside)
        return share if working == axial else resample(Volume(share, working), axial, outside).array

    return most_of((structure, probability_of(structure)) for structure in Structure)


def _low_end(grid: Grid, slices: int) -> Grid:
    """Return the grid of the lowest few slices."""
    return replace(grid, size_xyz=(*grid.size_xyz[:2], slices))
