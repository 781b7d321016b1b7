"""The image, built once per session, and how the tests run it."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Docker = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def docker() -> Docker:
    """`docker ARGUMENT...`; a failure fails the test, unless check=False."""

    def call(*arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = ["docker", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        if check and done.returncode:
            pytest.fail(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    if shutil.which("docker") is None or call("info", check=False).returncode:
        reason = "no Docker engine answers; make tools installs one, tests/docker_engine.sh start starts it"
        pytest.fail(reason) if os.environ.get("WMHSEG_STRICT") else pytest.skip(reason)
    return call


@pytest.fixture(scope="session")
def image(docker: Docker) -> str:
    """The tag of the CPU image, freshly built."""
    built = subprocess.run([ROOT / "build.sh", "cpu"], capture_output=True, text=True, check=False)
    if built.returncode:
        pytest.fail(f"build.sh failed:\n{built.stdout[-3000:]}{built.stderr[-3000:]}")
    version = re.search(r'__version__ = "(.+)"', (ROOT / "src/wmhseg/__init__.py").read_text())
    assert version is not None
    return f"wmhseg:{version[1]}"


@pytest.fixture(scope="session")
def run_form(docker: Docker, image: str) -> Docker:
    """`docker run --rm OPTION... -v CASE:/input:ro -v OUTPUT:/output IMAGE`, whatever its exit code."""

    def run(case: Path, output: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
        mounts = ["-v", f"{case}:/input:ro", "-v", f"{output}:/output"]
        return docker("run", "--rm", *options, *mounts, image, check=False)

    return run


@pytest.fixture(scope="session")
def sample() -> Path:
    """The sample case, in the organisers' layout."""
    return ROOT / "examples" / "sample"


@pytest.fixture(scope="session")
def weights() -> Path:
    """The ensemble in the image."""
    return ROOT / "weights"


@pytest.fixture
def case(sample: Path, tmp_path: Path) -> Path:
    """A copy of the sample case to break."""
    return Path(shutil.copytree(sample, tmp_path / "case"))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An empty folder for results, owned by a user of its own where the tests may give files away."""
    folder = tmp_path / "output"
    folder.mkdir()
    if os.getuid() == 0:
        os.chown(folder, 4321, 4321)
    return folder
