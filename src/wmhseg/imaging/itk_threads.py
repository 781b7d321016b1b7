"""One thread for what must come out bit for bit the same on every machine."""

from collections.abc import Iterator
from contextlib import contextmanager

import SimpleITK as sitk


@contextmanager
def single_threaded() -> Iterator[None]:
    """Let ITK use one thread: sums in another order would change the last bits.

    A filter's own number of threads does not reach the metric and the filters inside it (seen with 5.4).
    """
    before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(before)
