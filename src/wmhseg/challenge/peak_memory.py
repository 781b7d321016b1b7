"""The most memory that a container has used."""

import re
import threading
from contextlib import suppress

from wmhseg.challenge.engine import EngineError, docker

# The kernel's own record, read from inside: cgroup v2 (Linux 5.19 and newer), v1.
RECORDS = ("/sys/fs/cgroup/memory.peak", "/sys/fs/cgroup/memory/memory.max_usage_in_bytes")
_UNITS = {"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_CALL_TIMEOUT_S = 30.0
_BETWEEN_SAMPLES_S = 1.0


class PeakMemory:
    """Context manager that measures a running container.

    The kernel's record counts the files that the container has read, as far as they stay in memory.
    Where it cannot be read (no `cat` in the image, an older kernel), `docker stats` is asked again
    and again, which leaves such files out and can miss a short peak.
    """

    def __init__(self, container: str) -> None:
        self._container = container
        self._bytes: float | None = None
        self._over = threading.Event()
        self._sampler: threading.Thread | None = None

    @property
    def megabytes(self) -> float | None:
        """Return the peak in MB (10^6 bytes) up to the end of the context; None where unknown."""
        return None if self._bytes is None else self._bytes / 1e6

    def __enter__(self) -> "PeakMemory":
        if _read_record(self._container) is None:
            self._sampler = threading.Thread(target=self._sample, daemon=True)
            self._sampler.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._over.set()
        if self._sampler is not None:
            self._sampler.join()
        elif error is None:
            self._bytes = _read_record(self._container)

    def _sample(self) -> None:
        while not self._over.is_set():
            with suppress(EngineError):
                used = parse_usage(
                    _call("stats", "--no-stream", "--format", "{{.MemUsage}}", self._container)
                )
                self._bytes = max(used, self._bytes or 0.0)
            self._over.wait(_BETWEEN_SAMPLES_S)


def parse_usage(text: str) -> float:
    """Return the bytes in use from "12.5MiB / 7.6GiB", as `docker stats` writes it.

    Raises:
        EngineError: It is written otherwise.
    """
    match = re.match(r"\s*([\d.]+)\s*([a-zA-Z]+)\s*/", text)
    if match is None or match[2].lower() not in _UNITS:
        raise EngineError(f"expected memory in use / limit, found {text.strip()!r}")
    return float(match[1]) * _UNITS[match[2].lower()]


def _read_record(container: str) -> float | None:
    for path in RECORDS:
        with suppress(EngineError, ValueError):
            return float(_call("exec", container, "cat", path))
    return None


def _call(*arguments: str) -> str:
    return docker(*arguments, timeout_s=_CALL_TIMEOUT_S)
