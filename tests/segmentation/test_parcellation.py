"""Parcellations in other spaces: put on the FLAIR by header or transform, and what is refused."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.cli import main
from wmhseg.errors import InputError
from wmhseg.io.volume import Grid, Volume
from wmhseg.segmentation.parcellation import ParcellationFiles, read_parcellation

NAMES = "index\tname\tcolor\n10\tleft\t#ff0000\n20\tright posterior\t#00ff00\n99\tabsent\t#0000ff\n"

# From a place on the FLAIR to one in the parcellation, LPS: turned by 20 degrees about z, then moved.
ANGLE = np.deg2rad(20)
ROTATION = np.array([[np.cos(ANGLE), -np.sin(ANGLE), 0], [np.sin(ANGLE), np.cos(ANGLE), 0], [0, 0, 1]])
SHIFT = np.array([12.0, -7.0, 31.0])


def transform_text() -> str:
    numbers = " ".join(f"{value:.17g}" for value in (*ROTATION.ravel(), *SHIFT))
    return (
        "#Insight Transform File V1.0\n#Transform 0\nTransform: AffineTransform_double_3_3\n"
        f"Parameters: {numbers}\nFixedParameters: 0 0 0\n"
    )


def label_of(places: NDArray[np.float64]) -> NDArray[np.int16]:
    """Each of the head's three lesions lies in a label of its own, with more than 6 mm to its edge."""
    x, y, _ = np.moveaxis(places, -1, 0)
    return np.select([x > 6, (x < -6) & (y > 0), (x < -6) & (y < 0)], [10, 20, 30], 0).astype(np.int16)


@pytest.fixture
def files(tmp_path: Path, save_scan: Callable, make_grid: Any, voxel_positions_mm: Any) -> ParcellationFiles:
    """Labels on voxels of 2 x 2.5 x 3 mm in sagittal order, turned and moved away from the FLAIR."""
    direction = (0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0)
    centred = make_grid((80, 70, 80), (2.5, 3.0, 2.0), direction)
    origin = np.array(centred.origin_mm) + SHIFT
    grid = Grid(centred.size_xyz, centred.spacing_mm, tuple(origin.tolist()), direction)
    places = (voxel_positions_mm(grid) - SHIFT) @ ROTATION  # back: the transpose turns the other way
    save_scan(tmp_path / "atlas.nii.gz", Volume(label_of(places), grid))
    (tmp_path / "to_atlas.txt").write_text(transform_text())
    (tmp_path / "names.tsv").write_text(NAMES)
    return ParcellationFiles(tmp_path / "atlas.nii.gz", tmp_path / "to_atlas.txt", tmp_path / "names.tsv")


def words(scan: Path, weights: Path, output: Path, files: ParcellationFiles) -> list[str]:
    given = ["segment", "--flair", str(scan / "FLAIR.nii.gz"), "--weights", str(weights)]
    given += ["--output", str(output / "m.nii.gz"), "--report", str(output / "r.json")]
    given += ["--parcellation", str(files.labels), "--parcellation-table", str(output / "labels.tsv")]
    return [
        *given,
        "--parcellation-transform",
        str(files.transform),
        "--parcellation-names",
        str(files.names),
    ]


@pytest.mark.usefixtures("fake_ensemble")
def test_each_lesion_is_found_in_its_label(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, files: ParcellationFiles
) -> None:
    assert main(words(scan_folder, weights_folder, tmp_path, files)) == 0
    report = json.loads((tmp_path / "r.json").read_text())
    found = report["parcellation"]
    assert (found["file"]["name"], found["transform"]["name"]) == ("atlas.nii.gz", "to_atlas.txt")
    rows = {row["index"]: row for row in found["labels"]}
    assert list(rows) == [10, 20, 30, 0]
    names = [row["name"] for row in rows.values()]
    assert names == ["left", "right posterior", None, "outside of all labels"]
    # The first lies on the left, the second behind on the right, the third before it.
    for lesion in report["lesions"]:
        right, anterior, _ = lesion["centre_ras_mm"]
        index = 10 if right < 0 else 20 if anterior < 0 else 30
        assert rows[index]["wmh_ml"] == pytest.approx(lesion["volume_ml"], abs=1e-6)
    assert [row["lesion_count"] for row in rows.values()] == [1, 1, 1, 0]
    assert (rows[0]["wmh_ml"], rows[0]["volume_ml"], rows[0]["wmh_percent"]) == (0, None, None)
    flair = nib.load(scan_folder / "FLAIR.nii.gz")
    for row in (rows[10], rows[20], rows[30]):
        assert row["wmh_percent"] == pytest.approx(100 * row["wmh_ml"] / row["volume_ml"], abs=1e-3)
        assert 0 < row["volume_ml"] < 0.5 * np.prod(flair.header.get_zooms()) * np.prod(flair.shape) / 1000
    with (tmp_path / "labels.tsv").open(newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t"))
    assert [row["name"] for row in table] == ["left", "right posterior", "n/a", "outside of all labels"]
    assert [float(row["wmh_ml"]) for row in table] == [row["wmh_ml"] for row in rows.values()]
    assert table[-1]["wmh_percent"] == "n/a"


def flair_grid(make_grid: Any) -> Grid:
    grid: Grid = make_grid()
    return grid


def test_the_transform_leads_from_the_flair_to_the_labels(
    files: ParcellationFiles, make_grid: Any, voxel_positions_mm: Any
) -> None:
    grid = flair_grid(make_grid)
    found = read_parcellation(files, grid)
    places = voxel_positions_mm(grid)
    clear = (np.abs(places[..., 0]) > 9) & (np.abs(places[..., 1]) > 3) & (np.abs(places[..., 0] - 6) > 3)
    clear &= (np.abs(places) < (50, 60, 55)).all(axis=-1)
    np.testing.assert_array_equal(found.array[clear], label_of(places)[clear])
    # The headers alone put it elsewhere.
    without = read_parcellation(ParcellationFiles(files.labels), grid)
    assert np.mean(without.array[clear] != label_of(places)[clear]) > 0.1
    assert without.transform is None


@pytest.mark.real
def test_freesurfer_labels_of_a_head(real_data: Path, tmp_path: Path) -> None:
    """A map in FreeSurfer's numbers, conformed as aparc+aseg is, moved by a known rigid transform."""
    image = nib.load(real_data / "head_label_maps" / "head_01.nii.gz")
    labels = np.asarray(image.dataobj).astype(np.int32)
    labels[labels > 255] = 0
    lps = np.diag([-1.0, -1.0, 1.0, 1.0])
    rigid = np.eye(4)
    rigid[:3, :3], rigid[:3, 3] = ROTATION, SHIFT
    moved = lps @ rigid @ lps @ image.affine
    nib.save(nib.Nifti1Image(labels, moved), tmp_path / "aparc+aseg.nii.gz")
    (tmp_path / "move.txt").write_text(transform_text())
    (tmp_path / "lut.txt").write_text(
        "#No. Label Name: R G B A\n2 Left-Cerebral-White-Matter 245 245 245 0\n"
    )
    # Slices of 5 mm and pixels of 0.9 mm about the map's middle.
    middle = lps @ image.affine @ [*(np.array(labels.shape) / 2), 1]
    size, spacing = (200, 220, 30), (0.9, 0.9, 5.0)
    # Aside by parts of a voxel: halfway between two, either is nearest.
    origin = middle[:3] - np.multiply(size, spacing) / 2 + (0.13, 0.22, 0.31)
    grid = Grid(size, spacing, tuple(origin.tolist()), (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))
    found = read_parcellation(
        ParcellationFiles(tmp_path / "aparc+aseg.nii.gz", tmp_path / "move.txt", tmp_path / "lut.txt"), grid
    )
    # Independently: voxel by nibabel's affine of the unmoved map, by scipy.
    z, y, x = np.indices(grid.shape_zyx)
    world = np.stack([x, y, z], axis=-1) * spacing + origin
    voxels = nib.affines.apply_affine(np.linalg.inv(image.affine) @ lps, world)
    expected = ndimage.map_coordinates(labels, np.moveaxis(voxels, -1, 0), order=0, mode="constant")
    assert np.mean(found.array == expected) > 0.9995
    assert found.names[2] == "Left-Cerebral-White-Matter"
    volumes = {one: np.count_nonzero(expected == one) for one in (2, 41, 4, 43, 16)}
    for one, count in volumes.items():
        assert count > 500
        assert np.count_nonzero(found.array == one) == pytest.approx(count, rel=0.005)


def spoil(files: ParcellationFiles, which: str) -> None:
    if which == "not whole":
        image = nib.load(files.labels)
        data = np.asarray(image.dataobj).astype(np.float32)
        data[0, 0, 0] = 2.5
        nib.save(nib.Nifti1Image(data, image.affine), files.labels)
    elif which == "empty":
        image = nib.load(files.labels)
        nib.save(nib.Nifti1Image(np.zeros(image.shape, np.int16), image.affine), files.labels)
    elif which == "elsewhere":
        image = nib.load(files.labels)
        affine = image.affine.copy()
        affine[:3, 3] += 2000
        nib.save(nib.Nifti1Image(np.asarray(image.dataobj), affine), files.labels)
    elif which == "transform":
        files.transform.write_text("no transform\n")
    elif which == "2D":
        text = "#Insight Transform File V1.0\n#Transform 0\nTransform: Euler2DTransform_double_2_2\n"
        files.transform.write_text(text + "Parameters: 0 0 0\nFixedParameters: 0 0\n")
    elif which == "names":
        files.names.write_text("1 one\ntwo 2\n")
    elif which == "two names":
        files.names.write_text("index\tname\n10\tleft\n10\tright\n")
    else:
        files.names.write_text("# nothing\n")


@pytest.mark.parametrize(
    ("which", "message"),
    [
        ("not whole", r"atlas\.nii\.gz: expected whole numbers from 0 on as labels, found 2\.5;"),
        ("empty", r"atlas\.nii\.gz: expected labels, found only 0"),
        ("elsewhere", r"atlas\.nii\.gz: expected labels where the FLAIR is, found none there"),
        ("transform", r"to_atlas\.txt: expected a transform that ITK reads"),
        ("2D", r"to_atlas\.txt: expected a transform in 3 dimensions, found one in 2"),
        ("names", r"names\.tsv, line 2: expected the number of a label and its name, found 'two 2'"),
        ("two names", r"names\.tsv, line 3: expected one name for label 10, found another"),
        ("no names", r"names\.tsv: expected labels and their names, found none"),
    ],
)
def test_what_is_refused(files: ParcellationFiles, make_grid: Any, which: str, message: str) -> None:
    spoil(files, which)
    with pytest.raises(InputError, match=message):
        read_parcellation(files, flair_grid(make_grid))


@pytest.mark.usefixtures("fake_ensemble")
def test_nothing_is_written_where_it_is_refused(
    scan_folder: Path, weights_folder: Path, tmp_path: Path, files: ParcellationFiles
) -> None:
    output = tmp_path / "out"
    output.mkdir()
    spoil(files, "elsewhere")
    assert main(words(scan_folder, weights_folder, output, files)) == 3
    assert list(output.iterdir()) == []


def test_options_that_do_not_go_together(scan_folder: Path, tmp_path: Path, capsys: Any) -> None:
    given = ["segment", "--flair", str(scan_folder / "FLAIR.nii.gz"), "--output", str(tmp_path / "m.nii")]
    assert main([*given, "--parcellation-names", "names.tsv"]) == 2
    assert "--parcellation-names: expected --parcellation with it" in capsys.readouterr().err
    assert main([*given, "--parcellation", "atlas.nii"]) == 2
    assert "expected --report or --parcellation-table" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
