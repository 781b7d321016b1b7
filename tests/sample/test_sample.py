"""The sample's mask is the recorded one; where it is not, algorithm number and version have to say so."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

sys.path.insert(0, str(Path(__file__).parent))
import record

NEXT = "python tests/sample/record.py"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def own_mask() -> np.ndarray:
    """The sample's mask by the checkout, in float32."""
    return sitk.GetArrayFromImage(record.sample_mask())


def test_the_samples_mask_is_the_recorded_one(own_mask: np.ndarray) -> None:
    before, mask = record.read()
    now = record.present()
    same = record.dice(mask, own_mask) >= record.LEAST_DICE
    said = record.broken_rule(before, now, same_mask=same)
    assert not said, f"{said}; then {NEXT}"
    recorded = (before.algorithm, before.weights) == (now.algorithm, now.weights)
    assert recorded, f"another algorithm number or other weights: {NEXT}"
    assert same, f"another mask: {NEXT}"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing but the wheel and what it asks for, which is not TensorFlow."""
    folder = tmp_path_factory.mktemp("installed")
    pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT]
    subprocess.run([sys.executable, *pip, *build], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    assert wheel.stat().st_size < 20e6
    # The versions that everything else is tested with.
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = [line.rstrip(" \\") for line in lines if re.match(r"[a-zA-Z0-9]\S*==", line)]
    (folder / "constraints.txt").write_text("\n".join(pins) + "\n")
    subprocess.run([sys.executable, "-m", "venv", folder / "x"], check=True)
    python = folder / "x" / "bin" / "python"
    install = ["install", "--constraint", folder / "constraints.txt", wheel]
    subprocess.run([python, *pip, *install], check=True, capture_output=True, cwd="/")
    return folder / "x"


def segment(installed: Path, output: Path) -> subprocess.CompletedProcess[str]:
    pre = ROOT / "examples" / "sample" / "pre"
    words = ["--flair", pre / "FLAIR.nii.gz", "--t1", pre / "T1.nii.gz", "--precision", "float32"]
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "WMHSEG_WEIGHTS")
    }
    return subprocess.run(
        [installed / "bin" / "wmhseg", "segment", *words, "--output", output],
        cwd="/", env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_wheel_gives_the_same_mask(installed: Path, own_mask: np.ndarray, tmp_path: Path) -> None:
    output = tmp_path / "mask.nii.gz"
    done = segment(installed, output)
    assert done.returncode == 0, done.stderr
    found = sitk.GetArrayFromImage(sitk.ReadImage(str(output)))
    np.testing.assert_array_equal(found, own_mask)
    assert not [*installed.glob("lib/python3*/site-packages/tensorflow*")]


def test_the_wheel_holds_the_network_of_the_structures(installed: Path) -> None:
    code = (
        "from wmhseg.model.anatomy_network import AnatomyNetwork;"
        "from wmhseg.model.manifest import anatomy_folder, read_manifest;"
        "AnatomyNetwork(read_manifest(anatomy_folder())); print(anatomy_folder())"
    )
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "WMHSEG_WEIGHTS")
    }
    words = [installed / "bin" / "python", "-c", code]
    done = subprocess.run(words, cwd="/", env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(installed)


def test_the_wheels_weights_are_verified(installed: Path, tmp_path: Path) -> None:
    (weights,) = installed.glob("lib/python3*/site-packages/wmhseg/weights/member-0.weights.h5")
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    try:
        done = segment(installed, tmp_path / "mask.nii.gz")
    finally:
        weights.write_bytes(content)
    assert done.returncode == 5
    assert f"{weights}: expected SHA-256" in done.stderr
    assert list(tmp_path.iterdir()) == []


BEFORE = record.Record("0.2.1", 4, ["a", "b"])


@pytest.mark.parametrize(
    ("changes", "same_mask", "said"),
    [
        ({}, True, ""),
        ({"version": "0.2.2"}, True, ""),
        ({}, False, "raise ALGORITHM"),
        ({"algorithm": 5}, False, "raise the minor version"),
        ({"algorithm": 5, "version": "0.2.9"}, False, "raise the minor version"),
        ({"algorithm": 5, "version": "0.3.0"}, False, ""),
        ({"weights": ["a"]}, True, "raise the minor version"),
        ({"weights": ["a"], "version": "0.10.0"}, True, ""),
        ({"weights": ["a"], "version": "1.0.0"}, True, ""),
    ],
)
def test_the_rule(changes: dict[str, object], same_mask: bool, said: str) -> None:
    assert said in record.broken_rule(BEFORE, replace(BEFORE, **changes), same_mask=same_mask)
    assert bool(said) == bool(record.broken_rule(BEFORE, replace(BEFORE, **changes), same_mask=same_mask))
