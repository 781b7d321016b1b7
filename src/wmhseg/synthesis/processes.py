"""Many cases, in parallel, straight to disk."""

import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from wmhseg.errors import WmhsegError
from wmhseg.synthesis.generate import Request, write_case

ENDED = (
    "a process that draws cases was ended by the system, perhaps for want of memory; try fewer --workers, "
    "and run the command again to go on"
)
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS")


def generate(request: Request, count: int, workers: int) -> Iterator[str]:
    """Write cases 0..count-1 and yield each one's name when it is done, in any order.

    Raises:
        InputError: The material is unreadable.
        OutputError: A case cannot be written.
        WmhsegError: The system ended a process.
    """
    if workers <= 1:
        yield from (write_case(request, number) for number in range(count))
        return
    pool, coming = start_drawing(request, range(count), workers)
    try:
        yield from (one.result() for one in as_completed(coming))
    except BrokenProcessPool:
        raise WmhsegError(ENDED) from None
    finally:
        pool.shutdown(cancel_futures=True)


def start_drawing(
    request: Request, numbers: Sequence[int], workers: int
) -> tuple[ProcessPoolExecutor, list[Future[str]]]:
    """Let other processes write these cases, first come first; return them and what they will have written.

    Who calls this shuts the processes down.
    """
    # One thread per worker: the workers share the processors already.
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_leave_interrupts_to_the_parent)
    return pool, [pool.submit(write_case, request, number) for number in numbers]


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
