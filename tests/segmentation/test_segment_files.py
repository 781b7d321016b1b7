"""From files to files, with an ensemble that needs no network."""

import hashlib
import json
import re
import resource
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

import wmhseg
from wmhseg.colours import WMH_RGB
from wmhseg.errors import BrainMaskError, InputError, OutputError, WeightsError
from wmhseg.io.volume import Volume, read_volume
from wmhseg.recipe import DEFAULT
from wmhseg.report.summary import Summary
from wmhseg.segmentation.result_files import ResultFiles
from wmhseg.segmentation.segment_files import segment_files
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import Settings

pytestmark = pytest.mark.usefixtures("fake_ensemble")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_all_outputs(scan_folder: Path, weights_folder: Path, tmp_path: Path, head: Any) -> None:
    outputs = ResultFiles(tmp_path / "result.nii.gz", tmp_path / "result.json", tmp_path / "overlay.png")
    summary = segment_files(
        scan_folder / "FLAIR.nii.gz", scan_folder / "T1.nii.gz", outputs, Settings(weights_folder)
    )
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
    steps = ["read", "total", "prepare", "wait_for_networks", "network", "postprocess", "measure", "report"]
    assert sorted(report["seconds"]) == sorted(steps)
    assert report["seconds"]["total"] == pytest.approx(
        sum(value for name, value in report["seconds"].items() if name != "total"), abs=0.01
    )

    picture = np.asarray(Image.open(outputs.overlay))
    # 24 slices in rows of 6; 128 x 1.15 mm = 147, 144 x 1.15 mm = 166 pixels.
    assert picture.shape == (4 * 166, 6 * 147, 3)
    assert np.all(picture == WMH_RGB, axis=-1).any()


@pytest.fixture
def everything(tmp_path: Path) -> ResultFiles:
    return ResultFiles(
        mask=tmp_path / "mask.nii.gz",
        report=tmp_path / "r.json",
        overlay=tmp_path / "o.png",
        probability=tmp_path / "p.nii.gz",
        disagreement=tmp_path / "sd.nii.gz",
        lesions=tmp_path / "lesions.nii.gz",
        tsv=tmp_path / "r.tsv",
        html=tmp_path / "r.html",
    )


def load(path: Path | None) -> tuple[Any, np.ndarray]:
    image = nib.load(path)
    return image, np.asarray(image.dataobj)


def test_everything(scan_folder: Path, weights_folder: Path, tmp_path: Path, everything: ResultFiles) -> None:
    flair_path, t1_path = scan_folder / "FLAIR.nii.gz", scan_folder / "T1.nii.gz"
    segment_files(flair_path, t1_path, everything, Settings(weights_folder))
    assert names(tmp_path) == sorted(path.name for path in everything.paths)
    assert len(everything.paths) == 8

    flair = nib.load(flair_path)
    types = {"mask": np.uint8, "probability": np.float32, "disagreement": np.float32, "lesions": np.uint16}
    arrays = {}
    for name, dtype in types.items():
        image, arrays[name] = load(getattr(everything, name))
        assert image.get_data_dtype() == dtype
        assert image.shape == flair.shape
        np.testing.assert_array_equal(image.affine, flair.affine)
        np.testing.assert_array_equal(image.get_qform(), flair.get_qform())

    # Three members that say 0 or 1: the mean is 0, 1/3, 2/3 or 1, the SD sqrt(2)/3 where they differ.
    thirds = np.round(3 * arrays["probability"])
    np.testing.assert_allclose(arrays["probability"], thirds / 3, atol=1e-6)
    apart = (thirds == 1) | (thirds == 2)
    assert apart.any()
    np.testing.assert_allclose(arrays["disagreement"], np.where(apart, np.sqrt(2) / 3, 0), atol=1e-6)

    report = json.loads(everything.report.read_text())
    labels = arrays["lesions"]
    np.testing.assert_array_equal(labels > 0, arrays["mask"] > 0)
    assert len(report["lesions"]) == labels.max() == report["lesion_count"]
    for lesion in report["lesions"]:
        where = np.argwhere(labels == lesion["label"])
        assert lesion["voxels"] == len(where)
        centre = nib.affines.apply_affine(flair.affine, where.mean(axis=0))  # nibabel's world is RAS
        np.testing.assert_allclose(lesion["centre_ras_mm"], centre, atol=0.006)
        assert lesion["mean_probability"] == pytest.approx(
            float(arrays["probability"][labels == lesion["label"]].mean()), abs=1e-4
        )
    low, high = report["volume_interval_ml"]
    assert low == min(report["member_volumes_ml"]) < report["volume_ml"] < high
    assert report["volume_above_ml"]["0.5"] == report["volume_ml"]
    assert sorted(report["volume_above_ml"]) == ["0.3", "0.5", "0.8", "0.95"]
    assert report["inputs"]["flair"] == {
        "name": "FLAIR.nii.gz",
        "sha256": hashlib.sha256(flair_path.read_bytes()).hexdigest(),
    }
    assert report["inputs"]["t1"]["sha256"] == hashlib.sha256(t1_path.read_bytes()).hexdigest()
    assert report["grid"]["size_xyz"] == list(flair.shape)
    flagged = [check["name"] for check in report["quality"] if check["raised"]]
    assert report["flags"] == flagged

    header, row = (line.split("\t") for line in everything.tsv.read_text().splitlines())
    table = dict(zip(header, row, strict=True))
    assert float(table["volume_ml"]) == report["volume_ml"]
    assert float(table["volume_low_ml"]) == low
    assert int(table["lesion_count"]) == report["lesion_count"]
    assert everything.html.read_text().startswith("<!DOCTYPE html>")


def test_same_mask_and_page_whatever_else_is_written(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, everything: ResultFiles
) -> None:
    flair, t1 = scan_folder / "FLAIR.nii.gz", scan_folder / "T1.nii.gz"
    segment_files(flair, t1, everything, Settings(weights_folder))
    segment_files(flair, t1, ResultFiles(tmp_path / "alone.nii.gz"), Settings(weights_folder))
    assert (tmp_path / "alone.nii.gz").read_bytes() == everything.mask.read_bytes()
    first = everything.html.read_bytes()
    segment_files(
        flair,
        t1,
        ResultFiles(tmp_path / "alone.nii.gz", html=tmp_path / "again.html"),
        Settings(weights_folder),
    )
    assert (tmp_path / "again.html").read_bytes() == first


def test_members_are_computed_only_where_they_are_needed(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, fake_ensemble: Any
) -> None:
    outputs = ResultFiles(tmp_path / "r.nii.gz", tmp_path / "r.json", lesions=tmp_path / "l.nii.gz")
    segment_files(scan_folder / "FLAIR.nii.gz", None, outputs, Settings(weights_folder))
    assert fake_ensemble.calls == 1
    report = json.loads(outputs.report.read_text())
    assert (report["volume_interval_ml"], report["member_volumes_ml"], report["volume_above_ml"]) == (
        None,
    ) * 3
    assert [lesion["label"] for lesion in report["lesions"]] == [1, 2, 3]
    segment_files(
        scan_folder / "FLAIR.nii.gz", None, replace(outputs, all_members=True), Settings(weights_folder)
    )
    assert len(json.loads(outputs.report.read_text())["member_volumes_ml"]) == 3


def test_flags_are_said_in_one_line(
    weights_folder: Path, tmp_path: Path, save_scan: Callable, head: Any, caplog: pytest.LogCaptureFixture
) -> None:
    thick = replace(head.flair.grid, spacing_mm=(1.15, 1.15, 6.5))
    save_scan(tmp_path / "FLAIR.nii.gz", Volume(head.flair.array, thick))
    segment_files(
        tmp_path / "FLAIR.nii.gz", None, ResultFiles(tmp_path / "r.nii.gz"), Settings(weights_folder)
    )
    assert re.search(r"quality flags: slice_spacing_mm 6\.5", caplog.text)
    assert "t1_missing" not in caplog.text


BESIDE_THE_MASK = ("report", "html", "tsv", "overlay", "probability", "disagreement", "lesions")


@pytest.mark.parametrize("which", BESIDE_THE_MASK)
def test_nothing_is_written_where_one_file_cannot_be_made(
    which: str, scan_folder: Path, weights_folder: Path, tmp_path: Path, everything: ResultFiles
) -> None:
    outputs = replace(everything, **{which: tmp_path / "no" / "file.nii.gz"})
    with pytest.raises(OutputError, match="expected a folder that can be written"):
        segment_files(scan_folder / "FLAIR.nii.gz", None, outputs, Settings(weights_folder))
    assert names(tmp_path) == []


def test_a_failing_picture_leaves_nothing_behind(
    scan_folder: Path,
    weights_folder: Path,
    tmp_path: Path,
    everything: ResultFiles,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("wmhseg.segmentation.write_results.draw_page", fail)
    with pytest.raises(MemoryError):
        segment_files(scan_folder / "FLAIR.nii.gz", None, everything, Settings(weights_folder))
    assert names(tmp_path) == []


def test_mask_alone(scan_folder: Path, weights_folder: Path, tmp_path: Path) -> None:
    segment_files(
        scan_folder / "FLAIR.nii.gz", None, ResultFiles(tmp_path / "r.nii.gz"), Settings(weights_folder)
    )
    assert names(tmp_path) == ["r.nii.gz"]


def test_t1_is_optional_and_said_to_be_missing(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outputs = ResultFiles(tmp_path / "r.nii.gz", tmp_path / "r.json")
    segment_files(scan_folder / "FLAIR.nii.gz", None, outputs, Settings(weights_folder))
    assert json.loads(outputs.report.read_text())["t1_used"] is False
    assert "no T1: segmenting with FLAIR alone" in caplog.text


def test_same_input_gives_the_same_file(scan_folder: Path, weights_folder: Path, tmp_path: Path) -> None:
    for name in ("a.nii", "b.nii"):
        segment_files(
            scan_folder / "FLAIR.nii.gz",
            scan_folder / "T1.nii.gz",
            ResultFiles(tmp_path / name),
            Settings(weights_folder),
        )
    assert (tmp_path / "a.nii").read_bytes() == (tmp_path / "b.nii").read_bytes()


def test_scan_without_wmh_is_a_result(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, no_lesions: None
) -> None:
    outputs = ResultFiles(tmp_path / "r.nii.gz", tmp_path / "r.json", tmp_path / "r.png")
    summary = segment_files(scan_folder / "FLAIR.nii.gz", None, outputs, Settings(weights_folder))
    assert summary == Summary(0.0, 0, [])
    assert not np.asarray(nib.load(outputs.mask).dataobj).any()
    assert read_volume(outputs.mask, may_be_constant=True).array.shape == (24, 144, 128)


def test_weights_from_the_environment(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WMHSEG_WEIGHTS", str(weights_folder))
    segment_files(scan_folder / "FLAIR.nii.gz", None, ResultFiles(tmp_path / "r.nii.gz"), Settings())
    assert names(tmp_path) == ["r.nii.gz"]


@pytest.fixture
def earlier(tmp_path: Path) -> ResultFiles:
    """Results of an earlier run, which no failure may touch."""
    outputs = ResultFiles(tmp_path / "result.nii.gz", tmp_path / "result.json", tmp_path / "overlay.png")
    for path in (outputs.mask, outputs.report, outputs.overlay):
        path.write_bytes(b"earlier " + path.name.encode())
    return outputs


def assert_untouched(outputs: ResultFiles) -> None:
    assert names(outputs.mask.parent) == ["overlay.png", "result.json", "result.nii.gz"]
    for path in (outputs.mask, outputs.report, outputs.overlay):
        assert path.read_bytes() == b"earlier " + path.name.encode()


def test_no_head(
    earlier: ResultFiles, weights_folder: Path, tmp_path_factory: Any, save_scan: Callable, head: Any
) -> None:
    noise = np.random.default_rng(0).normal(0, 1, head.flair.array.shape).astype(np.float32)
    noise[8:14, 40:60, 40:60] += 100
    path = tmp_path_factory.mktemp("noise") / "FLAIR.nii.gz"
    save_scan(path, Volume(noise, head.flair.grid))
    with pytest.raises(BrainMaskError, match=rf"^{path}: FLAIR: expected a head"):
        segment_files(path, None, earlier, Settings(weights_folder))
    assert_untouched(earlier)


def test_failing_network_leaves_earlier_results(
    scan_folder: Path,
    weights_folder: Path,
    earlier: ResultFiles,
    fake_ensemble: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise WeightsError("/weights/a.weights.h5: expected SHA-256 1, found 2")

    monkeypatch.setattr(fake_ensemble, "predict", fail)
    with pytest.raises(WeightsError, match="expected SHA-256 1"):
        segment_files(scan_folder / "FLAIR.nii.gz", None, earlier, Settings(weights_folder))
    assert_untouched(earlier)


def test_full_disk_leaves_earlier_results_and_no_half_file(
    scan_folder: Path, weights_folder: Path, earlier: ResultFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    import SimpleITK as sitk

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("ITK ERROR: No space left on device")

    monkeypatch.setattr(sitk, "WriteImage", fail)
    with pytest.raises(OutputError, match=r"result.nii.gz: cannot be written \(No space left on device\)"):
        segment_files(scan_folder / "FLAIR.nii.gz", None, ResultFiles(earlier.mask), Settings(weights_folder))
    assert_untouched(earlier)


def test_a_file_that_does_not_fit_leaves_all_earlier_ones(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, everything: ResultFiles
) -> None:
    """Page and overlay are longer than 40 kB; the mask would have fitted."""
    segment_files(scan_folder / "FLAIR.nii.gz", None, everything, Settings(weights_folder))
    long = sorted(path.name for path in tmp_path.iterdir() if path.stat().st_size > 40000)
    assert long == ["o.png", "r.html"]
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40000, limit[1]))
    try:
        with pytest.raises(OutputError, match=r"o.png: cannot be written \(File too large\)"):
            segment_files(
                scan_folder / "FLAIR.nii.gz", scan_folder / "T1.nii.gz", everything, Settings(weights_folder)
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_bad_t1_is_named(
    scan_folder: Path, weights_folder: Path, earlier: ResultFiles, tmp_path_factory: Any
) -> None:
    path = tmp_path_factory.mktemp("bad") / "T1.nii.gz"
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match=f"^{path}: not a readable image"):
        segment_files(scan_folder / "FLAIR.nii.gz", path, earlier, Settings(weights_folder))
    assert_untouched(earlier)


@pytest.mark.parametrize("which", ["FLAIR.nii.gz", "T1.nii.gz"])
def test_an_input_is_not_overwritten(
    which: str, weights_folder: Path, tmp_path: Path, scan_folder: Path
) -> None:
    for name in ("FLAIR.nii.gz", "T1.nii.gz"):
        (tmp_path / name).write_bytes((scan_folder / name).read_bytes())
    with pytest.raises(OutputError, match=rf"{which}: expected another file than the inputs"):
        segment_files(
            tmp_path / "FLAIR.nii.gz",
            tmp_path / "T1.nii.gz",
            ResultFiles(tmp_path / ".." / tmp_path.name / which),
            Settings(weights_folder),
        )
    assert (tmp_path / which).read_bytes() == (scan_folder / which).read_bytes()


@pytest.mark.parametrize("name", ["result", "result.txt", "result.mhd", "result.img"])
def test_unfit_name_is_refused_before_computing(
    name: str, scan_folder: Path, weights_folder: Path, tmp_path: Path, fake_ensemble: Any
) -> None:
    with pytest.raises(OutputError, match=rf"{name}: expected a name that ends in \.nii\.gz, \.nii"):
        segment_files(
            scan_folder / "FLAIR.nii.gz", None, ResultFiles(tmp_path / name), Settings(weights_folder)
        )
    assert fake_ensemble.calls == 0
    assert names(tmp_path) == []


def test_stopwatch(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([10.0, 12.5, 13.0])
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    watch = Stopwatch()
    watch.lap("read")
    watch.lap("network")
    assert watch.seconds == {"read": 2.5, "network": 0.5, "total": 3.0}
