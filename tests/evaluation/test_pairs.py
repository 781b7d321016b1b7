"""Cases and results in folders: every case is found, in a fixed order, and nothing is guessed."""

from pathlib import Path

import pytest

from wmhseg.errors import InputError
from wmhseg.evaluation.pairs import Pair, find_pairs, find_unused

PETMR = "test/Amsterdam/Philips_VU .PETMR_01."


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """Three cases of the release, with images that are no masks."""
    touch(
        tmp_path / "release",
        *(f"test/Utrecht/{case}/{file}" for case in (10, 9) for file in ("wmh.nii.gz", "pre/FLAIR.nii.gz")),
        f"{PETMR}/161/wmh.nii.gz",
        "readme.pdf",
    )
    return tmp_path / "release"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    touch(tmp_path / "out", *(f"test/Utrecht/{case}/result.nii.gz" for case in (10, 9)))
    return tmp_path / "out"


def test_every_case_with_the_same_path_below_results(truth: Path, results: Path) -> None:
    assert find_pairs(truth, results) == [
        Pair(
            scanner,
            f"{folder}/{case}",
            truth / folder / case / "wmh.nii.gz",
            results / folder / case / "result.nii.gz",  # that of PETMR is not there, and stays in the list
        )
        for scanner, folder, case in [
            ("Utrecht", "test/Utrecht", "9"),
            ("Utrecht", "test/Utrecht", "10"),
            ("AMS PETMR", PETMR, "161"),
        ]
    ]


def test_part_of_the_release(truth: Path, results: Path) -> None:
    pairs = find_pairs(truth / "test", results / "test")
    assert [(pair.scanner, pair.case) for pair in pairs] == [
        ("Utrecht", "Utrecht/9"),
        ("Utrecht", "Utrecht/10"),
        ("AMS PETMR", "Amsterdam/Philips_VU .PETMR_01./161"),
    ]
    pairs = find_pairs(truth / "test" / "Utrecht", results / "test" / "Utrecht")
    assert [(pair.scanner, pair.case) for pair in pairs] == [("Utrecht", "9"), ("Utrecht", "10")]


def test_a_single_case(truth: Path, results: Path) -> None:
    case = Path("test/Utrecht/9")
    (pair,) = find_pairs(truth / case, results / case)
    assert (pair.case, pair.truth) == ("9", truth / case / "wmh.nii.gz")
    assert pair.result == results / case / "result.nii.gz"


@pytest.mark.parametrize("name", ["result.nii", "output/result.nii.gz", "wmhseg/result.nii.gz"])
def test_other_places_of_a_result(truth: Path, results: Path, name: str) -> None:
    touch(results / PETMR / "161", name)
    assert find_pairs(truth, results)[-1].result == results / PETMR / "161" / name


def test_uncompressed_truth(truth: Path, results: Path) -> None:
    folder = truth / "test/Utrecht/9"
    (folder / "wmh.nii.gz").rename(folder / "wmh.nii")
    assert find_pairs(truth, results)[0].truth == folder / "wmh.nii"


def test_cases_in_linked_folders_are_found(truth: Path, results: Path) -> None:
    (truth / "test" / "Utrecht").rename(truth.parent / "elsewhere")
    (truth / "test" / "Utrecht").symlink_to(truth.parent / "elsewhere")
    assert len(find_pairs(truth, results)) == 3


def test_two_results_or_truths_of_a_case_are_refused(truth: Path, results: Path) -> None:
    touch(results, "test/Utrecht/9/output/result.nii.gz")
    message = "test/Utrecht/9: expected one mask, found result.nii.gz and output/result.nii.gz; remove"
    with pytest.raises(InputError, match=message):
        find_pairs(truth, results)
    touch(truth, "test/Utrecht/10/wmh.nii")
    with pytest.raises(InputError, match=r"expected one mask, found wmh.nii.gz and wmh.nii; remove"):
        find_pairs(truth, results)


def test_wrong_folders_are_named(truth: Path, results: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"{tmp_path}/no: expected a folder, found none"):
        find_pairs(tmp_path / "no", results)
    with pytest.raises(InputError, match=rf"{tmp_path}/no: expected a folder, found none"):
        find_pairs(truth, tmp_path / "no")
    with pytest.raises(
        InputError, match=rf"{results}: expected folders with wmh.nii.gz or BIDS masks, found none"
    ):
        find_pairs(results, results)


def test_results_one_folder_too_high_or_low_are_shown(truth: Path, results: Path, tmp_path: Path) -> None:
    message = (
        rf"expected results such as {results}/Utrecht/9/result.nii.gz, "
        rf"found others, such as {results}/test/Utrecht/10/result.nii.gz"
    )
    with pytest.raises(InputError, match=message):
        find_pairs(truth / "test", results)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"expected results such as .*, found none; check both paths"):
        find_pairs(truth, tmp_path / "empty")


def test_results_of_no_case_are_listed(truth: Path, results: Path) -> None:
    pairs = find_pairs(truth, results)
    assert find_unused(pairs, results) == []
    touch(
        results, "test/Utrecht/11/result.nii.gz", "test/Singapore/3/result.nii", "test/Utrecht/9/result.json"
    )
    assert find_unused(pairs, results) == [
        results / "test/Singapore/3/result.nii",
        results / "test/Utrecht/11/result.nii.gz",
    ]
