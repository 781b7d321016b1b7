"""The images and the development environment are pinned to the same packages."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def pins(file: str) -> set[str]:
    return set(re.findall(r"^(\S+==\S+)", (ROOT / file).read_text(), re.MULTILINE))


@pytest.mark.parametrize(
    ("file", "tensorflow"),
    [("requirements-gpu.txt", "tensorflow=="), ("requirements-dev.txt", "tensorflow-cpu==")],
)
def test_pins_agree_with_the_cpu_image(file: str, tensorflow: str) -> None:
    wanted = {pin.replace("tensorflow-cpu==", tensorflow) for pin in pins("requirements.txt")}
    assert len(wanted) > 30
    assert wanted - pins(file) == set()


def test_gpu_dockerfile_differs_in_its_requirements_only() -> None:
    """Apart from the two comment lines at the top."""
    cpu, gpu = ((ROOT / name).read_text().splitlines()[2:] for name in ("Dockerfile", "Dockerfile.gpu"))
    assert [pair for pair in zip(cpu, gpu, strict=True) if pair[0] != pair[1]] == [
        ("ARG REQUIREMENTS=requirements.txt", "ARG REQUIREMENTS=requirements-gpu.txt")
    ]
