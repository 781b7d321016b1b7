"""How the container fails: one line, a documented exit code, and nothing touched in the output folder."""

import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Docker = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = pytest.mark.docker


def remove_flair(case: Path) -> None:
    (case / "pre/FLAIR.nii.gz").unlink()


def cut_flair(case: Path) -> None:
    flair = case / "pre/FLAIR.nii.gz"
    flair.write_bytes(flair.read_bytes()[: flair.stat().st_size // 2])


def cut_t1(case: Path) -> None:
    (case / "pre/T1.nii.gz").write_bytes(b"not an image")


def change_a_bit_of_the_weights(case: Path) -> None:
    shutil.copytree(ROOT / "weights", case / "weights")
    member = min((case / "weights").glob("*.weights.h5"))
    content = bytearray(member.read_bytes())
    content[len(content) // 2] ^= 1
    member.write_bytes(content)


def mount_no_weights(case: Path) -> None:
    (case / "weights").mkdir()


@pytest.mark.parametrize(
    ("break_case", "exit_code", "message"),
    [
        (remove_flair, 3, r"/input/pre/FLAIR\.nii\.gz: expected an image file, found none"),
        (cut_flair, 3, r"/input/pre/FLAIR\.nii\.gz: not a readable image"),
        (cut_t1, 3, r"/input/pre/T1\.nii\.gz: not a readable image"),
        (change_a_bit_of_the_weights, 5, r"/weights/.+\.weights\.h5: expected SHA-256"),
        (mount_no_weights, 5, r"/weights/manifest\.json: expected the weights' manifest, found none"),
    ],
)
def test_a_failing_run_says_why_and_touches_nothing(
    *,
    run_form: Docker,
    case: Path,
    output: Path,
    break_case: Callable[[Path], None],
    exit_code: int,
    message: str,
) -> None:
    break_case(case)
    options = ["-v", f"{case / 'weights'}:/weights:ro"] if (case / "weights").exists() else []

    done = run_form(case, output, *options)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (exit_code, "", 1), done.stderr
    assert re.match(f"wmhseg: error: {message}", done.stderr)
    assert list(output.iterdir()) == []

    (output / "result.nii.gz").write_bytes(b"from before")
    assert run_form(case, output, *options).returncode == exit_code
    assert {path.name: path.read_bytes() for path in output.iterdir()} == {"result.nii.gz": b"from before"}


def test_an_output_folder_of_somebody_else(run_form: Docker, sample: Path, output: Path) -> None:
    done = run_form(sample, output, "--user", "12345:12345")
    assert (done.returncode, len(done.stderr.splitlines())) == (6, 1)
    assert re.match("wmhseg: error: /output/.+: expected a folder that can be written", done.stderr)


def test_wrong_arguments(docker: Docker, image: str) -> None:
    done = docker("run", "--rm", image, "segment", "--no-such-option", check=False)
    assert done.returncode == 2
    assert "unrecognized arguments: --no-such-option" in done.stderr


@pytest.mark.parametrize(
    ("how", "exit_code"), [(["stop"], "129"), (["kill", "-s", "INT"], "130")], ids=["docker stop", "Ctrl-C"]
)
def test_an_interrupted_run_ends_quickly(
    *, docker: Docker, image: str, sample: Path, output: Path, how: list[str], exit_code: str
) -> None:
    """Exit codes are 128 + the signal."""
    mounts = ["-v", f"{sample}:/input:ro", "-v", f"{output}:/output"]
    container = docker("run", "-d", *mounts, image).stdout.strip()
    try:
        time.sleep(3)  # into the import of TensorFlow, or beyond it
        begin = time.monotonic()
        docker(*how, container)
        assert docker("wait", container).stdout.strip() == exit_code
        assert time.monotonic() - begin < 5
        assert list(output.iterdir()) == []
    finally:
        docker("rm", "-f", "-v", container)
