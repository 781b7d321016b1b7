"""From files to files, with an ensemble that needs no network."""

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

import wmhseg
from wmhseg.config import DEFAULT
from wmhseg.errors import BrainMaskError, InputError, OutputError, WeightsError
from wmhseg.loading import Settings
from wmhseg.report import CONTOUR_RGB, Summary
from wmhseg.run import Outputs, run
from wmhseg.stages import Stopwatch
from wmhseg.volume import Volume, read_volume

pytestmark = pytest.mark.usefixtures("fake_ensemble")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_all_outputs(scan_folder: Path, weights_folder: Path, tmp_path: Path, head: Any) -> None:
    outputs = Outputs(tmp_path / "result.nii.gz", tmp_path / "result.json", tmp_path / "overlay.png")
    summary = run(scan_folder / "FLAIR.nii.gz", scan_folder / "T1.nii.gz", outputs, Settings(weights_folder))
    assert names(tmp_path) == ["overlay.png", "result.json", "result.nii.gz"]

    mask, flair = nib.load(outputs.mask), nib.load(scan_folder / "FLAIR.nii.gz")
    found = np.asarray(mask.dataobj).transpose(2, 1, 0)
    assert mask.get_data_dtype() == np.uint8
    np.testing.assert_array_equal(mask.get_qform(), flair.get_qform())
    np.testing.assert_array_equal(mask.affine, flair.affine)
    overlap = 2 * np.count_nonzero(found & head.truth.array) / (found.sum() + head.truth.array.sum())
    assert overlap > 0.9

    report = json.loads(outputs.report.read_text())
    assert (
        report["volume_ml"]
        == summary.volume_ml
        == pytest.approx(found.sum() * 1.15 * 1.15 * 6 / 1000, rel=1e-5)
    )
    assert report["lesion_count"] == summary.lesion_count == len(report["lesion_volumes_ml"]) == 3
    assert sum(report["lesion_volumes_ml"]) == pytest.approx(report["volume_ml"], abs=1e-5)
    assert (report["slices_computed"], report["t1_used"], report["precision"]) == (24, True, "float32")
    assert report["recipe"] == json.loads(json.dumps(DEFAULT.to_dict()))
    assert report["weights"] == {"name": "fake", "sha256": {"member-0.weights.h5": "0" * 64}}
    assert report["versions"]["wmhseg"] == wmhseg.__version__
    assert report["versions"]["SimpleITK"] == version("SimpleITK")
    steps = ["read", "total", "prepare", "wait_for_tensorflow", "network", "postprocess", "report"]
    assert sorted(report["seconds"]) == sorted(steps)
    assert report["seconds"]["total"] == pytest.approx(
        sum(value for name, value in report["seconds"].items() if name != "total"), abs=0.01
    )

    picture = np.asarray(Image.open(outputs.overlay))
    # 24 slices in rows of 6; 128 x 1.15 mm = 147, 144 x 1.15 mm = 166 pixels.
    assert picture.shape == (4 * 166, 6 * 147, 3)
    assert np.all(picture == CONTOUR_RGB, axis=-1).any()


def test_mask_alone(scan_folder: Path, weights_folder: Path, tmp_path: Path) -> None:
    run(scan_folder / "FLAIR.nii.gz", None, Outputs(tmp_path / "r.nii.gz"), Settings(weights_folder))
    assert names(tmp_path) == ["r.nii.gz"]


def test_t1_is_optional_and_said_to_be_missing(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outputs = Outputs(tmp_path / "r.nii.gz", tmp_path / "r.json")
    run(scan_folder / "FLAIR.nii.gz", None, outputs, Settings(weights_folder))
    assert json.loads(outputs.report.read_text())["t1_used"] is False
    assert "no T1: segmenting with FLAIR alone" in caplog.text


def test_same_input_gives_the_same_file(scan_folder: Path, weights_folder: Path, tmp_path: Path) -> None:
    for name in ("a.nii", "b.nii"):
        run(
            scan_folder / "FLAIR.nii.gz",
            scan_folder / "T1.nii.gz",
            Outputs(tmp_path / name),
            Settings(weights_folder),
        )
    assert (tmp_path / "a.nii").read_bytes() == (tmp_path / "b.nii").read_bytes()


def test_scan_without_wmh_is_a_result(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, no_lesions: None
) -> None:
    outputs = Outputs(tmp_path / "r.nii.gz", tmp_path / "r.json", tmp_path / "r.png")
    summary = run(scan_folder / "FLAIR.nii.gz", None, outputs, Settings(weights_folder))
    assert summary == Summary(0.0, 0, [])
    assert not np.asarray(nib.load(outputs.mask).dataobj).any()
    assert read_volume(outputs.mask, may_be_constant=True).array.shape == (24, 144, 128)


def test_weights_from_the_environment(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WMHSEG_WEIGHTS", str(weights_folder))
    run(scan_folder / "FLAIR.nii.gz", None, Outputs(tmp_path / "r.nii.gz"), Settings())
    assert names(tmp_path) == ["r.nii.gz"]


@pytest.fixture
def earlier(tmp_path: Path) -> Outputs:
    """Results of an earlier run, which no failure may touch."""
    outputs = Outputs(tmp_path / "result.nii.gz", tmp_path / "result.json", tmp_path / "overlay.png")
    for path in (outputs.mask, outputs.report, outputs.overlay):
        path.write_bytes(b"earlier " + path.name.encode())
    return outputs


def assert_untouched(outputs: Outputs) -> None:
    assert names(outputs.mask.parent) == ["overlay.png", "result.json", "result.nii.gz"]
    for path in (outputs.mask, outputs.report, outputs.overlay):
        assert path.read_bytes() == b"earlier " + path.name.encode()


def test_no_head(
    earlier: Outputs, weights_folder: Path, tmp_path_factory: Any, save_scan: Callable, head: Any
) -> None:
    noise = np.random.default_rng(0).normal(0, 1, head.flair.array.shape).astype(np.float32)
    noise[8:14, 40:60, 40:60] += 100
    path = tmp_path_factory.mktemp("noise") / "FLAIR.nii.gz"
    save_scan(path, Volume(noise, head.flair.grid))
    with pytest.raises(BrainMaskError, match=rf"^{path}: FLAIR: expected a head"):
        run(path, None, earlier, Settings(weights_folder))
    assert_untouched(earlier)


def test_failing_network_leaves_earlier_results(
    scan_folder: Path,
    weights_folder: Path,
    earlier: Outputs,
    fake_ensemble: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise WeightsError("/weights/a.weights.h5: expected SHA-256 1, found 2")

    monkeypatch.setattr(fake_ensemble, "predict", fail)
    with pytest.raises(WeightsError, match="expected SHA-256 1"):
        run(scan_folder / "FLAIR.nii.gz", None, earlier, Settings(weights_folder))
    assert_untouched(earlier)


def test_full_disk_leaves_earlier_results_and_no_half_file(
    scan_folder: Path, weights_folder: Path, earlier: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    import SimpleITK as sitk

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("ITK ERROR: No space left on device")

    monkeypatch.setattr(sitk, "WriteImage", fail)
    with pytest.raises(OutputError, match=r"result.nii.gz: cannot be written \(No space left on device\)"):
        run(scan_folder / "FLAIR.nii.gz", None, Outputs(earlier.mask), Settings(weights_folder))
    assert_untouched(earlier)


def test_bad_t1_is_named(
    scan_folder: Path, weights_folder: Path, earlier: Outputs, tmp_path_factory: Any
) -> None:
    path = tmp_path_factory.mktemp("bad") / "T1.nii.gz"
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match=f"^{path}: not a readable image"):
        run(scan_folder / "FLAIR.nii.gz", path, earlier, Settings(weights_folder))
    assert_untouched(earlier)


@pytest.mark.parametrize("which", ["FLAIR.nii.gz", "T1.nii.gz"])
def test_an_input_is_not_overwritten(
    which: str, weights_folder: Path, tmp_path: Path, scan_folder: Path
) -> None:
    for name in ("FLAIR.nii.gz", "T1.nii.gz"):
        (tmp_path / name).write_bytes((scan_folder / name).read_bytes())
    with pytest.raises(OutputError, match=rf"{which}: expected another file than the inputs"):
        run(
            tmp_path / "FLAIR.nii.gz",
            tmp_path / "T1.nii.gz",
            Outputs(tmp_path / ".." / tmp_path.name / which),
            Settings(weights_folder),
        )
    assert (tmp_path / which).read_bytes() == (scan_folder / which).read_bytes()


@pytest.mark.parametrize("name", ["result", "result.txt", "result.mhd", "result.img"])
def test_unfit_name_is_refused_before_computing(
    name: str, scan_folder: Path, weights_folder: Path, tmp_path: Path, fake_ensemble: Any
) -> None:
    with pytest.raises(OutputError, match=rf"{name}: expected a name that ends in \.nii\.gz, \.nii"):
        run(scan_folder / "FLAIR.nii.gz", None, Outputs(tmp_path / name), Settings(weights_folder))
    assert fake_ensemble.calls == 0
    assert names(tmp_path) == []


def test_stopwatch(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([10.0, 12.5, 13.0])
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    watch = Stopwatch()
    watch.lap("read")
    watch.lap("network")
    assert watch.seconds == {"read": 2.5, "network": 0.5, "total": 3.0}
