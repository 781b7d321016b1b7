"""The network as LiteRT computes it, against the same written down in NumPy and against Keras."""

import sys
from pathlib import Path

import numpy as np
import pytest

from wmhseg.errors import WeightsError
from wmhseg.model.architecture import kernel_shapes
from wmhseg.model.keras_network import keras_networks
from wmhseg.model.lite_network import LiteNetwork
from wmhseg.model.manifest import Widths
from wmhseg.model.network import needs_keras

sys.path.insert(0, str(Path(__file__).parent))
from network_reference import TINY, Array, formula_weights, numpy_unet

SIZE = (40, 72)
UNEVEN = ((3, 5, 4, 7, 6), (2, 5, 3, 4))


def weights_of(widths: Widths, outputs: int = 1) -> list[Array]:
    kernels = kernel_shapes(widths, outputs)
    return formula_weights([shape for kernel in kernels for shape in (kernel, kernel[-1:])])


@pytest.fixture(scope="module")
def slices() -> Array:
    return np.random.default_rng(3).normal(size=(3, *SIZE, 2)).astype(np.float32)


@pytest.mark.parametrize("widths", [TINY, UNEVEN])
def test_it_is_the_network_of_figure_4(widths: Widths, slices: Array) -> None:
    weights = weights_of(widths)
    found = LiteNetwork(weights, 1).predict(slices)
    assert found.shape == (3, *SIZE, 1)
    assert found.dtype == np.float32
    expected = np.stack([numpy_unet(image, weights) for image in slices])
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(found[..., 0], expected, rtol=0, atol=1e-5)


def test_eight_outputs_are_those_of_keras_and_sum_to_one(slices: Array) -> None:
    weights = weights_of(UNEVEN, 8)
    found = LiteNetwork(weights, 1).predict(slices)
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=0, atol=1e-6)
    expected = keras_networks([weights], "float32")[0].predict(slices)
    assert np.ptp(expected, axis=-1).max() > 0.1
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_bits_depend_neither_on_threads_nor_on_the_slices_beside(slices: Array) -> None:
    weights = weights_of(((16, 24, 32, 64, 128), (64, 32, 24, 16)))
    one = LiteNetwork(weights, 1).predict(slices)
    for threads in (2, 3):
        np.testing.assert_array_equal(LiteNetwork(weights, threads).predict(slices), one)
    np.testing.assert_array_equal(LiteNetwork(weights, 2).predict(slices[2:])[0], one[2])


def test_windows_of_another_size_and_back(slices: Array) -> None:
    weights = weights_of(TINY)
    network = LiteNetwork(weights, 1)
    first = network.predict(slices)
    other = network.predict(slices[:1, :, :40])
    np.testing.assert_allclose(other[0, ..., 0], numpy_unet(slices[0, :, :40], weights), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(network.predict(slices), first)


def test_no_slices_give_none() -> None:
    assert LiteNetwork(weights_of(TINY), 1).predict(np.zeros((0, *SIZE, 2), np.float32)).shape == (
        0,
        *SIZE,
        1,
    )


def test_nan_is_no_probability(slices: Array) -> None:
    with pytest.raises(WeightsError, match="expected probabilities, computed NaN"):
        LiteNetwork(weights_of(TINY), 1).predict(np.full_like(slices, np.nan))


def test_sizes_that_align_otherwise_are_refused() -> None:
    with pytest.raises(WeightsError, match="sizes that leave 8 when divided by 32, found \\(40, 64\\)"):
        LiteNetwork(weights_of(TINY), 1).predict(np.zeros((1, 40, 64, 2), np.float32))


@pytest.mark.parametrize(
    ("gpu", "precision", "expected"),
    [(False, "float32", False), (False, "bfloat16", True), (True, "float32", True), (True, "bfloat16", True)],
)
def test_keras_computes_on_cards_and_in_bfloat16(
    monkeypatch: pytest.MonkeyPatch, gpu: bool, precision: str, expected: bool
) -> None:
    monkeypatch.setattr("wmhseg.model.network.gpu_is_there", lambda: gpu)
    assert needs_keras(precision) is expected
