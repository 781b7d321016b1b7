"""Simulated scanners: what is the scanner's and what is the head's."""

import numpy as np
import pytest

from wmhseg.experiments.scanner_cohort import PROTOCOLS, scan_on
from wmhseg.synthesis.heads import LesionMask
from wmhseg.synthesis.scan import ScanParameters, sample_scan
from wmhseg.synthesis.tissues import Tissue

MASKS = [LesionMask(np.zeros((2, 2, 2), np.float32), (0.0, 0.0, 0.0), 5.0)]


def scanned(protocol: int, case: int) -> tuple[ScanParameters, ScanParameters]:
    rng = np.random.default_rng(case)
    drawn = sample_scan(rng, MASKS)
    return drawn, scan_on(PROTOCOLS[protocol], drawn, rng)


def test_head_and_lesions_are_the_case_s_own() -> None:
    drawn, scan = next(pair for pair in (scanned(0, n) for n in range(9)) if pair[0].lesions.load_ml > 1)
    assert (scan.anatomy, scan.lesions, scan.pathology) == (drawn.anatomy, drawn.lesions, drawn.pathology)


def test_every_case_has_lesions() -> None:
    loads = [
        (drawn.lesions.load_ml, scan.lesions.load_ml) for drawn, scan in (scanned(0, n) for n in range(40))
    ]
    assert 0.0 in [drawn for drawn, _ in loads]
    assert min(scan for _, scan in loads) == 1.0


@pytest.mark.parametrize("protocol", range(3))
def test_two_cases_of_a_scanner_share_voxels_scale_and_nearly_the_contrast(protocol: int) -> None:
    (_, one), (_, two) = scanned(protocol, 1), scanned(protocol, 2)
    for name in ("in_plane_mm", "thickness_mm", "gap_mm", "fov_yx_mm", "blur_mm"):
        assert getattr(one.acquisition, name) == getattr(two.acquisition, name)
    assert one.flair.scale == two.flair.scale == PROTOCOLS[protocol].scale
    assert one.flair.noise == two.flair.noise
    assert one.flair.seed != two.flair.seed
    # 2 % apart each; seven standard deviations of the difference.
    assert one.paint.flair.means[1:] == pytest.approx(two.paint.flair.means[1:], rel=0.2)
    assert (one.orientation, one.t1_missing, one.stripping.strip) == ("LPS", False, False)


def test_scanners_differ_in_contrast_and_slices() -> None:
    scans = [scanned(protocol, 1)[1] for protocol in range(3)]
    assert [scan.acquisition.thickness_mm for scan in scans] == [3.0, 3.0, 1.2]
    cortex = [scan.paint.flair.means[Tissue.CORTEX] for scan in scans]
    assert max(cortex) - min(cortex) > 0.05
