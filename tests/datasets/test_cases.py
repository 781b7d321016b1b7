"""Finding labelled cases in the layouts that the organisers use."""

from pathlib import Path

import pytest

from wmhseg.datasets.cases import Case, find_cases
from wmhseg.errors import InputError


def make_case(folder: Path, *, truth: bool = True) -> None:
    (folder / "pre").mkdir(parents=True)
    for name in ("FLAIR", "T1"):
        (folder / "pre" / f"{name}.nii.gz").touch()
    if truth:
        (folder / "wmh.nii.gz").touch()


def test_sites_and_cases_in_order(tmp_path: Path) -> None:
    for name in ("Utrecht/2", "Utrecht/11", "Singapore/50"):
        make_case(tmp_path / name)
    make_case(tmp_path / "Singapore" / "51", truth=False)
    found = find_cases(tmp_path)
    assert [(case.site, case.name) for case in found] == [
        ("Singapore", "50"),
        ("Utrecht", "11"),
        ("Utrecht", "2"),
    ]
    folder = tmp_path / "Singapore" / "50"
    assert found[0] == Case("Singapore", "50", folder)
    assert found[0].flair == folder / "pre" / "FLAIR.nii.gz"
    assert found[0].t1 == folder / "pre" / "T1.nii.gz"
    assert found[0].truth == folder / "wmh.nii.gz"


def test_the_released_layout(tmp_path: Path) -> None:
    for name in (
        "training/Utrecht/0",
        "training/Amsterdam/GE3T/100",
        "test/Amsterdam/GE1T5/100",
        "test/Amsterdam/Philips_VU .PETMR_01./160",
    ):
        make_case(tmp_path / name)
        (tmp_path / name / "orig").mkdir()
        (tmp_path / name / "orig" / "FLAIR.nii.gz").touch()
    extra = tmp_path / "additional_annotations" / "observer_o3" / "training" / "Utrecht" / "0"
    extra.mkdir(parents=True)
    (extra / "result.nii.gz").touch()
    found = find_cases(tmp_path)
    assert [case.key for case in found] == [
        "test-Amsterdam-GE1T5__100",
        "test-Amsterdam-Philips_VU .PETMR_01.__160",
        "training-Amsterdam-GE3T__100",
        "training-Utrecht__0",
    ]
    assert [case.site for case in find_cases(tmp_path / "training")] == ["Amsterdam-GE3T", "Utrecht"]


def test_cases_right_below_the_root(tmp_path: Path) -> None:
    make_case(tmp_path / "Utrecht" / "7")
    assert [case.key for case in find_cases(tmp_path / "Utrecht")] == ["Utrecht__7"]


def test_a_case_without_flair_is_named(tmp_path: Path) -> None:
    make_case(tmp_path / "Utrecht" / "7")
    (tmp_path / "Utrecht" / "7" / "pre" / "FLAIR.nii.gz").unlink()
    expected = r"7/pre/FLAIR\.nii\.gz: expected beside wmh\.nii\.gz, found none; complete the case"
    with pytest.raises(InputError, match=expected):
        find_cases(tmp_path)


def test_a_case_may_have_flair_alone(tmp_path: Path) -> None:
    make_case(tmp_path / "Utrecht" / "7")
    (tmp_path / "Utrecht" / "7" / "pre" / "T1.nii.gz").unlink()
    (case,) = find_cases(tmp_path)
    assert case.t1 is None


def test_linked_folders_are_entered_once(tmp_path: Path) -> None:
    make_case(tmp_path / "elsewhere" / "7")
    root = tmp_path / "root"
    make_case(root / "Utrecht" / "8")
    (root / "A").symlink_to(tmp_path / "elsewhere")
    (root / "B").symlink_to(tmp_path / "elsewhere")
    (root / "Utrecht" / "8" / "loop").symlink_to(root)
    (root / "0").symlink_to(root / "Utrecht")
    assert [(case.site, case.name) for case in find_cases(root)] == [("A", "7"), ("Utrecht", "8")]


def test_no_case_at_all(tmp_path: Path) -> None:
    make_case(tmp_path / "Utrecht" / "7", truth=False)
    with pytest.raises(InputError, match=r"expected folders SITE/CASE with wmh\.nii\.gz .*, found none"):
        find_cases(tmp_path)
