"""Slices a second on a graphics card through Keras' JAX backend, in float32, TF32 and bfloat16.

    benchmarks/gpu.sh    # makes an environment with JAX for CUDA, and runs this

The first network of the weights, slices of 200x200. Batches are queued without waiting for each result, as
many as fill the time. Without a card, the processor is measured.
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"

import jax
import numpy as np
from numpy.typing import NDArray

from wmhseg.model.manifest import Member, default_weights, read_manifest
from wmhseg.model.unet import build_unet

# Keras dtype policy, and the precision of JAX's float32 products.
WAYS = {
    "float32": ("float32", "highest"),
    "TF32": ("float32", "tensorfloat32"),
    "bfloat16": ("mixed_bfloat16", "bfloat16"),
}


def main() -> int:
    """Print a line for each arithmetic and batch, with the largest difference to float32."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--weights", type=Path, default=default_weights())
    parser.add_argument("--batches", type=int, nargs="+", default=[8, 32, 128])
    parser.add_argument("--seconds", type=float, default=5.0, help="for each line")
    options = parser.parse_args()
    device = jax.devices()[0]
    print(f"{device.device_kind} ({device.platform}), JAX {jax.__version__}")
    print("arithmetic\tbatch\tslices_per_second\tlargest_difference")
    member = read_manifest(options.weights).members[0]
    slices = np.random.default_rng(0).normal(size=(max(options.batches), 200, 200, 2)).astype(np.float32)
    reference: dict[int, NDArray[np.float32]] = {}
    for name, (policy, precision) in WAYS.items():
        with jax.default_matmul_precision(precision):
            forward = network(member, policy)
            for size in options.batches:
                batch = jax.device_put(slices[:size], device)
                found = np.asarray(forward(batch), np.float32)
                apart = float(np.abs(found - reference.setdefault(size, found)).max())
                rate = size * calls_per_second(forward, batch, options.seconds)
                print(f"{name}\t{size}\t{rate:.1f}\t{apart:.1e}", flush=True)
    return 0


def network(member: Member, policy: str) -> Callable[[Any], Any]:
    """Return a member's compiled network, slices to probabilities."""
    model = build_unet(widths=member.widths, batch_normalisation=member.batch_normalisation, dtype=policy)
    model.load_weights(member.path)
    trained, others = (
        [variable.value for variable in kind]
        for kind in (model.trainable_variables, model.non_trainable_variables)
    )
    compiled: Callable[[Any], Any] = jax.jit(
        lambda batch: model.stateless_call(trained, others, batch, training=False)[0]
    )
    return compiled


def calls_per_second(forward: Callable[[Any], Any], batch: Any, seconds: float) -> float:
    """Return how often a batch is computed a second; queues ten at a time."""
    calls, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        results = [forward(batch) for _ in range(10)]
        jax.block_until_ready(results)
        calls += len(results)
    return calls / (time.perf_counter() - start)


if __name__ == "__main__":
    raise SystemExit(main())
