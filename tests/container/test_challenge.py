"""`wmhseg challenge` with a real engine: our image and one that thresholds, then evaluated and ranked."""

import argparse
import csv
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import SimpleITK as sitk

from wmhseg.challenge import command as challenge
from wmhseg.errors import WmhsegError
from wmhseg.evaluation import command as evaluate
from wmhseg.ranking import command as rank

ROOT = Path(__file__).parents[2]
REAL = Path(os.environ.get("WMHSEG_REAL_DATA") or ROOT.parent / "shared" / "data") / "cases"
# As the organisers' own example does, with a threshold that goes by the scan.
THRESHOLD = """
import SimpleITK as sitk
flair = sitk.ReadImage("/input/pre/FLAIR.nii.gz", sitk.sitkFloat32)
array = sitk.GetArrayFromImage(flair)
head = array[array > 0]
result = sitk.GetImageFromArray((array > head.mean() + 2.5 * head.std()).astype("uint8"))
result.CopyInformation(flair)
sitk.WriteImage(result, "/output/result.nii.gz")
"""
Docker = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def threshold_image(docker: Docker, image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image whose command is `python3 /example.py`; everything but the script is ours."""
    context = tmp_path_factory.mktemp("threshold")
    (context / "example.py").write_text(THRESHOLD)
    (context / "Dockerfile").write_text(f"FROM {image}\nCOPY example.py /example.py\n")
    docker("build", "--tag", "wmhseg-test-threshold", context)
    yield "wmhseg-test-threshold"
    docker("rmi", "--force", "wmhseg-test-threshold")


@pytest.fixture(autouse=True)
def nothing_left(docker: Docker) -> Iterator[None]:
    """Every container and anonymous volume of a test is gone after it."""
    before = docker("ps", "-aq").stdout.split(), docker("volume", "ls", "-q").stdout.split()
    yield
    after = docker("ps", "-aq").stdout.split(), docker("volume", "ls", "-q").stdout.split()
    assert [sorted(set(new) - set(old)) for new, old in zip(after, before, strict=True)] == [[], []]


def run(command: ModuleType, *arguments: str | Path) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    command.run(parser.parse_args(list(map(str, arguments))))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_sample_case(docker: Docker, image: str, sample: Path, tmp_path: Path) -> None:
    run(challenge, image, sample, tmp_path)
    (row,) = read(tmp_path / "challenge.csv")
    assert (row["case"], row["exit_code"], row["error"]) == ("sample", "0", "")
    assert float(row["seconds"]) > 1
    assert 300 < float(row["peak_memory_mb"]) < 8000
    result = sitk.ReadImage(tmp_path / "result.nii.gz")
    assert result.GetSize() == sitk.ReadImage(sample / "pre/FLAIR.nii.gz").GetSize()
    assert np.count_nonzero(sitk.GetArrayFromImage(result)) > 0
    assert "ml WMH in" in (tmp_path / "log.txt").read_text()
    assert docker("image", "inspect", "--format", "{{.Id}}", image).stdout.strip() == row["image"]


def test_failures_leave_nothing_behind(image: str, case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (case / "pre/T1.nii.gz").write_bytes(b"not an image")
    with pytest.raises(WmhsegError, match="1 of 1 cases failed: case"):
        run(challenge, image, case, out)
    assert read(out / "challenge.csv")[0]["exit_code"] == "3"
    with pytest.raises(WmhsegError, match="1 of 1 cases failed: case"):
        run(challenge, image, case, out, "--again", "--timeout", "2", "--command", "sleep 600")
    assert read(out / "challenge.csv")[0]["error"] == "no end after 2 s"


def test_inputs_are_read_only_and_there_is_no_network(image: str, case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = "import socket; print([name for _, name in socket.if_nameindex()]); open('/input/pre/x', 'w')"
    with pytest.raises(WmhsegError):
        run(challenge, image, case, out, "--command", f'python3 -c "{code}"')
    log = (out / "log.txt").read_text()
    assert "['lo']" in log
    assert "Read-only file system: '/input/pre/x'" in log
    assert not (case / "pre/x").exists()


def require_own_grid(flair_path: Path, result_path: Path) -> None:
    flair, result = sitk.ReadImage(flair_path), sitk.ReadImage(result_path)
    assert result.GetSize() == flair.GetSize()
    # NIfTI keeps the grid as float32.
    np.testing.assert_allclose(result.GetSpacing(), flair.GetSpacing(), rtol=1e-6)
    np.testing.assert_allclose(result.GetOrigin(), flair.GetOrigin(), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(result.GetDirection(), flair.GetDirection(), atol=1e-6)
    assert set(np.unique(sitk.GetArrayFromImage(result))) == {0, 1}


@pytest.mark.real
def test_ours_ranks_before_a_threshold(
    image: str, threshold_image: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every real case, both images, the whole way from containers to ranks."""
    ours, threshold = tmp_path / "ours", tmp_path / "threshold"
    run(challenge, image, REAL, ours)
    run(challenge, threshold_image, REAL, threshold, "--command", "python3 /example.py")
    cases = sorted(str(path.parent.relative_to(REAL)) for path in REAL.glob("*/*/wmh.nii.gz"))
    for results in (ours, threshold):
        rows = read(results / "challenge.csv")
        assert [row["case"] for row in rows if not row["error"]] == cases
        run(evaluate, REAL, results, "--output", tmp_path / f"{results.name}-scores", "--no-figures")
    for name in cases:
        require_own_grid(REAL / name / "pre/FLAIR.nii.gz", ours / name / "result.nii.gz")
    capsys.readouterr()

    tables = [f"{name}={tmp_path / f'{name}-scores/cases.csv'}" for name in ("threshold", "ours")]
    run(rank, *tables, "--leaderboard", "--output", tmp_path / "ranking.csv")
    standings = [row for row in read(tmp_path / "ranking.csv") if row["ranking"] == "given teams"]
    assert [row["team"] for row in standings] == ["ours", "threshold"]
    assert float(standings[0]["score"]) < 0.5 < float(standings[1]["score"])
    assert "ours would be at position" in capsys.readouterr().out
