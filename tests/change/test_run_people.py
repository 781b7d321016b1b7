"""Many people in one run: a table, a folder each, one who fails, and a second run."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from wmhseg.change.people import read_people
from wmhseg.cli import main
from wmhseg.errors import InputError

from .conftest import Person


def table(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(("subject\tflair\tt1", *rows)) + "\n")
    return path


def same_and_good(folder: Path, person: Person) -> Path:
    """Write a list of one whose two scans are the same, which fails, and one who can be compared."""
    rows = [f"{who}\t{person.first}" for who in ("same", "good")]
    rows += [f"same\t{person.first}", f"good\t{person.second}"]
    return table(folder / "list.tsv", *rows)


def test_what_a_table_says(tmp_path: Path, person: Person) -> None:
    path = table(
        tmp_path / "list.tsv",
        f"one\t{person.first}",
        f"two\t{person.first}/FLAIR.nii.gz\t{person.second}/T1.nii.gz",
        f"one\t{person.second}",
        "two\tno.nii.gz",
        f"three\t{person.first}",
    )
    one, two, three = read_people(path)
    assert (one.name, one.error) == ("one", "")
    assert [scan.flair for scan in one.scans] == [
        person.first / "FLAIR.nii.gz",
        person.second / "FLAIR.nii.gz",
    ]
    assert [scan.t1 for scan in one.scans] == [person.first / "T1.nii.gz", person.second / "T1.nii.gz"]
    assert two.scans[0].t1 == person.second / "T1.nii.gz"
    assert two.error.startswith(f"{tmp_path}/no.nii.gz: expected")
    assert three.error == f"{path}: expected two or more scans of three, found 1"


@pytest.mark.parametrize("name", ["a/b", "..", "", "x" * 256])
def test_a_subject_must_be_a_folders_name(tmp_path: Path, person: Person, name: str) -> None:
    path = table(tmp_path / "list.tsv", f"{name}\t{person.first}\tn/a")
    with pytest.raises(
        InputError, match=r"list\.tsv, line 2: expected a subject that can be a folder's name"
    ):
        read_people(path)


def test_one_who_fails_stops_no_other_and_a_second_run_computes_nothing(
    tmp_path: Path,
    person: Person,
    fake_ensemble: Any,
    weights_folder: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path, out = same_and_good(tmp_path, person), tmp_path / "out"
    words = ["change", "--list", str(path), "--output", str(out), "--weights", str(weights_folder), "-q"]
    assert main(words) == 7
    assert capfd.readouterr().err.splitlines()[-1].startswith("wmhseg: error: 1 of 2 people failed: same; ")
    with (out / "changes.tsv").open(newline="") as file:
        same, good = csv.DictReader(file, delimiter="\t")
    assert (same["subject"], same["verdict"]) == ("same", "n/a")
    assert "expected a scan of another time, found the image of" in same["error"]
    assert (out / "same" / "error.txt").read_text().strip() == same["error"]
    assert sorted(path.name for path in (out / "same").iterdir()) == ["error.txt"]
    assert (good["subject"], good["new_count"], good["gone_count"], good["error"]) == (
        "good",
        "1",
        "1",
        "n/a",
    )
    # The same result as of one person alone.
    alone = json.loads((person.forward / "change.json").read_text())
    together = json.loads((out / "good" / "change.json").read_text())
    assert together["changes"] == alone["changes"]
    assert fake_ensemble.calls == 2
    before = (out / "good" / "change.json").stat().st_mtime_ns
    assert main(words) == 7
    assert fake_ensemble.calls == 2
    assert (out / "good" / "change.json").stat().st_mtime_ns == before
    assert main([*words, "--threshold", "0.4"]) == 7
    assert fake_ensemble.calls == 4
    shutil.rmtree(out / "good")
    assert main([*words, "--threshold", "0.4"]) == 7
    assert fake_ensemble.calls == 6
    assert main([*words, "--threshold", "0.4", "--again"]) == 7
    assert fake_ensemble.calls == 8


def test_scans_and_a_list_are_refused(
    tmp_path: Path, person: Person, fake_ensemble: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    path = table(tmp_path / "list.tsv", f"one\t{person.first}\tn/a")
    words = ["change", str(person.first), "--list", str(path), "--output", str(tmp_path / "out"), "-q"]
    assert main(words) == 2
    assert "--list: expected no other scans and no --t1" in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_parts_of_a_list_and_their_table(
    tmp_path: Path,
    person: Person,
    fake_ensemble: Any,
    weights_folder: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = same_and_good(tmp_path, person)

    def run(name: str, *more: str) -> tuple[int, str]:
        words = ["change", "--list", str(path), "--output", str(tmp_path / name)]
        return main([*words, "--weights", str(weights_folder), "-q", *more]), capfd.readouterr().err

    code, error = run("parts", "--part", "2/2")
    assert (code, fake_ensemble.calls) == (0, 2)
    assert not (tmp_path / "parts" / "changes.tsv").exists()
    code, error = run("parts", "--gather")
    assert (code, fake_ensemble.calls) == (7, 2)
    assert "\tnot compared yet\n" in (tmp_path / "parts" / "changes.tsv").read_text()
    code, error = run("parts", "--part", "1/2")
    assert code == 7
    assert f"1 of 1 people failed: same; reasons in {tmp_path}/parts\n" in error
    assert run("parts", "--gather")[0] == 7
    gathered = (tmp_path / "parts" / "changes.tsv").read_text()
    # What one run for all writes.
    assert run("parts")[0] == 7
    assert (tmp_path / "parts" / "changes.tsv").read_text() == gathered
    assert fake_ensemble.calls == 2


@pytest.mark.parametrize("words", [["--part", "1/2"], ["--gather"]])
def test_a_part_of_no_list(person: Person, words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    scans = [str(person.first), str(person.second)]
    assert main(["change", *scans, "--output", "out", *words]) == 2
    assert "--part, --gather: expected --list with them, found none" in capfd.readouterr().err
