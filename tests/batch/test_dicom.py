"""DICOM series in a cohort: what is written for them, kept, made again and refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from dicom_writer import set_tags, write_series
from wmhseg.batch.compute import How
from wmhseg.batch.run_batch import run_batch
from wmhseg.errors import ScansFailedError
from wmhseg.io.volume import Volume
from wmhseg.settings import Settings

pytestmark = pytest.mark.usefixtures("fake_ensemble")
OBJECTS = ["wmh_picture.dcm", "wmh_report.dcm", "wmh_seg.dcm"]
PLAIN = ["report.json", "thumbnail.jpg", "wmh.nii.gz"]


@pytest.fixture
def how(weights_folder: Path) -> How:
    return How(Settings(weights_folder), 1, again=False)


@pytest.fixture
def scans(tmp_path: Path, head: Any, scan_folder: Path) -> Path:
    """One scan as a DICOM series and one as NIfTI."""
    root = tmp_path / "scans"
    pixels = np.clip(head.flair.array, 0, None).round().astype(np.uint16)
    write_series(root / "d" / "FLAIR", Volume(pixels, head.flair.grid), set_tags(PatientID="P7"))
    (root / "n").mkdir()
    (root / "n" / "FLAIR.nii.gz").symlink_to(scan_folder / "FLAIR.nii.gz")
    return root


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_series_get_objects_that_agree_with_the_mask(
    scans: Path, tmp_path: Path, how: How, fake_ensemble: Any
) -> None:
    out = tmp_path / "out"
    run_batch(scans, out, how, dicom=True)
    assert files(out / "d") == sorted(PLAIN + OBJECTS)
    assert files(out / "n") == PLAIN
    report = json.loads((out / "d" / "report.json").read_text(encoding="utf-8"))
    seg = pydicom.dcmread(out / "d" / "wmh_seg.dcm")
    bits = np.unpackbits(np.frombuffer(seg.PixelData, np.uint8))
    voxel_ml = float(np.prod(report["grid"]["spacing_mm"])) / 1000
    assert bits.sum() * voxel_ml == pytest.approx(report["volume_ml"], abs=1e-6)
    assert report["volume_ml"] > 1
    sr = pydicom.dcmread(out / "d" / "wmh_report.dcm")
    (evidence,) = sr.CurrentRequestedProcedureEvidenceSequence
    referred = {
        one.ReferencedSOPInstanceUID
        for series in evidence.ReferencedSeriesSequence
        for one in series.ReferencedSOPSequence
    }
    assert seg.SOPInstanceUID in referred
    assert sr.PatientID == seg.PatientID == "P7"
    # Finished ones are left alone; without the option the objects, which nobody asked for, go.
    assert fake_ensemble.calls == 2
    run_batch(scans, out, how, dicom=True)
    assert fake_ensemble.calls == 2
    (out / "d" / "wmh_report.dcm").unlink()
    run_batch(scans, out, how, dicom=True)
    assert (fake_ensemble.calls, files(out / "d")) == (3, sorted(PLAIN + OBJECTS))
    run_batch(scans, out, how)
    assert (fake_ensemble.calls, files(out / "d")) == (4, PLAIN)


def test_a_series_that_cannot_be_referred_to_fails_alone(scans: Path, tmp_path: Path, how: How) -> None:
    for file in (scans / "d" / "FLAIR").iterdir():
        one = pydicom.dcmread(file)
        del one.FrameOfReferenceUID
        one.save_as(file)
    with pytest.raises(ScansFailedError, match="1 of 2 scans failed: d;"):
        run_batch(scans, tmp_path / "out", how, dicom=True)
    error = (tmp_path / "out" / "d" / "error.txt").read_text(encoding="utf-8")
    assert error.startswith(
        f"{scans}/d/FLAIR: expected slices with FrameOfReferenceUID for --dicom, found IM"
    )
    assert files(tmp_path / "out" / "n") == PLAIN
