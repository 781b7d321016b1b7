"""Which arithmetic is faster on this machine: known before TensorFlow is loaded."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TypeAlias

from wmhseg.settings import Precision

UsedPrecision: TypeAlias = Literal["float32", "bfloat16"]
# Only AMX multiplies bfloat16 faster than float32; AVX-512's bfloat16 was measured 1.7x slower.
AMX_FLAG = "amx_bf16"
CPUINFO = Path("/proc/cpuinfo")
DEVICES = Path("/dev")
# NVIDIA's device files; Windows' for Linux programs.
_GPU_FILES = ("nvidia[0-9]*", "dxg")
# There the CPU's build of TensorFlow is the only one, under the name of CUDA's.
_WITHOUT_CUDA = ("aarch64", "arm64")


def used_precision(choice: Precision) -> UsedPrecision:
    """Return the arithmetic of the convolutions that a choice means on this machine.

    "auto" takes bfloat16 where the processor, by what it says it has, or a GPU is faster with it, and
    TensorFlow, which alone computes in it, is installed.
    """
    if choice != "auto":
        return choice
    if gpu_is_there():
        return "bfloat16"
    try:
        flags = CPUINFO.read_text(encoding="utf-8")
    except OSError:
        return "float32"
    return "bfloat16" if AMX_FLAG in flags and find_spec("tensorflow") is not None else "float32"


def gpu_is_there() -> bool:
    """Tell whether TensorFlow's CUDA build is installed and there is a GPU that it may use."""
    if platform.machine() in _WITHOUT_CUDA:
        return False
    try:
        version("tensorflow")  # the CPU's build is another package, tensorflow-cpu
    except PackageNotFoundError:
        return False
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return False
    return any(True for name in _GPU_FILES for _ in DEVICES.glob(name))
