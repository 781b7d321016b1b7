"""Synthetic cases that other processes draw while a network is trained on those that are finished."""

import json
import logging
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING

from wmhseg.datasets.slices import SYNTHETIC_SITE, SliceSet, load_case, load_slices
from wmhseg.errors import InputError, WmhsegError
from wmhseg.io.writing import write_json

if TYPE_CHECKING:
    from wmhseg.synthesis.generate import Request

log = logging.getLogger("wmhseg")


class Growing:
    """The cases of a run: some from its start, drawn ones that join at the start of an epoch.

    At the start of an epoch all finished cases join, in the order of their numbers and without holes.
    How many have joined by each epoch is kept in a file: an epoch that is in it already takes as many
    again, and waits for them. So a run that is gone on with, or a new one that is given the file of
    another, sees what that one saw.

    Args:
        fixed: Prepared slices that are there from the start; none of the drawn ones.
        request: What to draw, and where to.
        count: How many cases to draw.
        workers: Processes that draw.
        record: The file with the number of cases of each epoch.

    Raises:
        InputError: The file is of cases with another seed.
    """

    def __init__(
        self, fixed: Sequence[SliceSet], request: "Request", count: int, workers: int, record: Path
    ) -> None:
        self.fixed, self.seed = fixed, request.seed
        self._request, self._workers, self._record = request, workers, record
        self._counts = self._recorded()
        self._wanted = max([count, *self._counts])
        self._joined = 0
        self._pool: ProcessPoolExecutor | None = None
        self._coming: dict[int, Future[str]] = {}

    def joining(self, epoch: int) -> list[SliceSet]:
        """Return the drawn cases that join at the start of an epoch (from 0); they are drawn from now on.

        Raises:
            InputError: The material is unreadable, or nothing says how many cases earlier epochs had.
            OutputError: A case cannot be written.
            WmhsegError: The system ended a process.
        """
        if epoch > len(self._counts):
            raise InputError(
                f"{self._record}: expected the number of cases of {epoch} epochs, found {len(self._counts)}"
            )
        if self._pool is None:
            self._start()
        if epoch == len(self._counts):
            self._counts.append(self._finished(at_least=0 if self.fixed else 1))
            write_json(self._record, {"seed": self.seed, "cases_per_epoch": self._counts})
        self._wait_for(self._counts[epoch])
        new = range(self._joined, self._counts[epoch])
        self._joined = max(self._joined, self._counts[epoch])
        return [load_case(self._request.folder(number)) for number in new]

    def close(self) -> None:
        """Stop drawing; cases that were begun are finished."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _start(self) -> None:
        from wmhseg.synthesis.processes import start_drawing

        missing = [n for n in range(self._wanted) if not self._request.is_finished(n)]
        self._pool, coming = start_drawing(self._request, missing, self._workers)
        self._coming = dict(zip(missing, coming, strict=True))

    def _finished(self, at_least: int) -> int:
        """Return how many cases are finished, without holes."""
        for number in [n for n, one in self._coming.items() if one.done()]:
            self._wait(number)
        self._wait_for(at_least)
        return next(
            (n for n in range(self._wanted) if n in self._coming and not self._coming[n].done()), self._wanted
        )

    def _wait_for(self, count: int) -> None:
        waiting = [number for number in self._coming if number < count]
        if waiting:
            log.info("waiting for synthetic cases: %d", len(waiting))
        for number in waiting:
            self._wait(number)

    def _wait(self, number: int) -> None:
        """Let what went wrong in a process come out here."""
        from wmhseg.synthesis.processes import ENDED

        try:
            self._coming.pop(number).result()
        except BrokenProcessPool:
            raise WmhsegError(ENDED) from None

    def _recorded(self) -> list[int]:
        if not self._record.is_file():
            return []
        recorded = json.loads(self._record.read_text(encoding="utf-8"))
        if recorded["seed"] != self.seed:
            raise InputError(
                f"{self._record}: expected cases of seed {self.seed}, found {recorded['seed']}; "
                "choose another folder"
            )
        return [int(count) for count in recorded["cases_per_epoch"]]


def beside_drawn(request: "Request", count: int) -> list[SliceSet]:
    """Return the cases in a request's folder that are not among its first `count`.

    Raises:
        InputError: One of them is real.
    """
    if not any(request.output.glob("*/case.json")):
        return []
    drawn = {request.folder(number).name for number in range(count)}
    found = [one for one in load_slices(request.output) if f"{one.site}__{one.name}" not in drawn]
    for one in found:
        if one.site != SYNTHETIC_SITE:
            raise InputError(
                f"{request.output}: expected no real cases where drawn ones are written, found {one.site}/"
                f"{one.name}; name another folder first in --synthetic"
            )
    return found
