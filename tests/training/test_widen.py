"""A widened network computes the same, and its copies can be told apart."""

import sys
from pathlib import Path

import numpy as np
import pytest

from wmhseg.errors import InputError
from wmhseg.model.unet import build_unet
from wmhseg.training.widen import widen, widening_factor

sys.path.insert(0, str(Path(__file__).parents[1] / "model"))
from network_reference import DOUBLE, TINY, drawn_weights


@pytest.mark.parametrize("batch_normalisation", [True, False])
def test_the_same_output(batch_normalisation: bool) -> None:
    narrow = build_unet((40, 40), widths=TINY, batch_normalisation=batch_normalisation)
    wide = build_unet((40, 40), widths=DOUBLE, batch_normalisation=batch_normalisation)
    narrow.set_weights(drawn_weights(narrow))
    widen(narrow, wide, 2, seed=0)
    images = np.random.default_rng(0).normal(size=(2, 40, 40, 2)).astype(np.float32)
    expected = narrow(images).numpy()
    assert expected.std() > 0.01
    np.testing.assert_allclose(wide(images).numpy(), expected, rtol=0, atol=1e-4)
    # The two copies of a channel are read with different parts of its kernel, which add up to it.
    read = wide.get_layer("enc0b").get_weights()[0]
    assert np.abs(read[:, :, 0] - read[:, :, 1]).max() > 0.01
    whole = narrow.get_layer("enc0b").get_weights()[0]
    np.testing.assert_allclose(read[:, :, 0::2, 0] + read[:, :, 1::2, 0], whole[..., 0], atol=1e-5)


def test_another_seed_splits_differently() -> None:
    narrow, wide = build_unet((40, 40), widths=TINY), build_unet((40, 40), widths=DOUBLE)
    narrow.set_weights(drawn_weights(narrow))
    found = []
    for seed in (0, 0, 1):
        widen(narrow, wide, 2, seed)
        found.append(wide.get_layer("dec0a").get_weights()[0])
    np.testing.assert_array_equal(found[0], found[1])
    assert np.abs(found[0] - found[2]).max() > 0.01


def test_factor_one_copies() -> None:
    narrow, same = build_unet((40, 40), widths=TINY), build_unet((40, 40), widths=TINY)
    narrow.set_weights(drawn_weights(narrow))
    widen(narrow, same, 1, seed=0)
    for found, expected in zip(same.get_weights(), narrow.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_the_factor() -> None:
    assert widening_factor(TINY, DOUBLE) == 2
    assert widening_factor(TINY, TINY) == 1
    for other in (((4, 6, 8, 10, 13), (10, 8, 6, 4)), ((1, 3, 4, 5, 6), (5, 4, 3, 2))):
        with pytest.raises(InputError, match=r"widths: expected a whole multiple of \(\(2, 3, 4, 5, 6\)"):
            widening_factor(TINY, other)
