"""From folders of masks to tables and figures, and what is said about failures."""

import csv
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from wmhseg.errors import InputError, OutputError
from wmhseg.evaluation.evaluate_cohort import EvaluationSettings, evaluate_cohort

SITES = {"Utrecht": ("9", "10"), "Amsterdam/GE1T5": ("150",)}
TABLES = ["cases.csv", "scanners.md"]
FIGURES = ["boxplots.png", "boxplots.svg"]


def save(path: Path, lesion: slice) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    array = np.zeros((12, 10, 3), np.float32)
    array[lesion, 4, 1] = 1
    nib.save(nib.Nifti1Image(array, np.diag([1.0, 1.0, 3.0, 1.0])), path)


@pytest.fixture(autouse=True)
def information(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """As the command line does it: say what is done."""
    with caplog.at_level(logging.INFO, "wmhseg"):
        yield


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    for site, cases in SITES.items():
        for case in cases:
            save(tmp_path / "test" / site / case / "wmh.nii.gz", slice(2, 6))  # 4 voxels
    return tmp_path / "test"


@pytest.fixture
def results(tmp_path: Path, truth: Path) -> Path:
    for site, cases in SITES.items():
        for case in cases:
            save(tmp_path / "out" / site / case / "result.nii.gz", slice(2, 4))  # 2 of the 4
    return tmp_path / "out"


@pytest.fixture
def settings(tmp_path: Path) -> EvaluationSettings:
    return EvaluationSettings(tmp_path / "evaluation", workers=1, figures=False)


def rows_of(settings: EvaluationSettings) -> list[dict[str, str]]:
    with (settings.output / "cases.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_everything_is_written_and_the_table_is_printed(
    truth: Path, results: Path, settings: EvaluationSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate_cohort(truth, results, replace(settings, figures=True))
    assert sorted(path.name for path in settings.output.iterdir()) == FIGURES + TABLES
    rows = rows_of(settings)
    assert [(row["scanner"], row["case"]) for row in rows] == [
        ("Utrecht", "Utrecht/9"),
        ("Utrecht", "Utrecht/10"),
        ("AMS GE1.5T", "Amsterdam/GE1T5/150"),
    ]
    for row in rows:
        assert float(row["dsc"]) == 4 / 6
        assert (row["avd_percent"], row["lesion_recall"], row["failure"]) == ("50.0", "1.0", "")
    text = (settings.output / "scanners.md").read_text()
    assert "| Utrecht (n = 2)          | 0.67 |" in text
    assert "| weighted average (n = 3) | 0.67 |" in text
    assert capsys.readouterr().out == text


def test_failures_are_named_after_everything_is_written(
    truth: Path, results: Path, settings: EvaluationSettings, caplog: pytest.LogCaptureFixture
) -> None:
    (results / "Utrecht/9/result.nii.gz").unlink()
    broken = results / "Amsterdam/GE1T5/150/result.nii.gz"
    broken.write_bytes(broken.read_bytes()[:-10])
    message = (
        r"^2 of 3 results are missing or unfit .*: Utrecht/9, Amsterdam/GE1T5/150; reasons in .*scanners.md$"
    )
    with pytest.raises(InputError, match=message) as caught:
        evaluate_cohort(truth, results, settings)
    assert caught.value.exit_code == 3
    assert sorted(path.name for path in settings.output.iterdir()) == TABLES
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 2
    assert warnings[0].startswith(
        f"Utrecht/9 counts as a failure: {results}/Utrecht/9/result.nii.gz: expected"
    )
    assert warnings[1].startswith(f"Amsterdam/GE1T5/150 counts as a failure: {broken}: not a readable image")
    assert [row["dsc"] for row in rows_of(settings)] == ["0.0", str(4 / 6), "0.0"]
    text = (settings.output / "scanners.md").read_text()
    assert "| Utrecht (n = 2, 1 failed)          | 0.33 |" in text
    assert "H95 1 of 2 (Utrecht); H95 1 of 1 (AMS GE1.5T)" in text
    assert f"- Utrecht/9: {results}/Utrecht/9/result.nii.gz: expected a mask file, found none" in text


def test_files_do_not_depend_on_the_number_of_workers(truth: Path, results: Path, tmp_path: Path) -> None:
    (results / "Utrecht/9/result.nii.gz").unlink()
    written = []
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        with pytest.raises(InputError, match="1 of 3 results"):
            evaluate_cohort(truth, results, EvaluationSettings(folder, workers=workers, figures=False))
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert sorted(written[0]) == TABLES
    assert written[0] == written[1]


def test_a_table_of_pairs(tmp_path: Path, truth: Path, results: Path, settings: EvaluationSettings) -> None:
    table = tmp_path / "pairs.tsv"
    table.write_text(
        "scanner\tcase\ttruth\tresult\n"
        "3T\tone\ttest/Utrecht/9/wmh.nii.gz\tUtrecht/9/result.nii.gz\n"
        "3T\ttwo\ttest/Utrecht/10/wmh.nii.gz\tn/a\n"
    )
    with pytest.raises(InputError, match=r"1 of 2 results .*: two; "):
        evaluate_cohort(table, results, settings)
    assert [(row["scanner"], row["case"], row["dsc"]) for row in rows_of(settings)] == [
        ("3T", "one", str(4 / 6)),
        ("3T", "two", "0.0"),
    ]


def test_headers_are_ignored_where_that_is_asked_for(truth: Path, results: Path, tmp_path: Path) -> None:
    path = results / "Utrecht/9/result.nii.gz"
    nib.save(nib.Nifti1Image(np.asarray(nib.load(path).dataobj), np.eye(4)), path)
    with pytest.raises(InputError, match=r"1 of 3 results .*: Utrecht/9; "):
        evaluate_cohort(truth, results, EvaluationSettings(tmp_path / "a", workers=1, figures=False))
    evaluate_cohort(
        truth, results, EvaluationSettings(tmp_path / "b", workers=1, figures=False, ignore_headers=True)
    )
    assert [row["dsc"] for row in rows_of(EvaluationSettings(tmp_path / "b"))] == [str(4 / 6)] * 3


def test_results_without_a_truth_are_named(
    truth: Path, results: Path, settings: EvaluationSettings, caplog: pytest.LogCaptureFixture
) -> None:
    for case in range(4):
        save(results / f"Utrecht/new{case}/result.nii.gz", slice(0, 1))
    evaluate_cohort(truth, results, settings)
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warning == (
        f"4 results belong to no case of {truth} and are not scored: "
        + ", ".join(f"{results}/Utrecht/new{case}/result.nii.gz" for case in range(3))
        + ", and 1 more"
    )


def test_quiet_prints_nothing(
    truth: Path, results: Path, settings: EvaluationSettings, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("wmhseg").setLevel(logging.WARNING)
    evaluate_cohort(truth, results, settings)
    assert capfd.readouterr() == ("", "")
    assert len(rows_of(settings)) == 3


def test_an_unreadable_truth_writes_nothing(truth: Path, results: Path, settings: EvaluationSettings) -> None:
    (truth / "Utrecht/10/wmh.nii.gz").write_bytes(b"no image")
    with pytest.raises(InputError, match=rf"^{truth}/Utrecht/10/wmh.nii.gz: not a readable image"):
        evaluate_cohort(truth, results, settings)
    assert list(settings.output.iterdir()) == []


def test_a_folder_needs_results(truth: Path, settings: EvaluationSettings) -> None:
    with pytest.raises(InputError, match=rf"^{truth}: expected RESULTS after a folder, found none"):
        evaluate_cohort(truth, None, settings)
    assert not settings.output.exists()


def test_an_output_that_cannot_be_made(truth: Path, results: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=rf"^{tmp_path}/file/out: cannot be made \(Not a directory\)"):
        evaluate_cohort(truth, results, EvaluationSettings(tmp_path / "file" / "out"))


def test_a_full_disk_is_an_output_error(
    truth: Path, results: Path, settings: EvaluationSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", fail)
    path = settings.output / "boxplots.png"
    with pytest.raises(OutputError, match=rf"^{path}: cannot be written \(No space left on device\)"):
        evaluate_cohort(truth, results, replace(settings, figures=True))


def test_without_matplotlib(
    truth: Path, results: Path, settings: EvaluationSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wmhseg.extras.find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"box plots \(--no-figures does without\): expected .* matplotlib"):
        evaluate_cohort(truth, results, replace(settings, figures=True))
    assert not settings.output.exists()
    evaluate_cohort(truth, results, settings)
    assert sorted(path.name for path in settings.output.iterdir()) == TABLES


@pytest.mark.real
def test_real_masks_against_themselves_and_moved_ones(real_data: Path, tmp_path: Path) -> None:
    """By the WMH convention: label 1 is WMH; what lies where nobody judged (3) is taken out of a result."""
    cases = real_data / "cases"
    avd_percent = 0.0
    for path in (cases / "tabriz").glob("*/wmh.nii.gz"):
        image = nib.load(path)
        mask = np.asarray(image.dataobj) == 1
        if path.parent.name == "a008":
            unsure = np.asarray(image.dataobj) == 3
            before, mask = np.count_nonzero(mask), np.roll(mask, 1, axis=0)
            avd_percent = 100 * (before - np.count_nonzero(mask & ~unsure)) / before
            assert avd_percent > 0
        target = tmp_path / "out" / path.parent.name / "result.nii.gz"
        target.parent.mkdir(parents=True)
        nib.save(nib.Nifti1Image(mask.astype(np.uint8), image.affine, image.header), target)
    settings = EvaluationSettings(tmp_path / "evaluation", workers=1, figures=False)
    evaluate_cohort(cases / "tabriz", tmp_path / "out", settings)
    for row in rows_of(settings):
        moved = row["case"] == "a008"
        assert row["scanner"] == "tabriz"
        assert (float(row["dsc"]) == 1) is not moved
        # One pixel of 0.898 mm to the side, at most.
        assert float(row["h95_mm"]) == pytest.approx(0.8984 if moved else 0, abs=1e-3)
        assert float(row["avd_percent"]) == pytest.approx(avd_percent if moved else 0, abs=1e-9)
