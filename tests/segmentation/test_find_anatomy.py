"""Structures come back where they are; the networks here are rules that need no weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from wmhseg.anatomy.structure import Structure
from wmhseg.io.volume import Grid, Volume, read_volume
from wmhseg.recipe import DEFAULT
from wmhseg.segmentation.find_anatomy import find_anatomy
from wmhseg.segmentation.prepare_scan import PreparedScan, Way, prepare_files, prepare_scan
from wmhseg.segmentation.preprocess import Windows
from wmhseg.segmentation.read_scan import Scan
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import InputOptions

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
RPI = (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
SAGITTAL = (0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0)  # x: posterior, y: inferior, z: left
_C, _S = np.cos(np.deg2rad(12)), np.sin(np.deg2rad(12))
OBLIQUE_LAS = (1.0, 0.0, 0.0, 0.0, -_C, -_S, 0.0, -_S, _C)


class Rule:
    """A network that knows structures by the FLAIR: lesions are ventricles, the rest is outside."""

    def predict(self, slices: NDArray[np.float32]) -> NDArray[np.float32]:
        bright = slices[..., 0] > 5.5
        return np.eye(len(Structure), dtype=np.float32)[np.where(bright, Structure.VENTRICLES, 0)]


class Given:
    """A network that says the same of every slice."""

    def __init__(self, probability: Any) -> None:
        self.probability = np.asarray(probability, np.float32)
        self.most = 0

    def predict(self, slices: NDArray[np.float32]) -> NDArray[np.float32]:
        self.most = max(self.most, len(slices))
        return np.repeat(self.probability[np.newaxis], len(slices), axis=0)


def line(pixels: int, mm: float, slices: int) -> Grid:
    """One row of pixels from x = 0 to the same end, whatever their size."""
    return Grid((pixels, 1, slices), (mm, 1.0, 5.0), ((mm - 1) / 2, 0.0, 0.0), IDENTITY)


def prepared_line(working: Grid, axial: Grid, indices: list[int], start_x: int) -> PreparedScan:
    """A scan of one row, of which the network sees two pixels."""
    flair = Volume(np.zeros(axial.shape_zyx, np.float32), axial)
    windows = Windows(np.zeros((len(indices), 1, 2, 2), np.float32), np.array(indices), (0, start_x))
    return PreparedScan(Scan(flair, None), windows, Way(None, axial, working))


@pytest.mark.parametrize(
    "layout",
    [
        ((128, 144, 24), (1.15, 1.15, 6.0), RPI),
        ((120, 80, 44), (1.35, 2.0, 3.0), SAGITTAL),
        ((128, 144, 26), (1.15, 1.15, 6.0), OBLIQUE_LAS),
        ((272, 320, 14), (0.5, 0.5, 9.0), IDENTITY),
    ],
)
@pytest.mark.parametrize("with_t1", [True, False])
def test_structures_come_back_where_they_are(
    make_head: Callable, make_grid: Callable, layout: tuple[Any, Any, Any], with_t1: bool
) -> None:
    made = make_head(make_grid(*layout))
    prepared = prepare_scan(Scan(made.flair, made.t1 if with_t1 else None), DEFAULT)
    found = find_anatomy(prepared, Rule())
    assert found.grid == made.flair.grid
    assert found.array.dtype == np.uint8
    assert set(np.unique(found.array)) == {Structure.OUTSIDE, Structure.VENTRICLES}
    both = np.count_nonzero((found.array > 0) & (made.truth.array > 0))
    assert 2 * both / (np.count_nonzero(found.array) + np.count_nonzero(made.truth.array)) > 0.9


def test_probabilities_are_resampled_not_labels() -> None:
    probability = np.zeros((1, 2, len(Structure)))
    probability[0, 0, [Structure.WHITE_MATTER, Structure.CORTEX]] = 0.55, 0.45
    probability[0, 1, [Structure.CSF, Structure.CORTEX]] = 0.55, 0.45
    # Pixels of 2 mm at 0.5 and 2.5, asked for at 0, 1, 2 and 3: a quarter of the way white matter has
    # 0.41, cortex 0.45 still.
    prepared = prepared_line(line(2, 2.0, 1), line(4, 1.0, 1), [0], 0)
    assert find_anatomy(prepared, Given(probability)).array.ravel().tolist() == [
        Structure.WHITE_MATTER,
        Structure.CORTEX,
        Structure.CORTEX,
        Structure.CSF,
    ]


def test_slices_and_pixels_that_no_network_saw_are_outside() -> None:
    probability = np.zeros((1, 2, len(Structure)))
    probability[0, :, Structure.CSF] = 0.4, 0.4
    probability[0, :, Structure.CORTEX] = 0.6, 0.3
    network = Given(probability)
    computed = [*range(3, 20), *range(30, 45)]
    # The window's two pixels are the second and third of five.
    prepared = prepared_line(line(5, 1.0, 50), line(5, 1.0, 50), computed, 1)
    found = find_anatomy(prepared, network).array
    seen = [Structure.OUTSIDE, Structure.CORTEX, Structure.CSF, Structure.OUTSIDE, Structure.OUTSIDE]
    for z in range(50):
        assert found[z, 0].tolist() == (seen if z in computed else [Structure.OUTSIDE] * 5)
    # Never all at once: their probabilities would fill the memory.
    assert network.most < len(computed)


def test_a_window_beyond_the_image() -> None:
    probability = np.zeros((1, 2, len(Structure)))
    probability[0, :, Structure.CSF] = 1
    prepared = prepared_line(line(3, 1.0, 1), line(3, 1.0, 1), [0], -1)
    found = find_anatomy(prepared, Given(probability)).array
    assert found.ravel().tolist() == [Structure.CSF, Structure.OUTSIDE, Structure.OUTSIDE]


@pytest.mark.real
@pytest.mark.parametrize("with_t1", [True, False])
def test_ventricles_of_a_real_scan(real_data: Path, with_t1: bool) -> None:
    from wmhseg.model.anatomy_network import AnatomyNetwork
    from wmhseg.model.manifest import read_manifest

    network = AnatomyNetwork(read_manifest(Path(__file__).parents[2] / "weights" / "anatomy"))
    case = real_data / "cases" / "tabriz" / "a008"
    t1 = case / "pre" / "T1.nii.gz" if with_t1 else None
    prepared = prepare_files(case / "pre" / "FLAIR.nii.gz", t1, network.recipe, InputOptions(), Stopwatch())
    found = find_anatomy(prepared, network)
    truth = read_volume(case / "ventricles.nii.gz")
    assert found.grid.same_as(truth.grid)
    ventricles, marked = found.array == Structure.VENTRICLES, truth.array > 0.5
    assert 2 * (ventricles & marked).sum() / (ventricles.sum() + marked.sum()) > 0.8
    assert 0.9e6 < np.isin(found.array, (1, 2, 3, 6, 7)).sum() * found.grid.voxel_volume_mm3 < 1.7e6
