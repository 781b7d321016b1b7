"""The numbers as a DICOM Structured Report and the mosaic as a picture, read by other programs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from PIL import Image

from dicom_writer import set_tags, write_series
from wmhseg.cli import main
from wmhseg.io.dicom_object import Made
from wmhseg.io.dicom_picture import to_dicom_picture
from wmhseg.io.dicom_seg import to_dicom_seg
from wmhseg.io.dicom_sr import SrContent, SrVolume, to_dicom_sr
from wmhseg.io.seg_source import read_seg_source
from wmhseg.io.volume import Volume

LESIONS = (SrVolume("WMH lesion 1", 10.25), SrVolume("WMH lesion 2", 2.25))
CONTENT = SrContent(12.5, 2, LESIONS, (("slice_spacing_mm", "slice spacing mm: 9.5"),))
PICTURE = np.random.default_rng(5).integers(0, 256, (30, 40, 3)).astype(np.uint8)


@pytest.fixture
def head_series(tmp_path: Path, head: Any) -> Path:
    """The synthetic head as axial slices."""
    pixels = np.clip(head.flair.array, 0, None).round().astype(np.uint16)
    named = set_tags(PatientName="Doe^Ann", PatientID="P7", StudyDate="20200101", ContentDate="20200103")
    return write_series(tmp_path / "in", Volume(pixels, head.flair.grid), named)


def make(folder: Path, identity: str = "inputs") -> dict[str, bytes]:
    """All three objects of an empty mask."""
    source = read_seg_source(folder)
    header = source.headers[0]
    mask = np.zeros((len(source.headers), header.Rows, header.Columns), np.uint8)
    made, seg = Made.of(mask, "members", identity), to_dicom_seg(mask, source, "members", identity)
    sr = to_dicom_sr(CONTENT, source, made, seg)
    return {"seg": seg, "sr": sr, "picture": to_dicom_picture(PICTURE, source, made)}


def read_by_dcmqi(report: Path) -> dict[str, Any]:
    """What an independent program reads."""
    out = report.with_suffix(".json")
    program = Path(sys.executable).parent / "tid1500reader"
    command = [program, "--inputDICOM", report, "--outputMetadata", out]
    subprocess.run(command, check=True, capture_output=True)
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def numbers(group: dict[str, Any]) -> dict[str, float]:
    return {one["quantity"]["CodeValue"]: float(one["value"]) for one in group["measurementItems"]}


def test_dcmqi_reads_what_was_written(head_series: Path, tmp_path: Path) -> None:
    made = make(head_series)
    (tmp_path / "sr.dcm").write_bytes(made["sr"])
    (tmp_path / "seg.dcm").write_bytes(made["seg"])
    found = read_by_dcmqi(tmp_path / "sr.dcm")
    whole, *parts = found["Measurements"]
    assert whole["TrackingIdentifier"] == "WMH"
    assert whole["Finding"]["CodeValue"] == "110702"
    assert numbers(whole) == {"118565006": 12.5, "246206008": 2}
    assert whole["ReferencedSegment"] == 1
    seg = pydicom.dcmread(tmp_path / "seg.dcm")
    assert whole["segmentationSOPInstanceUID"] == seg.SOPInstanceUID
    (flag,) = whole["qualitativeEvaluations"]
    assert flag["conceptValue"]["CodeValue"] == "slice_spacing_mm"
    assert flag["conceptValue"]["CodeMeaning"] == "slice spacing mm: 9.5"
    assert [(one["TrackingIdentifier"], numbers(one)) for one in parts] == [
        ("WMH lesion 1", {"118565006": 10.25}),
        ("WMH lesion 2", {"118565006": 2.25}),
    ]
    assert {one["measurementItems"][0]["units"]["CodeValue"] for one in found["Measurements"]} == {"ml"}
    assert found["VerificationFlag"] == "UNVERIFIED"


def test_the_picture_is_the_picture(head_series: Path, tmp_path: Path) -> None:
    (tmp_path / "picture.dcm").write_bytes(make(head_series)["picture"])
    picture = pydicom.dcmread(tmp_path / "picture.dcm")
    np.testing.assert_array_equal(picture.pixel_array, PICTURE)
    assert picture.SOPClassUID == "1.2.840.10008.5.1.4.1.1.7"
    assert list(picture.PatientOrientation) == ["L", "P"]
    assert picture.BurnedInAnnotation == "NO"


def test_patient_and_study_are_the_sources_and_series_differ(head_series: Path, tmp_path: Path) -> None:
    source = read_seg_source(head_series).headers[0]
    series = {str(source.SeriesInstanceUID)}
    for name, data in make(head_series).items():
        (tmp_path / name).write_bytes(data)
        one = pydicom.dcmread(tmp_path / name)
        assert (one.PatientName, one.PatientID) == ("Doe^Ann", "P7")
        assert one.StudyInstanceUID == source.StudyInstanceUID
        assert (one.StudyDate, one.ContentDate) == ("20200101", "20200103")
        series.add(str(one.SeriesInstanceUID))
    assert len(series) == 4


def test_the_same_gives_the_same_bytes_and_other_inputs_other_identifiers(head_series: Path) -> None:
    first, again, other = make(head_series), make(head_series), make(head_series, "other inputs")
    assert again == first
    for name, data in other.items():
        assert data != first[name]


@pytest.mark.tools("dciodvfy")
@pytest.mark.parametrize(("name", "kind"), [("sr", "Comprehensive3DSR"), ("picture", "SCImage")])
def test_dciodvfy_finds_nothing_wrong(head_series: Path, tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / "one.dcm").write_bytes(make(head_series)[name])
    done = subprocess.run(["dciodvfy", tmp_path / "one.dcm"], check=True, capture_output=True, text=True)
    said = (done.stdout + done.stderr).splitlines()
    # The scheme of our flags is our own, and a made-up source lacks what an index of a disc would list.
    known = "Unrecognized defined term <99WMHSEG>", "build DICOMDIR"
    assert [line for line in said if not any(words in line for words in known)] == [kind]


@pytest.mark.usefixtures("fake_ensemble")
def test_the_command_writes_numbers_that_agree(
    head_series: Path, tmp_path: Path, weights_folder: Path
) -> None:
    files = {
        "--output": "mask.nii.gz",
        "--dicom-seg": "seg.dcm",
        "--dicom-sr": "sr.dcm",
        "--dicom-picture": "picture.dcm",
        "--report": "report.json",
        "--overlay": "overlay.png",
    }
    out = tmp_path / "out"
    out.mkdir()
    asked = [word for option, name in files.items() for word in (option, str(out / name))]
    command = ["segment", "--flair", str(head_series), *asked, "--weights", str(weights_folder), "-q"]
    assert main(command) == 0
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    whole, *lesions = read_by_dcmqi(out / "sr.dcm")["Measurements"]
    assert numbers(whole) == {"118565006": report["volume_ml"], "246206008": report["lesion_count"]}
    assert [numbers(one)["118565006"] for one in lesions] == report["lesion_volumes_ml"]
    assert {one["conceptValue"]["CodeValue"] for one in whole.get("qualitativeEvaluations", ())} == set(
        report["flags"]
    )
    shown = np.asarray(Image.open(out / "overlay.png"))
    np.testing.assert_array_equal(pydicom.dcmread(out / "picture.dcm").pixel_array, shown)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (
            ["--dicom-sr", "sr.dcm"],
            2,
            "--dicom-sr: expected --dicom-seg FILE too, which the ",
        ),
        (["--dicom-picture", "a.png"], 6, "a.png: expected a name that ends in .dcm; "),
    ],
)
def test_refused_before_it_computes(
    head_series: Path,
    weights_folder: Path,
    fake_ensemble: Any,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(head_series.parent)
    command = ["segment", "--flair", "in", "--output", "mask.nii.gz", "--weights", str(weights_folder)]
    assert main([*command, "-q", *options]) == code
    assert capfd.readouterr().err.startswith(f"wmhseg: error: {message}")
    assert fake_ensemble.calls == 0
    assert not Path("mask.nii.gz").exists()
