"""Results that are there already, scored as the organisers would: what `wmhseg evaluate` does."""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from wmhseg.errors import InputError, OutputError
from wmhseg.evaluation.figures import write_box_plots
from wmhseg.evaluation.pair_list import read_pair_list
from wmhseg.evaluation.pairs import Pair, find_pairs, find_unused
from wmhseg.evaluation.score_cohort import Row, score_cohort
from wmhseg.evaluation.summary import summarise
from wmhseg.evaluation.tables import case_table, report
from wmhseg.io.volume import replacing

log = logging.getLogger("wmhseg")

CASES, SCANNERS = "cases.csv", "scanners.md"
_EXAMPLES = 3


@dataclass(frozen=True)
class Settings:
    """How to evaluate.

    Attributes:
        output: Folder to write.
        workers: Number of processes; None for one a processor.
        seed: Seed of the confidence intervals.
        ignore_headers: Compare voxel by voxel wherever the headers say that the voxels are.
        figures: Draw box plots.
    """

    output: Path
    workers: int | None = None
    seed: int = 0
    ignore_headers: bool = False
    figures: bool = True


def evaluate_cohort(truth: Path, results: Path | None, settings: Settings) -> None:
    """Score all cases, write cases.csv, scanners.md and the box plots, and print the tables.

    Args:
        truth: Folder of cases, or a table of pairs.
        results: Folder of results; only a table of pairs can do without.
        settings: How.

    Raises:
        InputError: An argument is not what it should be or a truth is unreadable; or, after
            everything is written, some results are missing or unfit.
        OutputError: The folder cannot be written.
    """
    if settings.figures and find_spec("matplotlib") is None:
        raise InputError("box plots need matplotlib, found none; install wmhseg[train] or add --no-figures")
    pairs = _pairs(truth, results)
    _prepare(settings.output)
    rows = _score(pairs, settings)
    text = report(summarise(rows, settings.seed), rows, settings.seed)
    _write(rows, text, settings)
    if log.isEnabledFor(logging.INFO):
        print(text, end="", flush=True)
    log.info("%d cases scored, tables and figures in %s", len(rows), settings.output)
    _report_failures(rows, settings.output)


def _pairs(truth: Path, results: Path | None) -> list[Pair]:
    if truth.is_file():
        return read_pair_list(truth, results)
    if results is None:
        raise InputError(f"{truth}: expected RESULTS after a folder, found none; name the folder of results")
    pairs = find_pairs(truth, results)
    if unused := find_unused(pairs, results):
        log.warning(
            "%d results belong to no case of %s and are not scored: %s", len(unused), truth, _few(unused)
        )
    return pairs


def _prepare(output: Path) -> None:
    """Make the folder and try it before the work, not after."""
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{output}: cannot be made ({error.strerror}); name another --output") from None
    with replacing(output / CASES, discard=True):
        pass


def _score(pairs: Sequence[Pair], settings: Settings) -> list[Row]:
    """Score with a progress bar, where there is a terminal and the package that draws it."""
    workers = min(settings.workers or _processors(), len(pairs))
    rows = score_cohort(pairs, workers, ignore_headers=settings.ignore_headers)
    if find_spec("tqdm") is None or not log.isEnabledFor(logging.INFO):
        return list(rows)
    from tqdm import tqdm

    return list(tqdm(rows, total=len(pairs), unit="case", disable=None))


def _write(rows: Sequence[Row], text: str, settings: Settings) -> None:
    try:
        for name, content in ((CASES, case_table(rows)), (SCANNERS, text)):
            with replacing(settings.output / name) as temporary:
                temporary.write_bytes(content.encode())
        if settings.figures:
            write_box_plots(rows, settings.output)
    except OSError as error:
        raise OutputError(f"{settings.output}: cannot be written ({error.strerror})") from None


def _report_failures(rows: Sequence[Row], output: Path) -> None:
    failed = [row for row in rows if row.failure]
    for row in failed:
        log.warning("%s counts as a failure: %s", row.pair.case, row.failure)
    if failed:
        raise InputError(
            f"{len(failed)} of {len(rows)} results are missing or unfit and count as failures: "
            f"{_few([row.pair.case for row in failed])}; reasons in {output / SCANNERS}"
        )


def _few(names: Sequence[object]) -> str:
    more = [f"and {len(names) - _EXAMPLES} more"] if len(names) > _EXAMPLES else []
    return ", ".join([*map(str, names[:_EXAMPLES]), *more])


def _processors() -> int:
    """Return how many processors this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
