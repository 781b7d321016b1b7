"""Time the organisers' metrics the plain way and ours, on one large case, side by side.

    python benchmarks/metrics.py [--repeats 5]

The case: 240x240x48 voxels of 1x1x3 mm, a heavy load (60 ml in about a hundred lesions) and a result
that agrees about as well as a good method does. Prints the seconds of both and their ratio.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.evaluation.organiser import Scores, score
from wmhseg.io.volume import Grid, Volume, to_image
from wmhseg.lesions import label_lesions

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "evaluation"))
from organiser_reference import reference_scores

GRID = Grid(
    (240, 240, 48), (1.0, 1.0, 3.0), (-119.5, -119.5, -70.5), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
)
LOAD_ML = 60.0


def heavy_case(seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return truth (with some label 2) and result, (Z, Y, X): lesions scattered in a head-sized ellipsoid."""
    rng = np.random.default_rng(seed)
    z, y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in GRID.shape_zyx), indexing="ij")
    head = (x / 0.55) ** 2 + (y / 0.7) ** 2 + (z / 0.8) ** 2 < 1
    noise = ndimage.gaussian_filter(rng.standard_normal(GRID.shape_zyx), (1.0, 4.0, 4.0))
    noise = np.where(head, noise / noise.std(), -np.inf)
    voxels = int(LOAD_ML * 1000 / GRID.voxel_volume_mm3)
    shift = ndimage.gaussian_filter(rng.standard_normal(GRID.shape_zyx), (1.0, 2.0, 2.0))
    seen = noise + 0.3 * shift / shift.std()
    truth = (noise >= np.partition(noise.ravel(), -voxels)[-voxels]).astype(np.float32)
    truth[20:24, 60:80, 150:170] = 2
    return truth, (seen >= np.partition(seen.ravel(), -voxels)[-voxels]).astype(np.uint8)


def seconds(function: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main() -> None:
    """Run both ways in turns, check that they agree, print the medians and their ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=5, help="measurements of each way")
    repeats = parser.parse_args().repeats
    truth, result = heavy_case()
    images = [to_image(Volume(array, GRID)) for array in (truth, result)]
    ours: Scores = score(truth, result, GRID)
    for name, value in reference_scores(*images)._asdict().items():
        if abs(getattr(ours, name) - value) > 1e-9:
            raise SystemExit(f"{name}: ours {getattr(ours, name)!r}, the plain way {value!r}")
    pairs = [
        (seconds(lambda: reference_scores(*images)), seconds(lambda: score(truth, result, GRID)))
        for _ in range(repeats)
    ]
    plain, fast = np.median(pairs, axis=0)
    load_ml = (truth == 1).sum() * GRID.voxel_volume_mm3 / 1000
    print(f"case       {load_ml:.1f} ml in {label_lesions(truth == 1)[1]} lesions")
    print(f"scores     DSC {ours.dsc:.3f}, H95 {ours.h95_mm:.2f} mm, recall {ours.lesion_recall:.3f}")
    print("           the same both ways, to 1e-9")
    print(f"plain way  {plain:.3f} s")
    print(f"ours       {fast:.3f} s")
    print(f"ratio      {plain / fast:.1f}")


if __name__ == "__main__":
    main()
