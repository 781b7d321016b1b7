"""The CPU image in a real Docker engine: how it is run, what it writes and as whom."""

import gzip
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

ROOT = Path(__file__).parents[2]
HARDENED = ["--network=none", "--read-only", "--cap-drop=ALL", "--user=12345:12345", "--memory=3g"]

Docker = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.docker


@pytest.fixture(scope="session")
def expected(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's own result for the sample case, computed outside the container."""
    result = tmp_path_factory.mktemp("expected") / "result.nii.gz"
    code = "import sys; from wmhseg.cli import main; sys.exit(main())"
    inputs = ["--flair", sample / "pre/FLAIR.nii.gz", "--t1", sample / "pre/T1.nii.gz"]
    subprocess.run([sys.executable, "-c", code, "segment", *inputs, "--output", result], check=True)
    return result


def assert_identical(result: Path, expected: Path) -> None:
    """Header (grid, type) and voxels, bit for bit."""
    assert gzip.decompress(result.read_bytes()) == gzip.decompress(expected.read_bytes())


def owners(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_uid for path in folder.iterdir()}


@pytest.mark.parametrize("hardened", [False, True], ids=["plain", "hardened"])
def test_run_form_equals_the_package(
    run_form: Docker, sample: Path, expected: Path, output: Path, hardened: bool
) -> None:
    owner = output.stat().st_uid
    if hardened:
        owner = 12345
        output.chmod(0o777)
    done = run_form(sample, output, *(HARDENED if hardened else []))

    assert done.returncode == 0, done.stderr
    assert_identical(output / "result.nii.gz", expected)
    assert owners(output) == {"result.nii.gz": owner, "result.json": owner}
    mask = sitk.ReadImage(output / "result.nii.gz")
    voxels = np.count_nonzero(sitk.GetArrayFromImage(mask))
    assert voxels > 0
    report = json.loads((output / "result.json").read_text())
    assert report["volume_ml"] == pytest.approx(voxels * np.prod(mask.GetSpacing()) / 1000, abs=1e-4)


def test_organisers_protocol(
    docker: Docker, image: str, sample: Path, expected: Path, tmp_path: Path
) -> None:
    original = tmp_path / "orig"
    original.mkdir()
    mounts = ["-v", f"{original}:/input/orig:ro", "-v", f"{sample / 'pre'}:/input/pre:ro", "-v", "/output"]
    container = docker("run", "-dit", *mounts, image).stdout.strip()
    try:
        docker("exec", container, "segment")
        docker("cp", f"{container}:/output", tmp_path / "result")
        written = docker("exec", container, "stat", "-c", "%u %n", "result.nii.gz", "result.json").stdout
        changed = docker("diff", container).stdout.split()[1::2]
        volume = docker("inspect", "-f", "{{range .Mounts}}{{.Name}}{{end}}", container).stdout.strip()
        banner = docker("logs", container).stdout
        begin = time.monotonic()
        docker("stop", container)
        seconds_to_stop = time.monotonic() - begin
    finally:
        docker("rm", "-f", "-v", container)

    assert_identical(tmp_path / "result/result.nii.gz", expected)
    assert written.split() == ["1000", "result.nii.gz", "1000", "result.json"]
    assert [path for path in changed if not path.startswith("/input")] == [], "written outside /output"
    assert "docker exec CONTAINER segment" in banner
    assert seconds_to_stop < 5
    assert docker("volume", "inspect", volume, check=False).returncode == 1


def test_commands_are_run_as_given(docker: Docker, image: str) -> None:
    assert docker("run", "--rm", image, "wmhseg", "--version").stdout == f"{image.replace(':', ' ')}\n"
    assert "--threads" in docker("run", "--rm", image, "--help").stdout
    assert docker("run", "--rm", image, "sh", "-c", "exit 42", check=False).returncode == 42


def test_mounted_weights_replace_the_ensemble(
    run_form: Docker, sample: Path, weights: Path, output: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(weights, tmp_path / "weights"))
    manifest = json.loads((other / "manifest.json").read_text())
    manifest |= {"name": "another", "members": manifest["members"][:1] * 2}
    manifest["recipe"]["min_lesion_mm3"] = 1e9  # larger than any head
    (other / "manifest.json").write_text(json.dumps(manifest))

    done = run_form(sample, output, "-v", f"{other}:/weights:ro")

    assert done.returncode == 0, done.stderr
    report = json.loads((output / "result.json").read_text())
    assert (report["weights"]["name"], report["lesion_count"]) == ("another", 0)


def test_without_t1_one_warning(run_form: Docker, case: Path, output: Path) -> None:
    (case / "pre/T1.nii.gz").unlink()
    done = run_form(case, output)

    assert done.returncode == 0, done.stderr
    assert len(re.findall("no T1", done.stderr)) == 1
    assert json.loads((output / "result.json").read_text())["t1_used"] is False


def test_positional_form_is_a_bids_app(
    docker: Docker, image: str, sample: Path, output: Path, tmp_path: Path
) -> None:
    anat = tmp_path / "bids" / "sub-01" / "anat"
    anat.mkdir(parents=True)
    shutil.copy(sample / "pre/FLAIR.nii.gz", anat / "sub-01_FLAIR.nii.gz")
    shutil.copy(sample / "pre/T1.nii.gz", anat / "sub-01_T1w.nii.gz")
    description = '{"Name": "sample", "BIDSVersion": "1.10.0"}'
    (tmp_path / "bids" / "dataset_description.json").write_text(description)
    mounts = ["-v", f"{tmp_path / 'bids'}:/bids:ro", "-v", f"{output}:/out"]
    offline = ["--rm", "--network=none", "--read-only"]
    for level in ("participant", "group"):
        docker("run", *offline, *mounts, image, "/bids", "/out", level)

    stem = "sub-01/anat/sub-01_space-orig_label-WMH"
    for name in (f"{stem}_mask.nii.gz", f"{stem}_probseg.nii.gz", f"{stem}_mask.json", "cohort.html"):
        assert (output / name).stat().st_uid == output.stat().st_uid
    report = json.loads((output / f"{stem}_mask.json").read_text())
    assert report["lesion_count"] > 0
