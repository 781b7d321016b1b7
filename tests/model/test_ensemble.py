"""The ensemble: the mean of its members, the same every time, and nothing but verified weights."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wmhseg.model.ensemble import Ensemble
from wmhseg.model.graph import BATCH
from wmhseg.model.manifest import Manifest
from wmhseg.model.member_probabilities import Members
from wmhseg.model.unet import build_unet

sys.path.insert(0, str(Path(__file__).parent))
from network_reference import Array, write_random_ensemble

# Which members have batch normalisation; windows as small as the network allows.
KINDS = (True, False, True)
SIZE = (40, 72)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """Three members of the full size with different random weights."""
    folder = tmp_path_factory.mktemp("ensemble")
    return write_random_ensemble(folder, KINDS)


@pytest.fixture(scope="module")
def slices() -> Array:
    # From noise to almost nothing, so that slices reach different probabilities.
    values = np.random.default_rng(11).normal(size=(5, *SIZE, 2))
    return (values * np.array([1, 2, 0.1, 0.5, 1.5])[:, None, None, None]).astype(np.float32)


@pytest.fixture(scope="module")
def ensemble(manifest: Manifest) -> Ensemble:
    return Ensemble(manifest, "float32")


@pytest.fixture(scope="module")
def mean(ensemble: Ensemble, slices: Array) -> Array:
    return ensemble.predict(slices)


def test_the_mean_of_single_predictions(manifest: Manifest, slices: Array, mean: Array) -> None:
    alone = []
    for member, kind in zip(manifest.members, KINDS, strict=True):
        model = build_unet(SIZE, batch_normalisation=kind)
        model.load_weights(member.path)
        alone.append(np.asarray(model(slices, training=False))[..., 0])
    assert all(np.abs(alone[i] - alone[j]).max() > 0.1 for i, j in ((0, 1), (0, 2), (1, 2)))
    assert mean.shape == (5, *SIZE)
    assert mean.dtype == np.float32
    np.testing.assert_allclose(mean, np.mean(alone, axis=0), rtol=0, atol=3e-5)


def test_members_come_in_the_manifests_order(ensemble: Ensemble, slices: Array, mean: Array) -> None:
    members = ensemble.predict_members(slices)
    assert len(members) == 3
    np.testing.assert_allclose(np.mean(members, axis=0), mean, rtol=0, atol=1e-6)


def test_the_mean_of_all_members_has_the_bits_of_the_short_way(
    ensemble: Ensemble, slices: Array, mean: Array
) -> None:
    in_full = Members(tuple(ensemble.predict_members(slices))).mean()
    np.testing.assert_array_equal(in_full, mean)
    for threshold in np.quantile(mean, (0.1, 0.5, 0.9, 0.999)):
        short = ensemble.predict(slices, only_above=float(threshold))
        np.testing.assert_array_equal(short > threshold, in_full > threshold)


def test_the_same_bits_every_time(ensemble: Ensemble, slices: Array, mean: Array) -> None:
    np.testing.assert_array_equal(ensemble.predict(slices), mean)


@pytest.mark.parametrize("count", range(5))
def test_padding_the_last_batch_changes_nothing(
    ensemble: Ensemble, slices: Array, mean: Array, count: int
) -> None:
    assert BATCH == 4  # so that 5 slices are a full batch and one more
    np.testing.assert_array_equal(ensemble.predict(slices[:count]), mean[:count])


def test_a_slice_does_not_depend_on_its_neighbours(ensemble: Ensemble, slices: Array, mean: Array) -> None:
    np.testing.assert_array_equal(ensemble.predict(slices[[4, 0]]), mean[[4, 0]])


def test_skipping_decided_slices_keeps_every_mask(ensemble: Ensemble, slices: Array, mean: Array) -> None:
    highest = np.sort(mean.max(axis=(1, 2)))
    assert highest[-1] - highest[0] > 0.05
    skipped = 0
    for threshold in (0.1, highest[1], highest[-1] - 1e-4, 0.999):
        found = ensemble.predict(slices, only_above=float(threshold))
        np.testing.assert_array_equal(found > threshold, mean > threshold)
        assert (found <= mean).all()
        computed = (found == mean).all(axis=(1, 2))
        assert computed[mean.max(axis=(1, 2)) > threshold].all()
        skipped += int((~computed).sum())
    assert skipped > 0


def test_bfloat16_gives_nearly_the_same_mask(manifest: Manifest, slices: Array, mean: Array) -> None:
    fast = Ensemble(manifest, "bfloat16")
    found = fast.predict(slices)
    assert fast.precision == "bfloat16"
    assert found.dtype == np.float32
    assert 0 < np.abs(found - mean).max() < 0.05
    threshold = np.median(mean)
    assert ((found > threshold) == (mean > threshold)).mean() > 0.95


def test_threads_are_set_before_anything_is_computed() -> None:
    program = (
        "import tensorflow as tf\n"
        "from wmhseg.errors import ArgumentsError\n"
        "from wmhseg.model.keras_network import use_threads\n"
        "use_threads(1)\n"
        "tf.constant([1.0]) + 1\n"
        "use_threads(1)\n"
        "try:\n"
        "    use_threads(2)\n"
        "except ArgumentsError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("threads: expected to be set before anything is computed in this process")


def test_an_ensemble_of_one(manifest: Manifest, ensemble: Ensemble, slices: Array) -> None:
    one = Ensemble(replace(manifest, members=manifest.members[1:2]), "float32")
    np.testing.assert_array_equal(one.predict(slices), ensemble.predict_members(slices)[1])
