"""What is released: the wheel's bytes, and that the recipe of the forge asks for what is there."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def build(source: Path, time: float) -> str:
    """SHA-256 of a wheel that is built from a copy of the sources with these file times."""
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        source.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, source)
    for name in ("src", "weights"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in source.rglob("*"):
        os.utime(path, (time, time))
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(source / "dist")]
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(source)], env=environment, check=True)
    (wheel,) = (source / "dist").glob("*.whl")
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.mark.slow
def test_wheel_is_the_same_bytes_wherever_and_whenever_it_is_built(tmp_path: Path) -> None:
    assert build(tmp_path / "one", 1_600_000_000) == build(tmp_path / "another-folder", 1_750_000_000)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_the_forge_asks_for_targets_and_scripts_that_exist(workflow: Path) -> None:
    commands = re.findall(r"^ +- run: (.+)", workflow.read_text(), re.MULTILINE)
    offered = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {target for line in commands for target in re.findall(r"make ([a-z-]+)", line)} <= offered
    scripts = [script for line in commands for script in re.findall(r"container/\S+\.sh", line)]
    assert all(os.access(ROOT / script, os.X_OK) for script in scripts)
