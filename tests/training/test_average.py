"""The mean of several networks' weights."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wmhseg.cli import main as wmhseg
from wmhseg.io.files import file_sha256
from wmhseg.model.export import Trained, write_ensemble
from wmhseg.model.manifest import read_manifest
from wmhseg.model.unet import build_unet
from wmhseg.recipe import DEFAULT


def main(arguments: list[str]) -> int:
    return wmhseg(["train", *arguments])


RECIPE = replace(DEFAULT, threshold=0.6)


def constant(value: float, case: str) -> Trained:
    """Return a network whose i-th array holds i % 5 eighths and `value`."""
    network = build_unet()
    network.set_weights([np.full_like(one, i % 5 / 8 + value) for i, one in enumerate(network.get_weights())])
    return Trained(network, True, {"cases": ["site/both", case]})


def test_weights_are_averaged_array_by_array(tmp_path: Path) -> None:
    networks = [constant(0.0, "site/b"), constant(0.25, "site/c"), constant(1.25, "site/a")]
    before = write_ensemble(tmp_path / "rounds", "rounds", RECIPE, networks)
    assert main(["average", str(tmp_path / "rounds"), str(tmp_path / "mean"), "--name", "mean"]) == 0
    after = read_manifest(tmp_path / "mean")
    assert (after.name, after.recipe, len(after.members)) == ("mean", RECIPE, 1)
    assert after.members[0].training == {
        "cases": ["site/a", "site/b", "site/both", "site/c"],
        "mean_of": [file_sha256(member.path) for member in before.members],
    }
    mean = build_unet()
    mean.load_weights(after.members[0].path)
    # (0 + 0.25 + 1.25) / 3, exact in float16 too.
    assert all((one == i % 5 / 8 + 0.5).all() for i, one in enumerate(mean.get_weights()))


def test_one_network_has_no_mean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_ensemble(tmp_path / "one", "one", RECIPE, [constant(0.0, "site/a")])
    assert main(["average", str(tmp_path / "one"), str(tmp_path / "mean"), "--name", "mean"]) == 3
    assert "expected two members or more to average, found one" in capsys.readouterr().err
    assert not (tmp_path / "mean").exists()
