"""Processes that work ahead of the one that asks, and never further than one result each."""

import signal
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Generic, TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Died:
    """A process ended before it answered.

    Attributes:
        exit_code: Of the process; negative where a signal ended it, -9 for want of memory.
    """

    exit_code: int | None


@dataclass
class _Worker(Generic[Task]):
    process: SpawnProcess
    connection: Connection
    task: Task


def work_ahead(
    function: Callable[[Task], Answer], tasks: Iterable[Task], count: int
) -> Generator[tuple[Task, Answer | Died], None, None]:
    """Yield each task with its answer, in the order in which answers come.

    A process keeps its answer until it is asked for, so at most `count` answers wait. One that dies
    costs its own task only: another takes its place. Close the generator to end all processes.

    Args:
        function: Importable by name; it must not import TensorFlow.
        tasks: Each is pickled, as is its answer.
        count: Number of processes.
    """
    waiting = iter(tasks)
    workers: list[_Worker[Task]] = []
    try:
        for task in islice(waiting, count):
            workers.append(_start(function, task))
        while workers:
            worker = _first_with_answer(workers)
            task, answer = worker.task, _answer(worker)
            # The next one starts before the answer is looked at: that is the point.
            following = next(waiting, None)
            if following is None or isinstance(answer, Died):
                workers.remove(worker)
                _end(worker)
                if following is not None:
                    workers.append(_start(function, following))
            else:
                _give(worker, following)
            yield task, answer
    finally:
        for worker in workers:
            _end(worker)


def _first_with_answer(workers: list[_Worker[Task]]) -> _Worker[Task]:
    """Wait for an answer, or a death, which looks the same from here."""
    ready = wait([worker.connection for worker in workers])
    return next(worker for worker in workers if worker.connection in ready)


def _start(function: Callable[[Task], object], task: Task) -> _Worker[Task]:
    # Spawned: a fork of a process with TensorFlow's threads can hang.
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, function), daemon=True)
    process.start()
    # With our copy of its end open, the end of the process would go unnoticed.
    theirs.close()
    worker = _Worker(process, ours, task)
    _give(worker, task)
    return worker


def _give(worker: _Worker[Task], task: Task) -> None:
    worker.task = task
    with suppress(OSError):  # it died meanwhile, which the next wait finds out
        worker.connection.send(task)


def _answer(worker: _Worker[Task]) -> "Answer | Died":
    try:
        answer: Answer = worker.connection.recv()
    except (EOFError, OSError):
        worker.process.join()
        return Died(worker.process.exitcode)
    return answer


def _end(worker: _Worker[Task]) -> None:
    """End a process that holds nothing worth keeping."""
    worker.process.kill()
    worker.process.join()
    worker.connection.close()


def _serve(connection: Connection, function: Callable[[Task], object]) -> None:
    """Answer tasks until the other side is gone."""
    # Ctrl-C reaches all processes of a terminal; this one is ended by its parent.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        while True:
            connection.send(function(connection.recv()))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
