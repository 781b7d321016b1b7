"""From files to a scan: what is left alone, what is changed, and what is said."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wmhseg.errors import BrainMaskError, InputError, RegistrationError
from wmhseg.io.volume import Volume
from wmhseg.segmentation.read_scan import read_scan
from wmhseg.settings import InputOptions

USUAL = InputOptions()


def test_pair_that_fits_is_untouched(scan_folder: Path, head: Any) -> None:
    scan = read_scan(scan_folder / "FLAIR.nii.gz", scan_folder / "T1.nii.gz", USUAL)
    assert scan.t1 is not None
    np.testing.assert_array_equal(scan.flair.array, head.flair.array)
    np.testing.assert_array_equal(scan.t1.array, head.t1.array)
    assert scan.t1.grid == scan.flair.grid
    assert (scan.t1_moved_mm, scan.bias_corrected, scan.warnings) == (None, (), ())


def test_no_t1(scan_folder: Path) -> None:
    scan = read_scan(scan_folder / "FLAIR.nii.gz", None, USUAL)
    assert (scan.t1, scan.warnings) == (None, ("no T1: segmenting with FLAIR alone",))
    with pytest.raises(InputError, match=r"^T1: expected one, because it is required, found none"):
        read_scan(scan_folder / "FLAIR.nii.gz", None, InputOptions(require_t1=True))


def test_t1_of_noise_is_left_out_and_said(
    scan_folder: Path, tmp_path: Path, save_scan: Callable, head: Any
) -> None:
    noise = np.random.default_rng(0).normal(0, 1, head.t1.array.shape).astype(np.float32)
    path = tmp_path / "T1.nii.gz"
    save_scan(path, Volume(noise, head.t1.grid))
    scan = read_scan(scan_folder / "FLAIR.nii.gz", path, USUAL)
    assert scan.t1 is None
    (warning,) = scan.warnings
    assert warning.startswith(f"{path}: T1: expected a head")
    assert warning.endswith("; T1 left out: segmenting with FLAIR alone")
    with pytest.raises(RegistrationError, match=rf"^{path}: T1: expected a head"):
        read_scan(scan_folder / "FLAIR.nii.gz", path, InputOptions(require_t1=True))
    with pytest.raises(BrainMaskError, match=rf"^{path}: FLAIR: expected a head"):
        read_scan(path, scan_folder / "T1.nii.gz", USUAL)


def test_bias_correction_choices(scan_folder: Path, tmp_path: Path, save_scan: Callable, head: Any) -> None:
    x = np.linspace(-1.5, 1.5, head.flair.array.shape[2])
    path = tmp_path / "FLAIR.nii.gz"
    save_scan(path, Volume((head.flair.array * np.exp(x)).astype(np.float32), head.flair.grid))

    def corrected(flair: Path, choice: Any) -> tuple[str, ...]:
        return read_scan(flair, None, InputOptions(bias_correction=choice)).bias_corrected

    assert corrected(path, "auto") == ("FLAIR",)
    assert corrected(path, "off") == ()
    assert corrected(scan_folder / "FLAIR.nii.gz", "auto") == ()
    assert corrected(scan_folder / "FLAIR.nii.gz", "on") == ("FLAIR",)


@pytest.mark.parametrize(
    ("direction", "plane"),
    [((0, 0, 1, 1, 0, 0, 0, -1, 0), "sagittal"), ((1, 0, 0, 0, 0, 1, 0, -1, 0), "coronal")],
)
def test_thick_slices_that_are_not_axial_are_said(
    tmp_path: Path, thick_head: Callable, direction: tuple[float, ...], plane: str
) -> None:
    thick_head(tmp_path / "FLAIR.nii.gz", direction)
    warnings = read_scan(tmp_path / "FLAIR.nii.gz", None, InputOptions(bias_correction="off")).warnings
    assert f"{plane} slices of 5.0 mm" in warnings[0]
    assert len(warnings) == 2


@pytest.fixture
def thick_head(make_head: Callable, make_grid: Callable, save_scan: Callable) -> Callable:
    """Writes the phantom as slices of 5 mm in any direction."""

    def write(path: Path, direction: tuple[float, ...]) -> None:
        save_scan(path, make_head(make_grid((120, 120, 36), (1.5, 1.5, 5.0), direction)).flair)

    return write
