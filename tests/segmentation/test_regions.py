"""`wmhseg segment --regions` and its like in Python, from files to files, with structures that are drawn."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from wmhseg import Segmenter
from wmhseg.anatomy.region import REGION_LABELS
from wmhseg.cli import main
from wmhseg.colours import WMH_RGB
from wmhseg.report.region_columns import REGION_COLUMNS

pytestmark = pytest.mark.usefixtures("fake_ensemble", "fake_anatomy")


def ellipsoid_ml(x: float, y: float, z: float) -> float:
    return 4 / 3 * math.pi * x * y * z / 1000


def segment(scan: Path, weights: Path, output: Path, *more: str) -> dict[str, Any]:
    output.mkdir(exist_ok=True)
    words = ["segment", "--flair", str(scan), "--output", str(output / "wmh.nii.gz")]
    words += ["--report", str(output / "r.json"), "--weights", str(weights), *more]
    assert main(words) == 0
    report: dict[str, Any] = json.loads((output / "r.json").read_text())
    return report


def test_numbers_of_the_drawn_head(scan_folder: Path, weights_folder: Path, tmp_path: Path) -> None:
    files = {
        "--regions-image": "regions.nii.gz",
        "--lesion-table": "lesions.tsv",
        "--tsv": "row.tsv",
        "--html": "page.html",
        "--overlay": "o.png",
    }
    options = [word for name, file in files.items() for word in (name, str(tmp_path / file))]
    report = segment(scan_folder / "FLAIR.nii.gz", weights_folder, tmp_path, "--regions", *options)
    found = report["regions"]
    assert list(found) == [*REGION_COLUMNS, "weights"]
    assert found["weights"] == {"name": "anatomy.weights.h5", "sha256": "a" * 64}
    # The shells that tests/conftest.py draws.
    assert found["icv_ml"] == pytest.approx(ellipsoid_ml(55, 68, 67), rel=0.01)
    assert found["ventricles_ml"] == pytest.approx(ellipsoid_ml(9, 24, 14), rel=0.02)
    brain_ml = ellipsoid_ml(53, 66, 65) - ellipsoid_ml(9, 24, 14)
    assert found["brain_ml"] == pytest.approx(brain_ml, rel=0.01)
    assert found["head_coverage"] == "whole"
    assert found["wmh_of_brain_percent"] == pytest.approx(
        100 * report["volume_ml"] / found["brain_ml"], abs=1e-4
    )
    # The largest of the three spheres lies on the left, the others on the right.
    assert [one["side"] for one in report["lesions"]] == ["left", "right", "right"]
    assert found["wmh_left_ml"] == pytest.approx(report["lesions"][0]["volume_ml"])
    for rule in ("distance", "contact"):
        parts = [
            value for name, value in found.items() if name.startswith(f"{rule}_") and name.endswith("_ml")
        ]
        assert len(parts) == 4
        assert sum(parts) == pytest.approx(report["volume_ml"], abs=1e-5)

    image, flair = nib.load(tmp_path / "regions.nii.gz"), nib.load(scan_folder / "FLAIR.nii.gz")
    np.testing.assert_array_equal(image.affine, flair.affine)
    values = np.asarray(image.dataobj)
    assert values.dtype == np.uint8
    np.testing.assert_array_equal(values > 0, np.asarray(nib.load(tmp_path / "wmh.nii.gz").dataobj) > 0)
    voxel_ml = 1.15 * 1.15 * 6 / 1000
    assert np.count_nonzero(values == 2) * voxel_ml == pytest.approx(found["distance_deep_ml"], abs=1e-4)
    inner = np.isin(values, (1, 5))
    assert np.count_nonzero(inner) * voxel_ml == pytest.approx(found["distance_periventricular_ml"], abs=1e-4)

    assert (tmp_path / "regions.tsv").read_text().splitlines()[:2] == [
        "index\tname\tabbreviation\tcolor",
        "1\tperiventricular WMH\tPV\t#e69f00",
    ]
    with (tmp_path / "lesions.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert [row["side"] for row in rows] == ["left", "right", "right"]
    for row, lesion in zip(rows, report["lesions"], strict=True):
        assert float(row["volume_ml"]) == lesion["volume_ml"]
        assert float(row["right_mm"]) == lesion["centre_ras_mm"][0]
        assert (row["region"], float(row["distance_mm"])) == (lesion["region"], lesion["distance_mm"])
    header, row = ((tmp_path / "row.tsv").read_text().splitlines()[part].split("\t") for part in (0, 1))
    table = dict(zip(header, row, strict=True))
    assert float(table["icv_ml"]) == found["icv_ml"]
    page = (tmp_path / "page.html").read_text()
    assert "Where the WMH are" in page
    assert "rgb(86, 180, 233)" in page
    assert "Red line" not in page
    picture = np.asarray(Image.open(tmp_path / "o.png"))
    shown = {label.index for label in REGION_LABELS if np.all(picture == label.rgb, axis=-1).any()}
    assert shown == set(np.unique(values)) - {0}
    assert not np.all(picture == WMH_RGB, axis=-1).any()


def test_nothing_changes_without(scan_folder: Path, weights_folder: Path, tmp_path: Path) -> None:
    flair = scan_folder / "FLAIR.nii.gz"
    more = ("--html", str(tmp_path / "page.html"), "--lesion-table", str(tmp_path / "lesions.tsv"))
    bare = segment(flair, weights_folder, tmp_path / "bare", *more)
    full = segment(flair, weights_folder, tmp_path / "full", "--regions", "--all-members")
    assert "regions" not in bare
    assert set(bare["lesions"][0]) == {"label", "volume_ml", "voxels", "centre_ras_mm", "mean_probability"}
    assert set(full) == {*bare, "regions"}
    for name in set(bare) - {"seconds", "lesions"}:
        assert bare[name] == full[name], name
    masks = [(tmp_path / name / "wmh.nii.gz").read_bytes() for name in ("bare", "full")]
    assert masks[0] == masks[1]
    page = (tmp_path / "page.html").read_text()
    assert "Red line: edge of the mask." in page
    assert "Where the WMH are" not in page
    header = (tmp_path / "lesions.tsv").read_text().splitlines()[0].split("\t")
    assert header == [
        "label",
        "volume_ml",
        "voxels",
        "right_mm",
        "anterior_mm",
        "superior_mm",
        "mean_probability",
    ]


@pytest.mark.parametrize("axes", ["LAS", "PSR"])
def test_orientation_changes_no_number(
    axes: str, scan_folder: Path, weights_folder: Path, tmp_path: Path
) -> None:
    image = nib.load(scan_folder / "FLAIR.nii.gz")
    now, then = nib.io_orientation(image.affine), nib.orientations.axcodes2ornt(axes)
    turned = image.as_reoriented(nib.orientations.ornt_transform(now, then))
    nib.save(turned, tmp_path / "turned.nii.gz")
    more = ("--regions-image", str(tmp_path / "r.nii"))
    first = segment(scan_folder / "FLAIR.nii.gz", weights_folder, tmp_path / "a", *more)
    values = np.asarray(nib.load(tmp_path / "r.nii").dataobj)
    second = segment(tmp_path / "turned.nii.gz", weights_folder, tmp_path / "b", *more)
    assert second["regions"] == first["regions"]
    places = ("region", "side", "distance_mm", "cap_or_rim_share")
    for one, other in zip(first["lesions"], second["lesions"], strict=True):
        assert [one[name] for name in places] == [other[name] for name in places]
    back = nib.load(tmp_path / "r.nii").as_reoriented(nib.orientations.ornt_transform(then, now))
    np.testing.assert_array_equal(np.asarray(back.dataobj), values)


def test_the_name_of_the_table_is_checked_before_the_work(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    words = ["segment", "--flair", str(scan_folder / "FLAIR.nii.gz"), "--weights", str(weights_folder)]
    words += ["--output", str(tmp_path / "m.nii"), "--regions-image", str(tmp_path / "r.nii")]
    assert main([*words, "--lesion-table", str(tmp_path / "r.tsv")]) == 6
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_ventricles")
def test_a_head_without_ventricles_is_one_line(
    scan_folder: Path,
    weights_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture,
) -> None:
    flair = scan_folder / "FLAIR.nii.gz"
    words = ["segment", "--flair", str(flair), "--weights", str(weights_folder), "--regions"]
    assert main([*words, "--output", str(tmp_path / "m.nii")]) == 4
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"wmhseg: error: {flair}: FLAIR: expected 1 ml or more of lateral ventricles")
    assert list(tmp_path.iterdir()) == []


def test_python(scan_folder: Path, weights_folder: Path) -> None:
    result = Segmenter(weights_folder, regions=True).segment(scan_folder / "FLAIR.nii.gz")
    assert result.regions is not None
    np.testing.assert_array_equal(result.regions > 0, result.mask > 0)
    assert result.report["regions"]["head_coverage"] == "whole"
    assert Segmenter(weights_folder).segment(scan_folder / "FLAIR.nii.gz").regions is None
