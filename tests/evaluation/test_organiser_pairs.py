"""The organisers' metrics against a second implementation, on random pairs of truth and result.

Every kind of grid, mask and number type; the two must agree to 1e-9.
"""

import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from wmhseg.evaluation.organiser import score
from wmhseg.io.volume import Grid, Volume, to_image

sys.path.insert(0, str(Path(__file__).parent))
from organiser_reference import reference_scores

PAIRS = 360
RESULT_TYPES = (np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64)
Pair = tuple[NDArray[np.float32], NDArray[Any], Grid]


def random_pair(seed: int) -> Pair:
    """Return truth, result and grid; the truth holds at least one voxel of WMH."""
    rng = np.random.default_rng(seed)
    grid = random_grid(rng)
    shape = grid.shape_zyx
    mask = blobs(rng, shape, rng.uniform(0.02, 0.6))
    if rng.random() < 0.3:
        mask = np.zeros(shape, dtype=bool)
        mask[tuple(rng.integers(0, shape, (rng.integers(1, 4), 3)).T)] = True
    mask.flat[0] |= not mask.any()
    truth = mask.astype(np.float32)
    if rng.random() < 0.5:
        truth[blobs(rng, shape, rng.uniform(0.02, 0.3)) & ~(mask & (rng.random() < 0.5))] = 2
        truth.flat[0] = truth.flat[0] if (truth == 1).any() else 1
    results = (
        mask,
        np.roll(mask, (0, 1, 2), (0, 1, 2)),
        blobs(rng, shape, 0.1),
        mask & blobs(rng, shape, 0.5),
        np.zeros(shape, dtype=bool),
    )
    found = results[rng.choice(5, p=[0.2, 0.25, 0.25, 0.25, 0.05])]
    return truth, as_type(rng, found, rng.choice(RESULT_TYPES)), grid


def random_grid(rng: np.random.Generator) -> Grid:
    """Return a small grid: flipped or oblique, isotropic in-plane or not, with thin or thick slices."""
    shape = (int(rng.integers(1, 12)), int(rng.integers(4, 30)), int(rng.integers(4, 30)))
    spacing = rng.uniform(0.4, 2, 3) * (1, 1, rng.choice([1, 4]))
    direction = (
        Rotation.random(rng=rng).as_matrix() if rng.random() < 0.6 else np.diag(rng.choice([-1, 1], 3))
    )
    if rng.random() < 0.2:
        direction = np.round(direction, 3)  # as in some headers: only nearly orthonormal
    z, y, x = shape
    return Grid((x, y, z), tuple(spacing.tolist()), (-12.5, 80.25, 7.0), tuple(direction.ravel().tolist()))


def blobs(rng: np.random.Generator, shape: tuple[int, ...], fraction: float) -> NDArray[np.bool_]:
    """Return smooth or ragged blobs that fill a fraction of the image, also at its border."""
    noise = ndimage.gaussian_filter(rng.standard_normal(shape), rng.uniform(0, 1.5), mode="wrap")
    return noise > np.quantile(noise, 1 - fraction)


def as_type(rng: np.random.Generator, found: NDArray[np.bool_], dtype: type) -> NDArray[Any]:
    """Return a result that counts exactly where `found`, with values near both limits."""
    if np.issubdtype(dtype, np.floating):
        inside, outside = rng.uniform(0.5, 1.5, found.shape), rng.uniform(-0.2, 0.4999, found.shape)
        inside.flat[::3] = 0.5
        return np.where(found, inside, outside).astype(dtype)
    highest = 200 if dtype == np.uint8 else 1000
    values = np.where(found, rng.choice([1, 2, highest], found.shape), 0).astype(dtype)
    if dtype != np.uint8:
        values[~found & (rng.random(found.shape) < 0.02)] = 1001
    return values


@pytest.mark.parametrize("seed", range(PAIRS))
def test_equal_to_the_second_implementation(seed: int) -> None:
    truth, result, grid = random_pair(seed)
    expected = reference_scores(to_image(Volume(truth, grid)), to_image(Volume(result, grid)))
    ours = asdict(score(truth, result, grid))
    assert ours == pytest.approx(expected._asdict(), rel=0, abs=1e-9, nan_ok=True)


def test_the_pairs_cover_what_they_should() -> None:
    seen: Counter[str] = Counter()
    for truth, result, grid in map(random_pair, range(PAIRS)):
        true, found = truth == 1, (result >= 0.5) & (result <= 1000)
        border = np.ones(true.shape, dtype=bool)
        border[:, 1:-1, 1:-1] = False
        seen["label 2"] += bool((truth == 2).any())
        seen["result in label 2"] += bool((found & (truth == 2)).any())
        seen["border"] += bool((true & border).any() and (found & border).any())
        seen["oblique"] += not np.isin(np.round(grid.direction, 6), (-1, 0, 1)).all()
        seen["single voxel"] += int(true.sum() == 1)
        seen["empty result"] += not found.any()
        seen["one slice"] += true.shape[0] == 1
        seen[f"result {result.dtype}"] += 1
    assert {name for name in seen if name.startswith("result ")} >= {
        f"result {np.dtype(t)}" for t in RESULT_TYPES
    }
    few = {"single voxel", "empty result", "one slice"}
    assert all(count >= (8 if name in few else 30) for name, count in seen.items()), seen
