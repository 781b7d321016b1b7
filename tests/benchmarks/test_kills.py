"""A few of the kills that docs/reference/reliability.md reports, with an ensemble that needs no network."""

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from wmhseg.io.volume import Volume

ROOT = Path(__file__).parents[2]
FAKE = """
import importlib.util, sys

if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("shapes", sys.argv.pop(1))
    shapes = sys.modules["shapes"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shapes)
    from wmhseg.cli import console
    from wmhseg.model import ensemble_loader
    ensemble_loader.load_ensemble = shapes.FakeEnsemble().load
    ensemble_loader.start_keras = ensemble_loader.start_litert = lambda: None
    console()
"""


@pytest.fixture
def kills(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("kills", ROOT / "benchmarks" / "kills.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "kills", module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["batch", "bids"])
def test_killed_twice_then_the_same(
    name: str,
    kills: Any,
    tmp_path: Path,
    weights_folder: Path,
    head: Any,
    save_scan: Callable[[Path, Volume], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]))
    for folder, file in (("scans/0", "FLAIR"), ("dataset/sub-0/anat", "sub-0_FLAIR")):
        (tmp_path / folder).mkdir(parents=True)
        save_scan(tmp_path / folder / f"{file}.nii.gz", head.flair)
    (tmp_path / "dataset" / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.10.0"}')
    (tmp_path / "fake.py").write_text(FAKE)
    program = (sys.executable, str(tmp_path / "fake.py"), str(ROOT / "tests" / "conftest.py"))
    scans = tmp_path / "scans", tmp_path / "dataset"
    command = kills.commands_for(program, scans, ("--workers", "1", "--weights", str(weights_folder)))[name]
    # The second kill comes after a change of the results' files. On a busy machine both may come too late.
    killed = 0
    for seed in range(3, 8):
        count = kills.disturb(command, tmp_path / f"work{seed}", 2, seed=seed)
        assert count.killed + count.ended_before == 2
        assert (count.differing, count.left) == (0, 0)
        killed += count.killed
        if killed:
            break
    assert killed > 0
