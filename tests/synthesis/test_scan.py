from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from wmhseg.datasets.prepare import Labels, prepare_labelled
from wmhseg.recipe import DEFAULT
from wmhseg.segmentation.read_scan import Scan
from wmhseg.synthesis.artefacts import Ghosts, Spikes
from wmhseg.synthesis.heads import Head, LesionMask
from wmhseg.synthesis.interpolate import Finer
from wmhseg.synthesis.normal_bright import NormalBright
from wmhseg.synthesis.scan import ScanParameters, SyntheticScan, make_scan, sample_scan
from wmhseg.synthesis.strip import Stripping


@pytest.fixture(scope="module")
def parameters(masks: list[LesionMask], plain: NormalBright) -> ScanParameters:
    """A whole head in 5.5 mm slices with 6 ml of lesions, stored LAS."""
    drawn = sample_scan(np.random.default_rng(11), masks)
    return replace(
        drawn,
        lesions=replace(drawn.lesions, load_ml=6.0),
        acquisition=replace(
            drawn.acquisition,
            in_plane_mm=1.0,
            thickness_mm=5.0,
            gap_mm=0.5,
            bottom_mm=0.0,
            top_mm=0.0,
            finer=Finer(slices=False, pixels=False),
        ),
        paint=replace(drawn.paint, bright=plain),
        stripping=Stripping(False, 0.5),
        orientation="LAS",
    )


@pytest.fixture(scope="module")
def scan(head: Head, masks: list[LesionMask], parameters: ScanParameters) -> SyntheticScan:
    """The case."""
    return make_scan(head, masks, parameters)


def test_same_parameters_same_voxels(
    head: Head, masks: list[LesionMask], parameters: ScanParameters, scan: SyntheticScan
) -> None:
    again = make_scan(head, masks, parameters)
    assert np.array_equal(again.flair.array, scan.flair.array)
    assert np.array_equal(again.t1.array, scan.t1.array)
    assert np.array_equal(again.truth.array, scan.truth.array)


def test_all_three_share_the_grid_as_drawn(scan: SyntheticScan) -> None:
    assert scan.flair.grid.spacing_mm == (1.0, 1.0, 5.5)
    assert scan.flair.grid.direction == (1, 0, 0, 0, -1, 0, 0, 0, 1)
    assert scan.t1.grid == scan.truth.grid == scan.flair.grid
    assert scan.flair.array.shape == scan.truth.array.shape == scan.flair.grid.shape_zyx
    assert np.isfinite(scan.flair.array).all()
    assert np.isfinite(scan.t1.array).all()


def test_the_reference_mask_has_about_the_load(scan: SyntheticScan) -> None:
    wmh_ml = float((scan.truth.array == 1).sum()) * scan.truth.grid.voxel_volume_mm3 / 1000
    assert 2.0 < wmh_ml < 9.0


def test_lesions_have_the_drawn_contrast_in_units_of_preprocessing(
    head: Head, masks: list[LesionMask], parameters: ScanParameters, plain: NormalBright
) -> None:
    look = replace(parameters.paint.look, flair_sd=2.5, texture=0.0, dull=0.0, border_mm=0.4)
    flair = replace(parameters.flair, bias=0.0, noise=0.03, gibbs=(1.0, 1.0), sharpen=0.0, gamma=1.0)
    flair = replace(flair, ghosts=Ghosts(0.0, 1, 0.1), spikes=Spikes(0.0, (1, 1), 0.1, 0))
    paint = replace(parameters.paint, look=look, bright=plain)
    scan = make_scan(head, masks, replace(parameters, paint=paint, flair=flair))
    prepared = prepare_labelled(Scan(scan.flair, scan.t1), Labels(scan.truth), DEFAULT, "site", "name")
    image, wmh = prepared.images[..., 0].astype(np.float32), prepared.labels == 1
    ring = ndimage.binary_dilation(wmh, np.ones((1, 3, 3)), 4)
    ring &= ~ndimage.binary_dilation(wmh, np.ones((1, 3, 3)), 2)
    contrast = np.median(image[wmh]) - np.median(image[ring & (image > -1.5)])
    # Voxels that lesions fill in part pull the median below what was drawn.
    assert 1.2 < contrast < 2.7


def test_no_load_empty_mask_and_stripped_is_black_outside(
    head: Head, masks: list[LesionMask], parameters: ScanParameters
) -> None:
    empty = replace(
        parameters,
        lesions=replace(parameters.lesions, load_ml=0.0),
        stripping=Stripping(True, 0.5),
        flair=replace(parameters.flair, offset=0.0),
    )
    scan = make_scan(head, masks, empty)
    assert not (scan.truth.array == 1).any()
    assert (scan.flair.array == 0).mean() > 0.5


def test_a_thick_bright_rim_is_wmh_and_a_faint_one_is_not(
    head: Head, masks: list[LesionMask], parameters: ScanParameters, plain: NormalBright
) -> None:
    def labels(rim_sd: float) -> np.ndarray:
        bright = replace(plain, rim_sd=rim_sd, rim_mm=2.5)
        return make_scan(
            head,
            masks,
            replace(
                parameters,
                lesions=replace(parameters.lesions, load_ml=0.0),
                paint=replace(parameters.paint, bright=bright),
            ),
        ).truth.array

    bright, faint = labels(4.0), labels(0.15)
    assert (bright == 1).sum() * 5.5 / 1000 > 1.0
    assert (bright == 3).any()
    assert not np.isin(faint, (1, 3)).any()


def test_a_scan_stored_finer_covers_the_same_place(
    head: Head, masks: list[LesionMask], parameters: ScanParameters, scan: SyntheticScan
) -> None:
    finer = replace(parameters.acquisition, finer=Finer(slices=True, pixels=True))
    stored = make_scan(head, masks, replace(parameters, acquisition=finer))
    assert stored.flair.grid.spacing_mm == (0.5, 0.5, 2.75)
    assert stored.flair.array.shape == tuple(2 * n - 1 for n in scan.flair.array.shape)
    np.testing.assert_array_equal(stored.flair.array[::2, ::2, ::2], scan.flair.array)
    np.testing.assert_array_equal(stored.truth.array[::2, ::2, ::2] == 1, scan.truth.array == 1)
