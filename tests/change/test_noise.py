from dataclasses import replace

import numpy as np
import pytest

from wmhseg.change.align import Alignment
from wmhseg.change.noise import OTHER_PROTOCOL, SAME_PROTOCOL, Noise, noise_between
from wmhseg.io.volume import Grid

GRID = Grid((10, 10, 10), (0.9, 0.9, 5.0), (0.0, 0.0, 0.0), (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))
ALIKE = Alignment(np.eye(4), 0.0, 0.0, information=1.1, sharpness=0.7, covered=1.0)


def test_noise_of_a_lesion_grows_with_its_surface():
    noise = Noise("same", 0.0, 0.0, lesion=0.5, least_ml=0.0)
    assert noise.lesion_ml(8.0) == pytest.approx(2.0)  # 0.5 * 8^(2/3)


def test_noise_of_the_total_adds_in_quadrature():
    noise = Noise("same", constant_ml=0.2, share=0.1, lesion=0.0, least_ml=0.0)
    # 0.2, 0.1 * 6 = 0.6 and 0.9: a root of 0.04 + 0.36 + 0.81 = 1.1.
    assert noise.total_ml(6.0, 0.9) == pytest.approx(1.96 * 1.1)


def test_one_protocol_is_told_by_voxels_and_by_what_the_scans_share():
    turned = replace(GRID, spacing_mm=(5.2, 0.92, 0.92))
    thicker = replace(GRID, spacing_mm=(0.9, 0.9, 6.0))
    with_t1 = True, True
    assert noise_between((GRID, turned), with_t1, ALIKE).protocol == "same"
    assert noise_between((GRID, GRID), (False, False), ALIKE).protocol == "same"
    assert noise_between((GRID, thicker), with_t1, ALIKE).protocol == "other"
    assert noise_between((GRID, GRID), (True, False), ALIKE).protocol == "other"
    assert noise_between((GRID, GRID), with_t1, replace(ALIKE, information=0.6)).protocol == "other"


def test_a_lesion_that_fits_between_two_slices_is_never_sure():
    thick = replace(GRID, spacing_mm=(0.9, 0.9, 9.0))
    # A ball of 9 mm: 382 mm3. The thicker slices count.
    assert noise_between((GRID, thick), (True, True), ALIKE).least_ml == pytest.approx(0.382, abs=1e-3)
    thin = replace(GRID, spacing_mm=(0.9, 0.9, 1.0))
    assert noise_between((thin, thin), (True, True), ALIKE) == SAME_PROTOCOL
    assert noise_between((thin, thin), (True, False), ALIKE) == OTHER_PROTOCOL
