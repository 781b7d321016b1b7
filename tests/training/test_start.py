"""Going on from trained weights."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wmhseg.datasets.slices import SliceSet
from wmhseg.errors import InputError, WeightsError
from wmhseg.io.files import file_sha256
from wmhseg.model.manifest import PAPER_WIDTHS
from wmhseg.model.unet import build_unet
from wmhseg.recipe import DEFAULT
from wmhseg.training.config import FIRST, HALF_WIDTHS
from wmhseg.training.files import STATE, WEIGHTS
from wmhseg.training.start import find_start, load_start
from wmhseg.training.train import export_runs, train

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))
from network_reference import DOUBLE, TINY, write_random_ensemble

CONFIG = replace(
    FIRST, epochs=1, batch_size=2, batches_per_epoch=2, patch=40, learning_rate=1e-2, widths=TINY
)


def made_up(site: str) -> SliceSet:
    rng = np.random.default_rng(1)
    labels = np.zeros((2, 72, 72), np.uint8)
    labels[:, 30:40, 30:40] = 1
    return SliceSet(site, f"case_{site}", rng.normal(size=(2, 72, 72, 2)).astype(np.float16), labels)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "narrow"
    train([made_up("a"), made_up("synthetic")], CONFIG, folder)
    return folder


def test_a_run_is_a_start(run: Path) -> None:
    start = find_start(run)
    assert start.path == run / WEIGHTS
    assert start.sha256 == file_sha256(run / WEIGHTS)
    assert start.widths == TINY
    assert start.cases == ("a/case_a",)
    assert json.loads((run / STATE).read_text())["settings"]["synthetic_cases"] == 1


def test_a_wider_run_starts_where_the_narrow_one_ended(run: Path, tmp_path: Path) -> None:
    # A learning rate of 0 changes nothing but the moving averages.
    still = replace(CONFIG, widths=DOUBLE, learning_rate=0.0, seed=3)
    train([made_up("b")], still, tmp_path, start=find_start(run))
    settings = json.loads((tmp_path / STATE).read_text())["settings"]
    assert settings["cases"] == ["a/case_a", "b/case_b"]
    assert settings["start_sha256"] == file_sha256(run / WEIGHTS)
    narrow, wide = build_unet(widths=TINY), build_unet(widths=DOUBLE)
    narrow.load_weights(run / WEIGHTS)
    wide.load_weights(tmp_path / WEIGHTS)
    bias = narrow.get_layer("enc1a").get_weights()[1]
    assert np.abs(bias).max() > 0
    np.testing.assert_array_equal(wide.get_layer("enc1a").get_weights()[1], np.repeat(bias, 2))


def test_a_start_that_is_not_wanted_any_more_is_another_run(run: Path, tmp_path: Path) -> None:
    train([made_up("b")], CONFIG, tmp_path, start=find_start(run))
    with pytest.raises(InputError, match="a run with other settings or cases is there"):
        train([made_up("b")], CONFIG, tmp_path)


def test_a_member_of_an_ensemble_is_a_start(tmp_path: Path) -> None:
    manifest = write_random_ensemble(tmp_path, (False, True))
    start = find_start(tmp_path, 1)
    assert (start.path, start.sha256) == (manifest.members[1].path, manifest.members[1].sha256)
    model = build_unet((40, 40))
    load_start(start, model, PAPER_WIDTHS, 0)
    expected = build_unet()
    expected.load_weights(start.path)
    for found, weight in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(found, weight)
    with pytest.raises(WeightsError, match="expected a network with batch normalisation, found one without"):
        find_start(tmp_path, 0)
    with pytest.raises(InputError, match="expected a member from 0 to 1, found 2"):
        find_start(tmp_path, 2)


def test_a_member_is_stored_and_goes_on_at_the_width_it_was_trained_in(tmp_path: Path) -> None:
    """A network that was trained wide does not fit into a narrow one."""
    half = replace(CONFIG, widths=HALF_WIDTHS, learning_rate=0.0)
    train([made_up("a")], half, tmp_path / "half")
    export_runs([tmp_path / "half"], tmp_path / "ensemble", "half", DEFAULT)
    start, model = find_start(tmp_path / "ensemble"), build_unet(widths=HALF_WIDTHS)
    assert start.widths == HALF_WIDTHS
    assert start.path.stat().st_size < 5e6  # 2.2 million numbers of 2 bytes
    load_start(start, model, HALF_WIDTHS, 0)
    expected = build_unet(widths=HALF_WIDTHS)
    expected.load_weights(tmp_path / "half" / WEIGHTS)
    for found, weight in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(found, weight, rtol=1e-3, atol=1e-7)  # kernels are stored as float16
    write_random_ensemble(tmp_path / "wide", (True,))
    with pytest.raises(InputError, match=r"expected a whole multiple of .*512.*; try --full-width"):
        load_start(find_start(tmp_path / "wide"), model, HALF_WIDTHS, 0)


def test_a_shipped_member_has_half_the_papers_width_and_says_what_it_saw() -> None:
    start = find_start(Path(__file__).parents[2] / "weights", 2)
    assert start.widths == HALF_WIDTHS
    assert len(start.cases) == 9
    model = build_unet(widths=HALF_WIDTHS)
    load_start(start, model, HALF_WIDTHS, 0)
    np.testing.assert_array_equal(model.get_layer("enc0a").get_weights()[0].shape, (5, 5, 2, 32))
    assert model.get_layer("score").get_weights()[0].any()


def test_nothing_to_start_from(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a finished run or an ensemble, found neither; run fit"):
        find_start(tmp_path)


def test_an_ensemble_is_no_run(tmp_path: Path) -> None:
    write_random_ensemble(tmp_path / "ensemble", (True,))
    with pytest.raises(
        InputError, match=r"member\.weights\.h5: expected a finished run, found none; run fit"
    ):
        export_runs([tmp_path / "ensemble"], tmp_path / "out", "none", DEFAULT)
