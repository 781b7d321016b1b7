"""`wmhseg batch --regions`: columns, files, and what makes a result be made again."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from wmhseg.batch.compute import How
from wmhseg.batch.run_batch import run_batch
from wmhseg.report.region_columns import REGION_COLUMNS
from wmhseg.settings import Settings

pytestmark = pytest.mark.usefixtures("fake_ensemble", "fake_anatomy")


@pytest.fixture
def how(weights_folder: Path) -> Callable[[bool], How]:
    return lambda regions: How(Settings(weights_folder, regions=regions), 1, False)


def rows(output: Path) -> list[dict[str, str]]:
    with (output / "cohort.tsv").open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_with_and_without(scan_folder: Path, tmp_path: Path, how: Any, fake_ensemble: Any) -> None:
    (tmp_path / "in" / "one").mkdir(parents=True)
    shutil.copy(scan_folder / "FLAIR.nii.gz", tmp_path / "in" / "one")
    output, folder = tmp_path / "out", tmp_path / "out" / "one"
    folder.mkdir(parents=True)
    (folder / "wmh_regions.tsv").write_text("of somebody else")
    run_batch(tmp_path / "in", output, how(False))
    assert (folder / "wmh_regions.tsv").read_text() == "of somebody else"
    (folder / "wmh_regions.tsv").unlink()
    assert not set(REGION_COLUMNS) & set(rows(output)[0])
    plain = sorted(path.name for path in folder.iterdir())
    assert "made_from" in json.loads((folder / "report.json").read_text())

    run_batch(tmp_path / "in", output, how(True))
    assert fake_ensemble.calls == 2
    (row,) = rows(output)
    assert tuple(row)[-len(REGION_COLUMNS) :] == REGION_COLUMNS
    report = json.loads((folder / "report.json").read_text())
    for name in REGION_COLUMNS:
        assert row[name] == str(report["regions"][name])
    assert report["made_from"]["regions"] == "a" * 64
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*plain, "wmh_regions.nii.gz", "wmh_regions.tsv"]
    )
    mask, regions = (
        np.asarray(nib.load(folder / name).dataobj) for name in ("wmh.nii.gz", "wmh_regions.nii.gz")
    )
    np.testing.assert_array_equal(regions > 0, mask > 0)

    # The same again is finished; where the table is missing, it is not.
    run_batch(tmp_path / "in", output, how(True))
    assert fake_ensemble.calls == 2
    (folder / "wmh_regions.tsv").unlink()
    run_batch(tmp_path / "in", output, how(True))
    assert fake_ensemble.calls == 3
    # Without: made anew, and nothing stays that belongs to another run.
    run_batch(tmp_path / "in", output, how(False))
    assert fake_ensemble.calls == 4
    assert sorted(path.name for path in folder.iterdir()) == plain


@pytest.mark.usefixtures("no_ventricles")
def test_a_head_whose_regions_cannot_be_told_keeps_its_mask(
    scan_folder: Path, tmp_path: Path, how: Any, fake_ensemble: Any
) -> None:
    (tmp_path / "in" / "one").mkdir(parents=True)
    shutil.copy(scan_folder / "FLAIR.nii.gz", tmp_path / "in" / "one")
    run_batch(tmp_path / "in", tmp_path / "out", how(True))
    folder = tmp_path / "out" / "one"
    assert sorted(path.name for path in folder.iterdir()) == ["report.json", "thumbnail.jpg", "wmh.nii.gz"]
    (row,) = rows(tmp_path / "out")
    assert (row["error"], row["lesion_count"]) == ("n/a", "3")
    assert "no regions: FLAIR: expected 1 ml or more of lateral ventricles" in row["flags"]
    assert not set(REGION_COLUMNS) & set(row)
    run_batch(tmp_path / "in", tmp_path / "out", how(True))
    assert fake_ensemble.calls == 1
