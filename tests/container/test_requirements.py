"""The images and the development environment are pinned to the same packages."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lines(file: str) -> set[str]:
    return set(re.findall(r"^(\S+==.*\S) \\$", (ROOT / file).read_text(), re.MULTILINE))


def pins(file: str) -> set[str]:
    """Return what is installed on x86-64."""
    return {line.split()[0] for line in lines(file) if "platform_machine == 'aarch64'" not in line}


@pytest.mark.parametrize(
    ("file", "tensorflow"),
    [("requirements-gpu.txt", "tensorflow=="), ("requirements-dev.txt", "tensorflow-cpu==")],
)
def test_pins_agree_with_the_cpu_image(file: str, tensorflow: str) -> None:
    wanted = {pin.replace("tensorflow-cpu==", tensorflow) for pin in pins("requirements.txt")}
    assert len(wanted) > 30
    assert wanted - pins(file) == set()


def test_arm64_has_the_same_tensorflow() -> None:
    """The package for x86-64 does not exist there."""
    found = {line.split("==")[0]: line for line in lines("requirements.txt") if line.startswith("tensorflow")}
    versions = {line.split()[0].split("==")[1] for line in found.values()}
    markers = {name: line.partition(" ; ")[2] for name, line in found.items()}
    assert len(versions) == 1
    assert markers == {
        "tensorflow-cpu": "platform_machine != 'aarch64' and platform_machine != 'arm64'",
        "tensorflow": "platform_machine == 'aarch64' or platform_machine == 'arm64'",
    }


def test_gpu_dockerfile_differs_in_its_requirements_only() -> None:
    """Apart from the two comment lines at the top."""
    cpu, gpu = ((ROOT / name).read_text().splitlines()[2:] for name in ("Dockerfile", "Dockerfile.gpu"))
    assert [pair for pair in zip(cpu, gpu, strict=True) if pair[0] != pair[1]] == [
        ("ARG REQUIREMENTS=requirements.txt", "ARG REQUIREMENTS=requirements-gpu.txt")
    ]
