"""Predictions are those of the network, and are computed once."""

from pathlib import Path

import numpy as np

from wmhseg.datasets.slices import SliceSet
from wmhseg.experiments.material import Input
from wmhseg.experiments.predictor import Predictor
from wmhseg.model.unet import build_unet
from wmhseg.training.files import WEIGHTS

WIDTHS = ((2, 3, 4, 5, 6), (5, 4, 3, 2))


def test_probability_of_each_network_kept_per_case(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images = rng.normal(size=(3, 40, 40, 2)).astype(np.float16)
    case = Input(SliceSet("s", "c", images, np.zeros((3, 40, 40), np.uint8)), "0123456789abcdef")
    expected = {}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        model = build_unet((40, 40), widths=WIDTHS)
        model.save_weights(tmp_path / name / WEIGHTS)
        expected[name] = np.asarray(model(images.astype(np.float32)))[..., 0]
    predictor = Predictor(WIDTHS)
    for name in ("one", "two", "one"):
        found = predictor.probability(tmp_path / name, case)
        np.testing.assert_allclose(found, expected[name], atol=1e-3)
    assert np.abs(expected["one"] - expected["two"]).max() > 0.01
    kept = tmp_path / "one" / "predictions" / "s__c-0123456789ab.npy"
    np.save(kept, np.zeros((3, 40, 40), np.float16))
    assert not Predictor(WIDTHS).probability(tmp_path / "one", case).any()
