"""Which folders are scans, and what a table may say."""

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conftest import IDENTITY
from dicom_writer import write_series
from wmhseg.batch.find import find_jobs
from wmhseg.batch.jobs import files_in
from wmhseg.batch.scan_list import read_jobs
from wmhseg.errors import InputError
from wmhseg.io.volume import Grid, Volume


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def found(jobs: list, root: Path) -> list[tuple[str, str, str | None]]:
    return [
        (job.name, str(job.flair.relative_to(root)), job.t1 and str(job.t1.relative_to(root))) for job in jobs
    ]


def test_both_layouts(tmp_path: Path) -> None:
    touch(tmp_path, "b/1/pre/FLAIR.nii.gz", "b/1/pre/T1.nii.gz", "b/1/orig/FLAIR.nii.gz", "b/1/wmh.nii.gz")
    touch(tmp_path, "a/FLAIR.nii.gz", "a/T1.nii.gz", "c/FLAIR.nii.gz", "d/T1.nii.gz", "e/orig/FLAIR.nii.gz")
    assert found(find_jobs(tmp_path, Path("out")), tmp_path) == [
        ("a", "a/FLAIR.nii.gz", "a/T1.nii.gz"),
        ("b/1", "b/1/pre/FLAIR.nii.gz", "b/1/pre/T1.nii.gz"),
        ("c", "c/FLAIR.nii.gz", None),
        ("e/orig", "e/orig/FLAIR.nii.gz", None),
    ]


def test_folders_of_dicom(tmp_path: Path) -> None:
    pixels = np.zeros((3, 4, 5), np.uint16)
    volume = Volume(pixels, Grid((5, 4, 3), (1.0, 1.0, 5.0), (0.0, 0.0, 0.0), IDENTITY))
    for name in ("a/FLAIR", "a/T1", "b/1/FLAIR", "c/pre"):
        write_series(tmp_path / name, volume)
    touch(tmp_path, "d/FLAIR/notes.txt", "e/FLAIR/cut.dcm", "f/FLAIR/FLAIR.nii.gz", "a/T1/deep/FLAIR.nii.gz")
    assert found(find_jobs(tmp_path, Path("out")), tmp_path) == [
        ("a", "a/FLAIR", "a/T1"),
        ("b/1", "b/1/FLAIR", None),
        ("e", "e/FLAIR", None),
        ("f/FLAIR", "f/FLAIR/FLAIR.nii.gz", None),
    ]


def test_a_single_scan_and_links(tmp_path: Path) -> None:
    touch(tmp_path, "scan/pre/FLAIR.nii.gz")
    (job,) = find_jobs(tmp_path / "scan", tmp_path / "out")
    assert (job.name, job.files) == ("scan", files_in(tmp_path / "out" / "scan"))
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "one").symlink_to(tmp_path / "scan")
    assert [job.name for job in find_jobs(tmp_path / "links", Path("out"))] == ["one"]


def test_each_real_folder_is_one_scan(tmp_path: Path) -> None:
    touch(tmp_path, "p1/FLAIR.nii.gz", "p2/FLAIR.nii.gz")
    (tmp_path / "p1" / "up").symlink_to("..")
    (tmp_path / "latest").symlink_to(".")
    (tmp_path / "current").symlink_to("p1")
    (tmp_path / "p2" / "back").symlink_to(tmp_path / "p1")
    assert [job.name for job in find_jobs(tmp_path, Path("out"))] == ["p1", "p2"]


def test_a_folder_that_may_not_be_read_is_a_scan_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "a/FLAIR.nii.gz", "b/FLAIR.nii.gz", "c/pre/FLAIR.nii.gz")
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if Path(path) in (tmp_path / "b", tmp_path / "c" / "pre"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    # Root may enter everything; others cannot see what a folder holds that they may not enter.
    monkeypatch.setattr("wmhseg.batch.find.is_file", lambda path: False)
    jobs = find_jobs(tmp_path, Path("out"))
    assert [(job.name, job.error) for job in jobs] == [
        ("a", ""),
        ("b", f"{tmp_path}/b: cannot be read (Permission denied); check who owns it"),
        ("c/pre", f"{tmp_path}/c/pre: cannot be read (Permission denied); check who owns it"),
    ]


def test_a_t1_that_cannot_be_followed_is_the_t1(tmp_path: Path) -> None:
    """Such as one that git-annex has not fetched: the FLAIR alone would give another mask."""
    touch(tmp_path, "a/FLAIR.nii.gz")
    (tmp_path / "a" / "T1.nii.gz").symlink_to("../.git/annex/objects/T1.nii.gz")
    assert [job.t1 for job in find_jobs(tmp_path, Path("out"))] == [tmp_path / "a" / "T1.nii.gz"]


def test_almost_a_flair_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    touch(tmp_path, "a/FLAIR.nii.gz", "a/flair.nii", "b/FLAIR.nii", "c/pre/Flair.NII.GZ", "d/T1.nii.gz")
    assert [job.name for job in find_jobs(tmp_path, Path("out"))] == ["a"]
    assert caplog.messages == [
        "2 image(s) left out, because they are not called FLAIR.nii.gz: "
        f"{tmp_path}/b/FLAIR.nii, {tmp_path}/c/pre/Flair.NII.GZ"
    ]


def test_no_scan(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"^{tmp_path}: expected folders with pre/FLAIR.nii.gz or FLAIR"):
        find_jobs(tmp_path, Path("out"))


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def test_table(tmp_path: Path) -> None:
    path = write(
        tmp_path / "list.tsv",
        "name\tflair\tt1\tage",
        "first\tx/f.nii.gz\tx/t.nii.gz\t70",
        "\tx/y.f.nii\tn/a\t71",
        "n/a\t/abs/f.nii.gz",
    ).resolve()
    path.write_text(path.read_text().replace("n/a\t/abs", "third/1\t/abs"))
    jobs = read_jobs(path, Path("out"))
    assert [(job.name, job.flair, job.t1) for job in jobs] == [
        ("first", path.parent / "x/f.nii.gz", path.parent / "x/t.nii.gz"),
        ("x/y.f", path.parent / "x/y.f.nii", None),
        ("third/1", Path("/abs/f.nii.gz"), None),
    ]
    assert jobs[2].files.mask == Path("out/third/1/wmh.nii.gz")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["FLAIR", "a"], "expected the tab-separated column flair, found FLAIR; add it"),
        (["flair"], "expected at least one line of scans, found none"),
        (["flair\tflair", "a\tb"], "expected one column flair, found several; rename or remove one"),
        # A quotation mark would swallow every row up to the next: each of these has one alone.
        (["flair\tnote", 'a\t"x', "b\ty"], "line 2: expected quotation marks in pairs"),
        (["flair\tnote", "a\tx", 'b\t"5', "c\ty", 'd\t3"'], "line 3: expected quotation marks in pairs"),
        (["name\tflair", '"s1\ta', 's2"\tb'], "line 2: expected quotation marks in pairs"),
        (["flair", '"a', 'b"'], "line 2: expected quotation marks in pairs"),
        (["flair\tnote", 'a\t"5" thick'], "line 2: expected quotation marks in pairs"),
        (["flair", "a\0b"], "expected a table of scans, found NUL characters"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_unfit_tables(tmp_path: Path, lines: list[str], message: str) -> None:
    path = write(tmp_path / "list.tsv", *lines)
    with pytest.raises(InputError, match=rf"^{path}(: |, ){message}"):
        read_jobs(path, Path("out"))


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        (["flair\tname", "\tx"], "line 2: expected a FLAIR, found none"),
        (["flair\tname", "a\tx", "b\tx"], "line 3: expected each scan once, found x again"),
        (["flair", "a.nii", "a.nii.gz"], "line 3: expected each scan once, found a again"),
        (["flair", "../a.nii"], "line 2: expected a name that is a folder below the results, found ../a"),
        (["flair", "/b/a.nii"], "line 2: expected a name that is a folder below the results, found /b/a"),
        (["flair\tname", "a\tcohort.tsv"], "line 2: expected a name that is a folder below"),
        (["flair\tname", f"a\t{'n' * 256}"], "line 2: expected a name of at most 255 bytes, found nnn"),
        (["flair\tname", f"a\t{'ü' * 128}"], "line 2: expected a name of at most 255 bytes, found üüü"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_unfit_row_is_a_scan_that_fails(tmp_path: Path, lines: list[str], error: str) -> None:
    path = write(tmp_path / "list.tsv", *lines, "good\tgood")
    jobs = read_jobs(path, tmp_path / "out")
    assert len(jobs) == len(lines)  # less the header, with the good one
    assert [job.name for job in jobs if job.error] == [f"line-{len(lines)}"]
    assert jobs[-2].error.startswith(f"{path}, {error}")
    assert (jobs[-1].name, jobs[-1].error) == ("good", "")


def test_names_of_255_bytes_and_cells_in_quotation_marks(tmp_path: Path) -> None:
    path = write(
        tmp_path / "list.tsv",
        '"flair"\tname \tnote',
        f'"a b.nii"\t{"n" * 255}\t"two\nlines, and ""quoted"""',
        "\t\t ",
        'c.nii\t"c"\t3" thick',
    )
    assert [(job.flair.name, job.name) for job in read_jobs(path, Path("out"))] == [
        ("a b.nii", "n" * 255),
        ("c.nii", "c"),
    ]
