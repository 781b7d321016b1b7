"""Tables of pairs: what each column means, and which tables are refused."""

from pathlib import Path

import pytest

from wmhseg.errors import InputError
from wmhseg.evaluation.pair_list import read_pair_list
from wmhseg.evaluation.pairs import Pair


def write(folder: Path, *lines: str) -> Path:
    path = folder / "pairs.tsv"
    path.write_text("\n".join(line.replace(" ", "\t") for line in lines) + "\n", encoding="utf-8")
    return path


def test_all_columns_in_any_order(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "case scanner age result truth",
        "sub-10 Utrecht 70 derivatives/10.nii.gz /data/10_wmh.nii.gz",
        "sub-9 Utrecht n/a derivatives/9.nii.gz sub-9/anat/wmh.nii.gz",
        "sub-8 Prisma 80 derivatives/8.nii.gz sub-8/anat/wmh.nii.gz",
    )
    derivatives = tmp_path / "derivatives"
    assert read_pair_list(path) == [
        Pair("Utrecht", "sub-9", tmp_path / "sub-9/anat/wmh.nii.gz", derivatives / "9.nii.gz"),
        Pair("Utrecht", "sub-10", Path("/data/10_wmh.nii.gz"), derivatives / "10.nii.gz"),
        Pair("Prisma", "sub-8", tmp_path / "sub-8/anat/wmh.nii.gz", derivatives / "8.nii.gz"),
    ]


def test_scanner_and_case_may_be_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, "truth result scanner", "a/wmh.nii.gz a.nii n/a", "b/wmh.nii b.nii")
    assert [(pair.scanner, pair.case) for pair in read_pair_list(path)] == [
        ("all", "a/wmh"),
        ("all", "b/wmh"),
    ]


def test_relative_results_start_at_the_folder_that_is_given(tmp_path: Path) -> None:
    path = write(tmp_path, "truth result", "a.nii b.nii", "c.nii /abs/d.nii")
    pairs = read_pair_list(path, Path("/results"))
    assert [pair.result for pair in pairs] == [Path("/results/b.nii"), Path("/abs/d.nii")]
    assert pairs[0].truth == tmp_path / "a.nii"


def test_a_missing_result_stays_in_the_list(tmp_path: Path) -> None:
    pairs = read_pair_list(write(tmp_path, "truth result", "a.nii n/a", "b.nii"))
    assert [pair.case for pair in pairs] == ["a", "b"]
    assert not any(pair.result.is_file() for pair in pairs)


def test_byte_order_mark_and_line_ends_of_windows(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_bytes(b"\xef\xbb\xbftruth\tresult\r\na.nii\tb.nii\r\n\r\n")
    assert read_pair_list(path) == [Pair("all", "a", tmp_path / "a.nii", tmp_path / "b.nii")]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["truth,result", "a,b"], r"expected the tab-separated column truth and result, found truth,result;"),
        (["truth prediction", "a b"], r"expected the tab-separated column .*, found truth, prediction;"),
        ([""], r"expected the tab-separated column .*, found an empty file;"),
        (["truth result"], r"expected at least one line of pairs, found none$"),
        (["truth result", "a b", "n/a b"], r"pairs.tsv, line 3: expected a truth, found none"),
        (
            ["truth result", "a.nii b", "a.nii c"],
            r"pairs.tsv, line 3: expected each case once, found a again",
        ),
    ],
)
def test_unfit_tables_are_refused(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_pair_list(write(tmp_path, *lines))


def test_something_else_than_a_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wmh.nii.gz"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match=rf"{path}: expected a table of pairs, found something else"):
        read_pair_list(path)
