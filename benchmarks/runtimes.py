"""LiteRT beside Keras: the same probabilities and masks, and how long each takes, case by case.

    python benchmarks/runtimes.py CASES [--weights DIR] [--threads N] [--only NAME ...]

CASES holds folders with pre/FLAIR.nii.gz and perhaps pre/T1.nii.gz. Every slice goes through every network,
float32, in both; the two take turns, network by network, so that what else the machine does slows both.
Graphs are built before the clock runs. Printed: seconds of each, their ratio, the largest difference of a
member's probability and the Dice of the two masks.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wmhseg.datasets.cases import find_cases
from wmhseg.model.keras_network import keras_networks, use_threads
from wmhseg.model.lite_network import LiteNetwork
from wmhseg.model.manifest import default_weights, read_manifest
from wmhseg.model.member_probabilities import Members
from wmhseg.model.member_weights import load_members
from wmhseg.model.network import Network
from wmhseg.model.start_keras import start_keras
from wmhseg.segmentation.prepare_scan import prepare_files
from wmhseg.segmentation.segment_scan import finish
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import InputOptions

WAYS = ("keras", "litert")


def main() -> int:
    """Print a line for each case."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", type=Path)
    parser.add_argument("--weights", type=Path, default=default_weights())
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", nargs="+", default=[])
    options = parser.parse_args()
    start_keras()
    use_threads(options.threads)
    manifest = read_manifest(options.weights)
    members = load_members(manifest)
    networks: dict[str, Sequence[Network]] = {
        "keras": keras_networks(members, "float32"),
        "litert": [LiteNetwork(weights, options.threads) for weights in members],
    }
    print("case\tslices\tkeras_s\tlitert_s\tratio\tlargest_difference\tdice")
    for case in find_cases(options.cases):
        if options.only and case.name not in options.only:
            continue
        prepared = prepare_files(case.flair, case.t1, manifest.recipe, InputOptions(), Stopwatch())
        slices = prepared.windows.slices
        found, seconds = both(networks, slices)
        masks = [finish(prepared, Members(tuple(found[way])), manifest.recipe).mask.array > 0 for way in WAYS]
        apart = max(float(np.abs(a - b).max()) for a, b in zip(found["keras"], found["litert"], strict=True))
        both_marked = 2 * int((masks[0] & masks[1]).sum())
        dice = both_marked / max(1, int(masks[0].sum()) + int(masks[1].sum()))
        keras_s, lite_s = (seconds[way] for way in WAYS)
        print(
            f"{case.site}/{case.name}\t{len(slices)}\t{keras_s:.2f}\t{lite_s:.2f}\t{keras_s / lite_s:.2f}"
            f"\t{apart:.1e}\t{dice:.6f}",
            flush=True,
        )
    return 0


def both(
    networks: dict[str, Sequence[Network]], slices: NDArray[np.float32]
) -> tuple[dict[str, list[NDArray[np.float32]]], dict[str, float]]:
    """Return each member's probability and the seconds of all members, by way."""
    found: dict[str, list[NDArray[np.float32]]] = {way: [] for way in WAYS}
    seconds = dict.fromkeys(WAYS, 0.0)
    for turn in range(len(networks["keras"])):
        for way in WAYS:
            network = networks[way][turn]
            network.predict(slices[:1])
            start = time.perf_counter()
            found[way].append(network.predict(slices)[..., 0])
            seconds[way] += time.perf_counter() - start
    return found, seconds


if __name__ == "__main__":
    raise SystemExit(main())
