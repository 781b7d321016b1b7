"""The image as Apptainer runs it, as far as Docker can do the same.

Root file system read-only, an unknown user, no HOME, the host's /tmp and /dev, no rights and none to be
gained, no network, not process 1; the scans belong to somebody else and cannot be changed.
"""

import gzip
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Docker = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.docker
USER = 54321
CONDITIONS = ["--read-only", f"--user={USER}:{USER}", "--env=HOME=/home/nobody-is-here", "--pid=host"]
CONDITIONS += ["--volume=/dev:/dev", "--security-opt=no-new-privileges", "--cap-drop=ALL", "--network=none"]


@pytest.fixture
def foreign(case: Path, tmp_path: Path) -> Path:
    """The sample case as another user's, who lets it be read."""
    for path in [case, *case.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
        if os.getuid() == 0:
            os.chown(path, 1111, 1111)
    return case


def voxels(mask: Path) -> bytes:
    """Header and voxels."""
    return gzip.decompress(mask.read_bytes())


def test_segment_and_batch_write_the_ordinary_mask(
    docker: Docker, image: str, run_form: Docker, foreign: Path, sample: Path, tmp_path: Path
) -> None:
    (host_tmp := tmp_path / "tmp").mkdir()
    host_tmp.chmod(0o1777)
    for name in ("ordinary", "out"):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(0o777)
    ordinary = run_form(sample, tmp_path / "ordinary")
    assert ordinary.returncode == 0, ordinary.stderr
    mounts = ["-v", f"{host_tmp}:/tmp", "-v", f"{foreign}:/data/scan:ro", "-v", f"{tmp_path / 'out'}:/out"]

    def run(*command: str) -> None:
        docker("run", "--rm", *CONDITIONS, *mounts, "--entrypoint", "wmhseg", image, *command)

    pre = "/data/scan/pre"
    run(
        "segment", "--flair", f"{pre}/FLAIR.nii.gz", "--t1", f"{pre}/T1.nii.gz", "--output", "/out/one.nii.gz"
    )
    run("batch", "/data", "/out/batch", "--workers", "1")

    wanted = voxels(tmp_path / "ordinary/result.nii.gz")
    assert voxels(tmp_path / "out/one.nii.gz") == wanted
    assert voxels(tmp_path / "out/batch/scan/wmh.nii.gz") == wanted
    assert {path.stat().st_uid for path in (tmp_path / "out").rglob("*")} == {USER}
    assert list(host_tmp.iterdir()) == []
