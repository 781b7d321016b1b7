"""A list shared among several runs gives the same cohort as one run."""

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest

from wmhseg.arguments import Part, part
from wmhseg.cli import main

pytestmark = pytest.mark.usefixtures("fake_ensemble")


@pytest.fixture
def scans(tmp_path: Path, scan_folder: Path) -> Path:
    """A table of five scans: good, broken, without FLAIR, good, the first's name again."""
    root = tmp_path / "scans"
    shutil.copytree(scan_folder, root / "a")
    shutil.copytree(scan_folder, root / "d")
    (root / "broken.nii.gz").write_bytes(b"no image")
    rows = ("a/FLAIR.nii.gz\ta/T1.nii.gz\tone", "broken.nii.gz\t\t", "n/a\t\t", "d/FLAIR.nii.gz\t\t")
    (root / "list.tsv").write_text("\n".join(("flair\tt1\tname", *rows, "d/FLAIR.nii.gz\t\tone")) + "\n")
    return root / "list.tsv"


def cohort(output: Path) -> list[dict[str, str]]:
    """All but the times, and where the results lie."""
    with (output / "cohort.tsv").open(newline="") as file:
        return [{**row, "seconds": ""} for row in csv.DictReader(file, delimiter="\t")]


def test_items_of_parts() -> None:
    items = ["a", "b", "c", "d", "e"]
    assert [Part(index, 3).of(items) for index in (1, 2, 3)] == [["a", "d"], ["b", "e"], ["c"]]
    assert Part(7, 7).of(items) == []
    assert part("3/40") == Part(3, 40)


@pytest.mark.parametrize("text", ["0/4", "5/4", "3", "/4", "3/", "1/2/3", "a/b"])
def test_what_is_no_part(text: str, scans: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["batch", str(scans), str(scans.parent / "out"), "--part", text])
    assert end.value.code == 2
    assert f"expected I/N, such as 3/40 for the third of 40, found '{text}'" in capfd.readouterr().err


def test_parts_and_gather_are_one_run(
    scans: Path, tmp_path: Path, weights_folder: Path, fake_ensemble: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    more = ["--weights", str(weights_folder), "--workers", "1", "-q"]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert main(["batch", str(scans), str(whole), *more]) == 7
    assert fake_ensemble.calls == 2

    # Scans 1 and 3; 2 and 4 (called d/FLAIR); 5 alone.
    assert main(["batch", str(scans), str(parts), "--part", "1/4", *more]) == 7
    assert "1 of 2 scans failed: line-6; " in capfd.readouterr().err
    assert sorted(path.name for path in parts.iterdir()) == ["line-6", "one"]
    assert main(["batch", str(scans), str(parts), "--gather", *more]) == 7
    assert [row["error"] for row in cohort(parts)][1] == "not segmented yet"
    assert main(["batch", str(scans), str(parts), "--part", "2/4", *more]) == 7
    assert main(["batch", str(scans), str(parts), "--part", "3/4", *more]) == 7
    assert main(["batch", str(scans), str(parts), "--part", "4/4", *more]) == 0
    assert main(["batch", str(scans), str(parts), "--part", "9/9", *more]) == 0
    assert fake_ensemble.calls == 4
    assert [row["error"] for row in cohort(parts)][1] == "not segmented yet"  # as the last --gather left it
    capfd.readouterr()
    assert main(["batch", str(scans), str(parts), "--gather", *more]) == 7
    assert fake_ensemble.calls == 4
    assert "3 of 5 scans failed: broken, line-4, line-6; " in capfd.readouterr().err
    assert [row["name"] for row in cohort(parts)] == ["one", "broken", "line-4", "d/FLAIR", "line-6"]
    assert cohort(parts) == cohort(whole)
    for name in ("one", "d/FLAIR"):
        masks = [(folder / name / "wmh.nii.gz").read_bytes() for folder in (whole, parts)]
        assert masks[0] == masks[1]


def test_a_part_or_all(scans: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["batch", str(scans), str(scans.parent / "out"), "--part", "1/2", "--gather"])
    assert end.value.code == 2
    assert "not allowed with argument --part" in capfd.readouterr().err
