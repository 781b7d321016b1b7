"""A thread that works on one thing while the caller makes the next."""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def one_behind(function: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
    """Yield `function(item)` of each, in order, computed while the next item is made.

    Two items exist at a time. Closed early, what was begun is ended first.

    Args:
        function: Called in one other thread; what it raises is raised here.
        items: Made in the caller's thread.
    """
    with ThreadPoolExecutor(1) as thread:
        running = None
        for item in items:
            following = thread.submit(function, item)
            if running is not None:
                yield running.result()
            running = following
        if running is not None:
            yield running.result()
