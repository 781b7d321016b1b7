"""Keep TensorFlow's start-up chatter, which no setting turns off, out of the user's terminal."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send the process's standard error to nowhere; what the user set explicitly is respected.

    To be used around the import of TensorFlow, whose fast convolutions (oneDNN) it turns on: left to
    itself, TensorFlow takes them with AVX-512 only. Without them a slice's last bits depend on its
    place in a batch, and the sample case took an eighth more processor time.

    With TF_CPP_MIN_LOG_LEVEL below 3 in the environment, nothing is hidden. It is set to 3 for
    what TensorFlow says later, and for child processes, which are quiet for that.
    """
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    if (os.environ.get("TF_CPP_MIN_LOG_LEVEL") or "3") != "3":
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device, not a path
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
