"""The bias field: how it is measured, that it goes, and that it is left alone where it is weak."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wmhseg.imaging.bias import BIAS_LIMIT, bias_strength, without_bias
from wmhseg.io.volume import Volume, read_volume

SAMPLE = Path(__file__).parents[2] / "examples" / "sample" / "pre"


def uneven(volume: Volume, slope: float) -> Volume:
    """Brighter from right to left, by exp(slope) from one edge of the field of view to the other."""
    x = np.linspace(-0.5, 0.5, volume.array.shape[2])
    return Volume((volume.array * np.exp(slope * x)).astype(np.float32), volume.grid)


def test_strength_is_the_fields(head: Any) -> None:
    # The brain's deep part spans about 70 of 147 mm in x: 90 % of its voxels see a factor of exp(0.4 slope).
    before = bias_strength(head.flair, "FLAIR")
    after = bias_strength(uneven(head.flair, 3.0), "FLAIR")
    assert before < BIAS_LIMIT
    assert after > np.exp(0.25 * 3.0) - 1 > BIAS_LIMIT


@pytest.mark.parametrize("count", [1, 2])
def test_strength_in_few_slices(count: int) -> None:
    """The quadratic's terms along z say nothing there, or what others say."""
    volume = read_volume(SAMPLE / "FLAIR.nii.gz")
    few = Volume(volume.array[24 : 24 + count], replace(volume.grid, size_xyz=(240, 240, count)))
    assert bias_strength(few, "FLAIR") < BIAS_LIMIT
    assert bias_strength(uneven(few, 3.0), "FLAIR") > np.exp(0.25 * 3.0) - 1


@pytest.mark.parametrize("scale", [0.001, 1000.0])
def test_strength_does_not_depend_on_the_scale(head: Any, scale: float) -> None:
    scaled = Volume(head.t1.array * np.float32(scale), head.t1.grid)
    assert bias_strength(scaled, "T1") == pytest.approx(bias_strength(head.t1, "T1"), rel=1e-3)


def test_field_is_divided_out(head: Any) -> None:
    spoilt = uneven(head.t1, 3.0)
    found = without_bias(spoilt, "T1")
    assert found.grid == spoilt.grid
    assert found.array.dtype == np.float32
    assert bias_strength(found, "T1") < 0.6 * bias_strength(spoilt, "T1")
    np.testing.assert_array_equal(found.array, without_bias(spoilt, "T1").array)


@pytest.mark.parametrize("name", ["FLAIR", "T1"])
def test_sample_case_needs_no_correction(name: str) -> None:
    assert bias_strength(read_volume(SAMPLE / f"{name}.nii.gz"), name) < BIAS_LIMIT


@pytest.mark.real
@pytest.mark.parametrize("name", ["tabriz/a008", "tabriz/b755", "ljubljana/p07"])
def test_real_cases_need_none_as_they_are(name: str, real_data: Path) -> None:
    for which in ("FLAIR", "T1"):
        volume = read_volume(real_data / "cases" / name / "pre" / f"{which}.nii.gz")
        assert bias_strength(volume, which) < BIAS_LIMIT
