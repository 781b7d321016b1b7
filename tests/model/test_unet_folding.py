"""Batch normalisation folded into the convolutions: by hand, exactly, and on real slices."""

import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from wmhseg.io.volume import read_volume
from wmhseg.model.architecture import widths_of
from wmhseg.model.manifest import MANIFEST, default_weights, read_manifest
from wmhseg.model.member_weights import fold
from wmhseg.model.unet import build_unet
from wmhseg.recipe import DEFAULT
from wmhseg.segmentation.prepare_scan import prepare_scan
from wmhseg.segmentation.read_scan import Scan

sys.path.insert(0, str(Path(__file__).parent))
from network_reference import TINY, Array, drawn_weights


def test_folding_by_hand() -> None:
    model = build_unet((40, 40), widths=((1,) * 5, (1,) * 4))
    # gamma 3, beta 0.5, mean 2, variance 3.999 (epsilon 0.001): factor 3 / 2.
    model.get_layer("enc0a").set_weights([np.full((5, 5, 2, 1), 0.2), np.array([6.0])])
    model.get_layer("enc0a_bn").set_weights([np.array([v]) for v in (3.0, 0.5, 2.0, 3.999)])
    kernel, bias = fold(model.get_weights())[:2]
    np.testing.assert_allclose(kernel, 0.3, rtol=1e-6)
    np.testing.assert_allclose(bias, [(6 - 2) * 1.5 + 0.5], rtol=1e-6)


def test_folding_is_exact_in_double_precision() -> None:
    normalised = build_unet((72, 72), widths=TINY, dtype="float64")
    plain = build_unet((72, 72), widths=TINY, batch_normalisation=False, dtype="float64")
    normalised.set_weights(drawn_weights(normalised, seed=5))
    plain.set_weights(fold(normalised.get_weights()))
    slices = np.random.default_rng(6).normal(size=(2, 72, 72, 2))
    expected = np.asarray(normalised(slices, training=False))
    assert expected.std() > 1e-2
    # The score alone is computed in float32.
    np.testing.assert_allclose(np.asarray(plain(slices, training=False)), expected, rtol=0, atol=1e-6)


@pytest.fixture(scope="module")
def real_slices(real_data: Path) -> Array:
    folder = real_data / "cases" / "tabriz" / "a639" / "pre"
    flair, t1 = (read_volume(folder / f"{name}.nii.gz") for name in ("FLAIR", "T1"))
    return prepare_scan(Scan(flair, t1), DEFAULT).windows.slices[[3, 9]]


def fold_difference(normalised: keras.Model, slices: Array, dtype: str) -> tuple[float, float]:
    """Return the largest difference that folding makes, and the SD of the probabilities."""
    weights = fold(normalised.get_weights())
    plain = build_unet(slices.shape[1:3], widths=widths_of(weights), batch_normalisation=False, dtype=dtype)
    plain.set_weights(weights)
    expected = np.asarray(normalised(slices, training=False))
    found = np.asarray(plain(slices, training=False))
    return float(np.abs(found - expected).max()), float(expected.std())


@pytest.mark.real
def test_folded_network_equals_the_unfolded_on_real_slices(real_slices: Array) -> None:
    normalised = build_unet(real_slices.shape[1:3])
    weights = drawn_weights(normalised, seed=5)
    weights[-2] *= 0.3
    normalised.set_weights(weights)
    for layer in normalised.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.0
    # Statistics of the slices themselves, as a training ends with; without them the signal grows
    # from layer to layer, and float32's rounding with it.
    normalised(real_slices, training=True)
    difference, sd = fold_difference(normalised, real_slices, "float32")
    assert sd > 0.02
    assert difference <= 1e-5


@pytest.mark.real
@pytest.mark.skipif(not (default_weights() / MANIFEST).is_file(), reason="no weights beside the program")
def test_folding_the_shipped_weights_changes_nothing_on_real_slices(real_slices: Array) -> None:
    members = [one for one in read_manifest(default_weights()).members if one.batch_normalisation]
    for member in members:
        # In float32, rounding alone can reach 1e-5 where the score is steep.
        normalised = build_unet(real_slices.shape[1:3], widths=member.widths, dtype="float64")
        normalised.load_weights(member.path)
        difference, sd = fold_difference(normalised, real_slices, "float64")
        assert sd > 0.01
        assert difference <= 1e-5
