from pathlib import Path

import pytest

from wmhseg.change.scan_inputs import ScanInput, scan_inputs
from wmhseg.errors import ArgumentsError, InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a/FLAIR.nii.gz", "a/T1.nii.gz", "b/pre/FLAIR.nii.gz", "c/1.dcm", "d/x.nii", "d/t1.nii"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "empty").mkdir()
    return tmp_path


def test_folders_files_and_series_are_found(folder: Path):
    a, b, c, x = folder / "a", folder / "b", folder / "c", folder / "d" / "x.nii"
    assert scan_inputs([a, b, c, x], None) == (
        ScanInput(str(a), a / "FLAIR.nii.gz", a / "T1.nii.gz"),
        ScanInput(str(b), b / "pre" / "FLAIR.nii.gz", None),
        ScanInput(str(c), c, None),
        ScanInput(str(x), x, None),
    )


def test_t1s_that_are_given_take_the_place_of_those_found(folder: Path):
    t1 = folder / "d" / "t1.nii"
    found = scan_inputs([folder / "a", folder / "b"], [t1, t1])
    assert [one.t1 for one in found] == [t1, t1]


def test_one_scan_is_too_few(folder: Path):
    with pytest.raises(ArgumentsError, match="scans of two or more times, found 1"):
        scan_inputs([folder / "a"], None)


def test_t1s_must_be_as_many_as_scans(folder: Path):
    with pytest.raises(ArgumentsError, match="one for each of the 2 scans, found 1"):
        scan_inputs([folder / "a", folder / "b"], [folder / "d" / "t1.nii"])


@pytest.mark.parametrize(
    ("name", "said"), [("none", "expected an image file"), ("empty", "or a DICOM series")]
)
def test_a_missing_scan_is_named(folder: Path, name: str, said: str):
    with pytest.raises(InputError, match=f"{name}: .*{said}"):
        scan_inputs([folder / "a", folder / name], None)
