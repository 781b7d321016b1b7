"""How near a scan comes to what the machine can do, stage by stage, start to file.

    python benchmarks/roofline.py [--case FOLDER] [--weights DIR] [--threads N]

First the machine's peaks, in the same run: float32 by a large matrix product of NumPy's BLAS and by a 1x1
convolution of LiteRT, int8 by the same convolution, bfloat16 by TensorFlow where it is installed, and bytes
copied a second. Then each stage of one scan, every slice through every network; for the network its
multiplications and additions, the bytes its layers read and write, and their share of the peaks.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from threadpoolctl import threadpool_limits

from wmhseg.io.write_volume import write_volume
from wmhseg.model.lite_model import lite_model
from wmhseg.model.lite_network import LiteNetwork
from wmhseg.model.manifest import default_weights, read_manifest
from wmhseg.model.member_probabilities import Members
from wmhseg.model.member_weights import load_members
from wmhseg.model.provenance import hashed_files, trace
from wmhseg.processors import processors
from wmhseg.segmentation.measure import measure
from wmhseg.segmentation.prepare_scan import prepare_files
from wmhseg.segmentation.segment_scan import finish
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import InputOptions

ROOT = Path(__file__).parents[1]
SIDE, PIXELS, CHANNELS = 2048, 64, 512
COPIED = 2**28
BYTES = 4  # of a float32


def main() -> int:
    """Print the peaks, then the stages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--case", type=Path, default=ROOT / "examples" / "sample", help="folder with pre/")
    parser.add_argument("--weights", type=Path, default=default_weights())
    parser.add_argument("--threads", type=int, default=processors())
    options = parser.parse_args()
    peaks = machine(options.threads)
    for name, value in peaks.items():
        print(f"{name:34} {value:8.1f}")
    stages(options.case, options.weights, options.threads, peaks)
    return 0


def machine(threads: int) -> dict[str, float]:
    """Return what the machine reaches with `threads`: 10^9 operations, or bytes, a second."""
    square = np.random.default_rng(0).random((SIDE, SIDE), np.float32)
    with threadpool_limits(threads):
        peaks = {"float32, BLAS (GFLOP/s)": 2 * SIDE**3 / fastest(lambda: square @ square) / 1e9}
    for kind in ("float32", "int8"):
        operations = 2 * PIXELS**2 * CHANNELS**2
        run = convolution(kind, threads)
        peaks[f"{kind}, LiteRT (GOP/s)"] = operations / fastest(run) / 1e9
    if find_spec("tensorflow") is not None:
        peaks["bfloat16, TensorFlow (GFLOP/s)"] = 2 * SIDE**3 / fastest(bfloat16_product(threads)) / 1e9
    source, target = np.ones((2, COPIED // BYTES), np.float32)
    parts = [slice(i * len(source) // threads, (i + 1) * len(source) // threads) for i in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        seconds = fastest(lambda: list(pool.map(lambda part: np.copyto(target[part], source[part]), parts)))
    return {**peaks, "memory, read and write (GB/s)": 2 * COPIED / seconds / 1e9}


def fastest(run: Callable[[], Any], times: int = 7) -> float:
    """Return the seconds of the fastest of several runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return min(taken)


def bfloat16_product(threads: int) -> Callable[[], Any]:
    """Return what multiplies two large matrices."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    square = tf.cast(tf.random.uniform((SIDE, SIDE)), tf.bfloat16)
    return lambda: tf.matmul(square, square).numpy()


def convolution(kind: str, threads: int) -> Callable[[], None]:
    """Return what runs a 1x1 convolution of 64x64 pixels, 512 to 512 channels."""
    numbers = np.float32 if kind == "float32" else np.int8
    rng = np.random.default_rng(0)
    kernel = (rng.normal(size=(CHANNELS, 1, 1, CHANNELS)) * (1 if kind == "float32" else 30)).astype(numbers)
    bias = np.zeros(CHANNELS, np.float32 if kind == "float32" else np.int32)
    model, graph = schema.ModelT(), schema.SubGraphT()
    model.version, model.subgraphs, model.buffers = 3, [graph], [schema.BufferT()]
    graph.tensors, graph.inputs, graph.outputs = [], [0], [3]
    types = {name: getattr(schema.TensorType, name.upper()) for name in ("float32", "int8", "int32")}
    image = (1, PIXELS, PIXELS, CHANNELS)
    for shape, name, values in (
        (image, kind, None),
        (kernel.shape, kind, kernel),
        (bias.shape, str(bias.dtype), bias),
        (image, kind, None),
    ):
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.buffer = list(shape), types[name], 0
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(values.tobytes(), np.uint8)
            tensor.buffer = len(model.buffers)
            model.buffers.append(buffer)
        if kind == "int8":
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale, tensor.quantization.zeroPoint = [0.01 if name == "int8" else 1e-4], [0]
        graph.tensors.append(tensor)
    code, operator = schema.OperatorCodeT(), schema.OperatorT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CONV_2D
    code.version = 1 if kind == "float32" else 3
    options = schema.Conv2DOptionsT()
    options.strideH = options.strideW = options.dilationHFactor = options.dilationWFactor = 1
    operator.builtinOptionsType, operator.builtinOptions = schema.BuiltinOptions.Conv2DOptions, options
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, [0, 1, 2], [3]
    model.operatorCodes, graph.operators = [code], [operator]
    builder = flatbuffers.Builder(2**22)
    builder.Finish(model.Pack(builder), b"TFL3")
    interpreter = Interpreter(model_content=bytes(builder.Output()), num_threads=threads)
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, rng.normal(size=image).astype(numbers))
    return interpreter.invoke


def work(model: bytes) -> tuple[float, float]:
    """Return a LiteRT model's multiplications and additions, and the bytes its layers read and write."""
    read = schema.ModelT.InitFromPackedBuf(model, 0)
    graph, operations, moved = read.subgraphs[0], 0, 0
    for operator in graph.operators:
        sizes = [int(np.prod(graph.tensors[i].shape)) for i in (*operator.inputs, *operator.outputs)]
        moved += BYTES * sum(sizes)
        code = read.operatorCodes[operator.opcodeIndex].builtinCode
        if code == schema.BuiltinOperator.CONV_2D:
            kernel = graph.tensors[operator.inputs[1]].shape
            operations += 2 * sizes[-1] * int(np.prod(kernel[1:]))
    return operations, moved


def stages(case: Path, weights: Path, threads: int, peaks: dict[str, float]) -> None:
    """Run one scan and print a line for each stage."""
    watch = Stopwatch()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    watch.lap("interpreter")
    subprocess.run([sys.executable, "-c", "import wmhseg.segmentation.segment_files"], check=True)
    watch.lap("imports")
    manifest = read_manifest(weights)
    flair, t1 = (case / "pre" / f"{name}.nii.gz" for name in ("FLAIR", "T1"))
    watch.lap("manifest")
    prepared = prepare_files(flair, t1, manifest.recipe, InputOptions(), watch)
    arrays = load_members(manifest)
    watch.lap("weights")
    slices = prepared.windows.slices
    size_yx = slices.shape[1], slices.shape[2]
    networks = [LiteNetwork(one, threads) for one in arrays]
    first = [network.predict(slices[:1]) for network in networks]
    watch.lap("models and first slice")
    found = [network.predict(slices[1:]) for network in networks]
    watch.lap("network")
    members = [np.concatenate(pair)[..., 0] for pair in zip(first, found, strict=True)]
    result = finish(prepared, Members(tuple(members)), manifest.recipe)
    watch.lap("postprocess")
    measure(prepared.scan, result, trace(*hashed_files(flair, t1), manifest, "float32"))
    watch.lap("measure")
    with tempfile.TemporaryDirectory() as folder:
        write_volume(Path(folder) / "result.nii.gz", result.mask)
    watch.lap("write")
    seconds = {name: taken for name, taken in watch.seconds.items() if name != "total"}
    seconds["imports"] -= seconds["interpreter"]
    total = sum(seconds.values())
    for name, taken in seconds.items():
        print(f"{name:34} {taken:8.2f} s   {taken / total:6.1%}")
    print(f"{'all':34} {total:8.2f} s")
    computed = len(networks) * (len(slices) - 1)
    operations, moved = (computed * value / 1e9 for value in work(lite_model(arrays[0], size_yx)))
    rate, speed = operations / seconds["network"], moved / seconds["network"]
    print(
        f"network: {computed} slices of {size_yx[0]}x{size_yx[1]}: {operations:.0f} GFLOP, "
        f"{rate:.1f} GFLOP/s, {rate / peaks['float32, BLAS (GFLOP/s)']:.0%} of BLAS, "
        f"{rate / peaks['float32, LiteRT (GOP/s)']:.0%} of LiteRT's peak; {moved:.1f} GB, "
        f"{speed / peaks['memory, read and write (GB/s)']:.0%} of the memory's"
    )


if __name__ == "__main__":
    raise SystemExit(main())
