import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wmhseg.anatomy.structure import Structure
from wmhseg.cli import main as wmhseg
from wmhseg.datasets.cases import find_cases
from wmhseg.datasets.slices import load_slices
from wmhseg.errors import InputError
from wmhseg.io.volume import read_volume
from wmhseg.recipe import DEFAULT
from wmhseg.synthesis.generate import build_request, make_case, write_case


def main(arguments: list[str]) -> int:
    return wmhseg(["synthesise", *arguments])


@pytest.fixture(scope="module")
def output(material: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cases, written by the command with two workers, with their volumes."""
    folder = tmp_path_factory.mktemp("synthetic")
    arguments = [str(material / "heads"), str(material / "lesions"), str(folder)]
    assert main([*arguments, "--count", "2", "--seed", "5", "--workers", "2", "--volumes"]) == 0
    return folder


def test_slices_are_valid_for_training(output: Path) -> None:
    sets = load_slices(output)
    assert [one.name for one in sets] == ["s5-00000", "s5-00001"]
    for one in sets:
        assert one.site == "synthetic"
        assert one.images.shape == (len(one.labels), 200, 200, 2)
        assert one.images.dtype == np.float16
        assert one.labels.dtype == np.uint8
        assert set(np.unique(one.labels)) <= {0, 1, 2, 3}
        assert np.isfinite(one.images).all()


def test_structures_are_beside_slices_and_volumes(output: Path) -> None:
    for one in load_slices(output):
        assert one.structures is not None
        assert one.structures.shape == one.labels.shape
        assert set(np.unique(one.structures)) <= set(Structure)
        assert (one.structures == Structure.WHITE_MATTER).mean() > 0.02
        volume = read_volume(output / "volumes" / "synthetic" / one.name / "structures.nii.gz")
        flair = read_volume(output / "volumes" / "synthetic" / one.name / "pre" / "FLAIR.nii.gz")
        assert volume.grid.same_as(flair.grid)
        assert set(np.unique(one.structures)) <= set(np.unique(volume.array).astype(int))


def test_volumes_are_cases(output: Path) -> None:
    cases = find_cases(output / "volumes")
    assert [case.key for case in cases] == ["synthetic__s5-00000", "synthetic__s5-00001"]
    for case in cases:
        assert read_volume(case.flair).grid.same_as(read_volume(case.truth, may_be_constant=True).grid)


def test_parameters_are_written_beside_the_slices(output: Path) -> None:
    drawn = json.loads((output / "synthetic__s5-00001" / "parameters.json").read_text())
    assert drawn["head"] == "phantom.nii.gz"
    assert 0.8 <= drawn["acquisition"]["in_plane_mm"] <= 1.25


def test_same_seed_same_arrays_in_any_process(material: Path, output: Path) -> None:
    request = build_request(material / "heads", material / "lesions", output, 5, DEFAULT)
    made = make_case(request, 1)
    written = load_slices(output)[1]
    assert np.array_equal(made.slices.images, written.images)
    assert np.array_equal(made.slices.labels, written.labels)


def test_lesion_free_cases_differ_in_lesions_and_rims_only(material: Path, output: Path) -> None:
    request = build_request(material / "heads", material / "lesions", output, 5, DEFAULT)
    case, free = make_case(request, 1), make_case(replace(request, lesion_free=True), 1)
    assert case.parameters.lesions.load_ml > 0
    assert (free.scan.truth.array == 1).sum() == 0 < (case.scan.truth.array == 1).sum()
    paint = replace(case.parameters.paint, bright=free.parameters.paint.bright)
    lesions = replace(case.parameters.lesions, load_ml=0.0)
    assert free.parameters == replace(case.parameters, paint=paint, lesions=lesions)
    assert free.parameters.paint.bright.tract_sd == case.parameters.paint.bright.tract_sd


def test_a_finished_case_is_kept(material: Path, output: Path) -> None:
    request = build_request(material / "heads", material / "lesions", output, 5, DEFAULT)
    before = (output / "synthetic__s5-00000" / "images.npy").stat().st_mtime_ns
    write_case(replace(request, heads=()), 0)
    assert (output / "synthetic__s5-00000" / "images.npy").stat().st_mtime_ns == before


def test_says_what_is_missing(material: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), str(material / "lesions"), str(tmp_path / "out")]) == InputError.exit_code
    assert "expected label maps of heads (*.nii.gz), found none" in capsys.readouterr().err
