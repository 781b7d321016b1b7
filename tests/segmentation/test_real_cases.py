"""A shipped network on real scans: grids, scales, orientations. Minutes, so few cases do the variants.

One member of the ensemble: the container tests run all of them on every case.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from wmhseg.io.volume import Grid, Volume, read_volume
from wmhseg.model.manifest import default_weights, read_manifest
from wmhseg.model.member_probabilities import Members
from wmhseg.segmentation.preprocess import cut_windows
from wmhseg.segmentation.read_scan import Scan
from wmhseg.segmentation.result_files import ResultFiles
from wmhseg.segmentation.segment_files import segment_files
from wmhseg.segmentation.segment_scan import Segmentation
from wmhseg.segmentation.segment_scan import segment_scan as whole_way
from wmhseg.segmentation.volume_spread import measure_spread
from wmhseg.settings import Settings

WEIGHTS = Path(__file__).parents[2] / "weights"
pytestmark = pytest.mark.real
CASES = [
    *(f"tabriz/{name}" for name in ("a008", "a130", "a627", "a639", "a670", "b074", "b755")),
    *(f"ljubljana/{name}" for name in ("p07", "p26")),
]

Segment = Callable[[Volume, Volume | None], Segmentation]


def dice(a: Any, b: Any) -> float:
    total = np.count_nonzero(a) + np.count_nonzero(b)
    return 2 * np.count_nonzero((a > 0) & (b > 0)) / total if total else 1.0


@pytest.fixture(scope="module")
def ensemble() -> Any:
    from wmhseg.model.ensemble import Ensemble

    manifest = read_manifest(WEIGHTS)
    return Ensemble(replace(manifest, members=manifest.members[:1]), "auto")


@pytest.fixture(scope="module")
def segment_scan(ensemble: Any) -> Segment:
    """What `run` does between reading and writing."""
    recipe = read_manifest(WEIGHTS).recipe

    def predict(slices: Any) -> Any:
        return ensemble.predict(slices, only_above=recipe.threshold)

    return lambda flair, t1: whole_way(Scan(flair, t1), recipe, predict)


@pytest.fixture(scope="module")
def case(real_data: Path) -> Callable[[str], tuple[Volume, Volume]]:
    def read(name: str) -> tuple[Volume, Volume]:
        folder = real_data / "cases" / name / "pre"
        return read_volume(folder / "FLAIR.nii.gz"), read_volume(folder / "T1.nii.gz")

    return read


@pytest.fixture(scope="module")
def plain(case: Any, segment_scan: Segment) -> Callable[[str], Segmentation]:
    """The answer for a case as it is, computed once."""
    known: dict[str, Segmentation] = {}

    def answer(name: str) -> Segmentation:
        if name not in known:
            known[name] = segment_scan(*case(name))
        return known[name]

    return answer


def stored_otherwise(volume: Volume, axes: tuple[int, ...]) -> Volume:
    """The same scan with array axes running backwards, and a header that says so."""
    grid = volume.grid
    direction, origin = np.asarray(grid.direction).reshape(3, 3).copy(), np.asarray(grid.origin_mm)
    for axis in (2 - a for a in axes):
        origin = origin + direction[:, axis] * (grid.size_xyz[axis] - 1) * grid.spacing_mm[axis]
        direction[:, axis] *= -1
    turned = Grid(grid.size_xyz, grid.spacing_mm, tuple(origin.tolist()), tuple(direction.ravel().tolist()))
    return Volume(np.ascontiguousarray(np.flip(volume.array, axes)), turned)


def test_shipped_weights_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WMHSEG_WEIGHTS", raising=False)
    assert default_weights() == WEIGHTS


@pytest.mark.parametrize("name", CASES)
def test_result_is_on_the_flairs_grid(name: str, real_data: Path, tmp_path: Path, ensemble: Any) -> None:
    folder = real_data / "cases" / name
    outputs = ResultFiles(tmp_path / "result.nii.gz", tmp_path / "result.json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "wmhseg.model.ensemble_loader.load_ensemble", lambda *_: ensemble
        )  # loaded once for all cases
        segment_files(folder / "pre/FLAIR.nii.gz", folder / "pre/T1.nii.gz", outputs, Settings(WEIGHTS))
    result, flair = nib.load(outputs.mask), nib.load(folder / "pre/FLAIR.nii.gz")
    assert result.shape == flair.shape
    assert result.get_data_dtype() == np.uint8
    # Headers carry float32: positions of hundreds of mm to 1e-4 mm.
    qform, sform = result.get_qform(coded=True), result.get_sform(coded=True)
    assert qform[1] > 0
    assert sform[1] > 0
    np.testing.assert_allclose(qform[0], sform[0], rtol=0, atol=1e-4)
    np.testing.assert_allclose(result.affine, flair.affine, rtol=0, atol=1e-4)
    np.testing.assert_allclose(result.get_qform(), flair.get_qform(), rtol=0, atol=1e-4)
    np.testing.assert_allclose(result.header.get_zooms(), flair.header.get_zooms(), rtol=1e-6)
    found = np.asarray(result.dataobj)
    assert set(np.unique(found)) <= {0, 1}
    # Every one of these patients has lesions by the readers' own mask; every answer must meet some of them.
    truth = np.asarray(nib.load(folder / "lesions.nii.gz").dataobj) > 0.5
    assert np.count_nonzero(found & truth) > 0
    voxel_ml = np.prod(flair.header.get_zooms()) / 1000
    report = json.loads(outputs.report.read_text())
    assert report["volume_ml"] == pytest.approx(found.sum() * voxel_ml, rel=1e-4)


def test_flair_from_0_to_1(case: Any, plain: Any, segment_scan: Segment) -> None:
    flair, t1 = case("tabriz/b755")
    assert flair.array.max() <= 1
    answer = plain("tabriz/b755").mask.array
    assert answer.any()
    scanner_like = Volume(flair.array * np.float32(3000), flair.grid)
    assert dice(segment_scan(scanner_like, t1).mask.array, answer) >= 0.98


@pytest.mark.parametrize("axes", [(0,), (1,), (2,), (0, 1, 2)])
def test_times_1000_and_flipped(axes: tuple[int, ...], case: Any, plain: Any, segment_scan: Segment) -> None:
    flair, t1 = (Volume(v.array * np.float32(1000), v.grid) for v in case("tabriz/a639"))
    found = segment_scan(stored_otherwise(flair, axes), stored_otherwise(t1, axes))
    answer = plain("tabriz/a639").mask.array
    assert answer.any()
    assert dice(np.flip(found.mask.array, axes), answer) >= 0.98


def test_flair_and_t1_stored_in_different_ways(case: Any, plain: Any, segment_scan: Segment) -> None:
    flair, t1 = case("tabriz/a639")
    found = segment_scan(flair, stored_otherwise(t1, (0, 2)))
    assert dice(found.mask.array, plain("tabriz/a639").mask.array) >= 0.98


def test_same_input_gives_the_same_bytes(case: Any, plain: Any, segment_scan: Segment) -> None:
    again = segment_scan(*case("tabriz/a639"))
    assert again.mask.array.tobytes() == plain("tabriz/a639").mask.array.tobytes()


def test_mask_is_the_same_when_all_members_are_computed(case: Any, plain: Any, ensemble: Any) -> None:
    recipe = read_manifest(WEIGHTS).recipe
    full = whole_way(
        Scan(*case("tabriz/a639")), recipe, lambda slices: Members(tuple(ensemble.predict_members(slices)))
    )
    assert full.mask.array.tobytes() == plain("tabriz/a639").mask.array.tobytes()
    spread = measure_spread(full, recipe)
    assert 0 < spread.low_ml <= spread.high_ml
    assert sorted(volume for _, volume in spread.above_ml) == [volume for _, volume in spread.above_ml][::-1]


def test_flair_alone(case: Any, plain: Any, segment_scan: Segment) -> None:
    flair, _ = case("tabriz/a639")
    found = segment_scan(flair, None)
    assert not found.t1_used
    assert found.mask.array.any()
    assert dice(found.mask.array, plain("tabriz/a639").mask.array) > 0.3


# Without the network, so cheap: what it is shown must not depend on the storage either.


@pytest.mark.parametrize("name", CASES)
def test_network_sees_the_same_at_any_scale(name: str, case: Any) -> None:
    recipe = read_manifest(WEIGHTS).recipe
    flair, t1 = (v.array for v in case(name))
    spacing = (1.0, 1.0)
    usual = cut_windows(flair, t1, spacing, recipe)
    for scale, offset in ((1000, 0), (0.001, 0), (1, -200)):
        other = cut_windows(
            ((flair + np.float32(offset)) * np.float32(scale)).astype(np.float32),
            (t1 * np.float32(scale)).astype(np.float32),
            spacing,
            recipe,
        )
        assert other.start_yx == usual.start_yx
        np.testing.assert_array_equal(other.indices, usual.indices)
        assert np.percentile(abs(other.slices - usual.slices), 99.9) < 0.02
