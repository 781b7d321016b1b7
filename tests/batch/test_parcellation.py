"""Parcellations in the table of `wmhseg batch`: WMH by label, and what makes them again."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wmhseg.batch.compute import How
from wmhseg.batch.run_batch import run_batch
from wmhseg.errors import ArgumentsError, ScansFailedError
from wmhseg.io.volume import Volume, read_volume
from wmhseg.settings import Settings

pytestmark = pytest.mark.usefixtures("fake_ensemble")

NAMES = "index\tname\n7\tleft half\n9\tright half\n"


@pytest.fixture
def halves(tmp_path: Path, scan_folder: Path, save_scan: Any) -> Path:
    """Labels 7 (left) and 9 (right) on the FLAIR's grid, and their names beside them."""
    flair = read_volume(scan_folder / "FLAIR.nii.gz")
    # The drawn head lies axial, with x to the left.
    labels = np.full(flair.array.shape, 9, np.int16)
    labels[:, :, 64:] = 7
    save_scan(tmp_path / "halves.nii.gz", Volume(labels, flair.grid))
    (tmp_path / "names.tsv").write_text(NAMES)
    return tmp_path / "halves.nii.gz"


def table(folder: Path, *rows: str) -> Path:
    path = folder / "scans.tsv"
    path.write_text("\n".join(("flair\tname\tparcellation\tparcellation_transform", *rows)) + "\n")
    return path


def how(weights: Path) -> How:
    return How(Settings(weights), 1, False)


def test_by_label(
    scan_folder: Path, tmp_path: Path, weights_folder: Path, halves: Path, fake_ensemble: Any
) -> None:
    flair, output = scan_folder / "FLAIR.nii.gz", tmp_path / "out"
    scans = table(tmp_path, f"{flair}\twith\thalves.nii.gz\tn/a", f"{flair}\twithout\tn/a\tn/a")
    run_batch(scans, output, how(weights_folder), label_names=tmp_path / "names.tsv")
    with (output / "with" / "wmh_parcellation.tsv").open(newline="") as file:
        rows = {row["index"]: row for row in csv.DictReader(file, delimiter="\t")}
    assert [row["name"] for row in rows.values()] == ["left half", "right half", "outside of all labels"]
    report = json.loads((output / "with" / "report.json").read_text())
    # One ball is on the left, two are on the right (tests/conftest.py).
    assert [row["lesion_count"] for row in rows.values()] == ["1", "2", "0"]
    lesions = [one["volume_ml"] for one in report["lesions"]]
    assert float(rows["7"]["wmh_ml"]) == pytest.approx(lesions[0], abs=1e-4)
    assert float(rows["9"]["wmh_ml"]) == pytest.approx(sum(lesions[1:]), abs=1e-4)
    half_ml = 128 / 2 * 144 * 24 * 1.15 * 1.15 * 6 / 1000
    assert float(rows["7"]["volume_ml"]) == pytest.approx(half_ml, abs=1e-3)
    assert [one["index"] for one in report["parcellation"]["labels"]] == [7, 9, 0]
    assert not (output / "without" / "wmh_parcellation.tsv").exists()
    assert "parcellation" not in json.loads((output / "without" / "report.json").read_text())

    # The same again is finished; with other names it is not; without, nothing stays.
    run_batch(scans, output, how(weights_folder), label_names=tmp_path / "names.tsv")
    assert fake_ensemble.calls == 2
    (tmp_path / "names.tsv").write_text(NAMES.replace("left half", "sinistra"))
    run_batch(scans, output, how(weights_folder), label_names=tmp_path / "names.tsv")
    assert fake_ensemble.calls == 3
    assert "sinistra" in (output / "with" / "wmh_parcellation.tsv").read_text()
    run_batch(table(tmp_path, f"{flair}\twith\tn/a\tn/a"), output, how(weights_folder))
    assert fake_ensemble.calls == 4
    assert not (output / "with" / "wmh_parcellation.tsv").exists()


def test_what_is_wrong_is_one_line(
    scan_folder: Path, tmp_path: Path, weights_folder: Path, halves: Path
) -> None:
    flair, output = scan_folder / "FLAIR.nii.gz", tmp_path / "out"
    scans = table(
        tmp_path,
        f"{flair}\tgood\thalves.nii.gz\tn/a",
        f"{flair}\tmissing\tnone.nii.gz\tn/a",
        f"{flair}\tlabels\t{flair}\tn/a",
        f"{flair}\talone\tn/a\ttransform.txt",
    )
    with pytest.raises(ScansFailedError, match="3 of 4 scans failed: missing, labels, line-5"):
        run_batch(scans, output, how(weights_folder))
    assert (output / "good" / "wmh_parcellation.tsv").is_file()
    said = [(output / name / "error.txt").read_text() for name in ("missing", "labels", "line-5")]
    assert said[0].startswith(f"{tmp_path / 'none.nii.gz'}: ")
    assert said[1].startswith(f"{flair}: ")
    assert said[2].endswith("expected a parcellation with its transform, found none; complete the line\n")
    with pytest.raises(ArgumentsError, match="--parcellation-names: expected scans with a parcellation"):
        bare = table(tmp_path, f"{flair}\tgood\tn/a\tn/a")
        run_batch(bare, output, how(weights_folder), label_names=tmp_path / "names.tsv")
