"""How a program starts what computes networks: with fast convolutions, and without chatter.

Nothing here happens when the package is imported: a program that stands on it decides for itself.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def set_environment() -> None:
    """Set what TensorFlow reads when it is imported; what the user set is respected.

    Left to itself, TensorFlow takes oneDNN's convolutions with AVX-512 only. Without them a slice's last
    bits depend on its place in a batch, and the sample case took an eighth more processor time.
    """
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    if not os.environ.get("TF_CPP_MIN_LOG_LEVEL"):
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"


def start_keras() -> None:
    """Import Keras with its backend, quietly; for programs, as `quiet_stderr` says."""
    if "keras" not in sys.modules:
        with quiet_stderr():
            import keras  # noqa: F401


def start_litert() -> None:
    """Let LiteRT say once, quietly, what it computes with; for programs, as `quiet_stderr` says."""
    from wmhseg.model.lite_network import try_smallest

    with quiet_stderr():
        try_smallest()


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send the process's standard error to nowhere, for what no setting turns off.

    To be used by a program, when its own messages go elsewhere meanwhile.
    With TF_CPP_MIN_LOG_LEVEL below 3 in the environment, nothing is hidden. Children are quiet, too: the
    level stays in the environment.
    """
    set_environment()
    if os.environ["TF_CPP_MIN_LOG_LEVEL"] != "3":
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device, not a path
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
