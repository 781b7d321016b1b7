import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread

sys.path.insert(0, str(Path(__file__).parents[1]))
from dicom_writer import write_series
from wmhseg.change.align import Alignment
from wmhseg.cli import main
from wmhseg.io.volume import Grid, Volume

STILL = Alignment(np.eye(4), 0.0, 0.0, information=1.5, sharpness=0.7, covered=1.0)


@pytest.fixture
def series(
    tmp_path: Path,
    make_head: Callable[..., Any],
    make_grid: Callable[..., Grid],
    voxel_positions_mm: Callable[[Grid], NDArray[np.float64]],
) -> list[str]:
    """Two series of a head that keeps its place; the second has a lesion more."""
    grid = make_grid()
    folders = []
    for name, noise in (("a", 3.0), ("b", 4.0)):
        flair = make_head(grid, noise=noise).flair
        pixels = flair.array
        if name == "b":
            inside = np.linalg.norm(voxel_positions_mm(grid) - (20.0, 28.0, 22.0), axis=-1) < 8
            pixels = np.where(inside, np.float32(280), pixels)
        whole = np.clip(pixels, 0, None).round().astype(np.uint16)
        folders.append(str(write_series(tmp_path / name, Volume(whole, grid))))
    return folders


@pytest.fixture
def words(fake_ensemble: Any, weights_folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr("wmhseg.change.compare.align", lambda first, second: STILL)
    return ["change", "-q", "--weights", str(weights_folder)]


def frames(path: Path) -> NDArray[np.uint8]:
    return np.asarray(dcmread(path).pixel_array)


def test_series_get_segmentations_of_their_masks_and_of_new_lesions(
    words: list[str], series: list[str], tmp_path: Path
):
    out = tmp_path / "out"
    assert main([*words, *series, "--output", str(out)]) == 0
    for name in ("1_wmh", "2_wmh", "1-2_new"):
        mask = nib.load(out / f"{name}.nii.gz").get_fdata().transpose(2, 1, 0)
        assert mask.sum() > 0
        # Frames come from the head's top or bottom, as the series has them.
        found = frames(out / f"{name}.dcm")
        assert found.sum() == mask.sum()
        assert (found == mask).all() or (found[::-1] == mask).all()
    whole, new = dcmread(out / "2_wmh.dcm"), dcmread(out / "1-2_new.dcm")
    assert new.SeriesDescription == "New white matter hyperintensities (wmhseg)"
    assert new.SegmentSequence[0].SegmentLabel == "New white matter hyperintensity"
    assert new.StudyInstanceUID == whole.StudyInstanceUID == "1.2.3"
    assert new.SeriesInstanceUID != whole.SeriesInstanceUID
    assert new.SeriesNumber == whole.SeriesNumber + 1


def test_a_series_folder_is_no_place_for_results(
    words: list[str], series: list[str], capfd: pytest.CaptureFixture[str]
):
    before = sorted(Path(series[0]).iterdir())
    assert main([*words, *series, "--output", series[0]]) == 6
    assert "expected another folder than the inputs'" in capfd.readouterr().err
    assert sorted(Path(series[0]).iterdir()) == before


def test_three_times_give_three_comparisons(words: list[str], series: list[str], tmp_path: Path):
    out = tmp_path / "out"
    third = str(tmp_path / "c.nii.gz")
    values = np.stack([dcmread(path).pixel_array for path in sorted(Path(series[1]).glob("*.dcm"))])
    # The second series again, with a little more noise.
    noise = np.random.default_rng(1).normal(0, 1, values.shape)
    affine = np.diag([-1.15, -1.15, 6.0, 1.0])
    affine[:3, 3] = [1.15 * 63.5, 1.15 * 71.5, -6.0 * 11.5]
    image = nib.Nifti1Image((values[::-1] + noise).astype(np.float32).transpose(2, 1, 0), affine)
    nib.save(image, third)
    assert main([*words, *series, third, "--output", str(out)]) == 0
    names = {path.name for path in out.glob("*.nii.gz")}
    pairs = {f"{pair}_{kind}.nii.gz" for pair in ("1-2", "2-3", "1-3") for kind in ("new", "gone")}
    assert names == {"1_wmh.nii.gz", "2_wmh.nii.gz", "3_wmh.nii.gz"} | pairs
    assert {path.name for path in out.glob("*.dcm")} == {"1_wmh.dcm", "2_wmh.dcm", "1-2_new.dcm"}
    rows = (out / "volumes.tsv").read_text().splitlines()[1:]
    assert [row.split("\t")[:2] for row in rows] == [series, [series[1], third], [series[0], third]]
    assert (nib.load(out / "1-3_new.nii.gz").get_fdata() > 0).sum() > 0
    assert (nib.load(out / "2-3_new.nii.gz").get_fdata() > 0).sum() == 0
