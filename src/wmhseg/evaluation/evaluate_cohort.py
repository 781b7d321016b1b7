"""Results that are there already, scored as the organisers would: what `wmhseg evaluate` does."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from wmhseg.errors import InputError
from wmhseg.evaluation.figures import write_box_plots
from wmhseg.evaluation.pair_list import read_pair_list
from wmhseg.evaluation.pairs import Pair, chosen_pairs, find_pairs, find_unused
from wmhseg.evaluation.score_cohort import ScoredCase, score_cohort
from wmhseg.evaluation.summary import summarise
from wmhseg.evaluation.tables import case_table, report
from wmhseg.extras import require_packages
from wmhseg.io.files import few
from wmhseg.io.writing import make_folder, replacing, write_text
from wmhseg.processors import processors

log = logging.getLogger("wmhseg")

CASES, SCANNERS = "cases.csv", "scanners.md"


@dataclass(frozen=True)
class EvaluationSettings:
    """How to evaluate.

    Attributes:
        output: Folder to write.
        workers: Number of processes; None for one a processor.
        seed: Seed of the confidence intervals.
        ignore_headers: Compare voxel by voxel wherever the headers say that the voxels are.
        figures: Draw box plots.
        only: Names of the cases to score; empty for all.
    """

    output: Path
    workers: int | None = None
    seed: int = 0
    ignore_headers: bool = False
    figures: bool = True
    only: tuple[str, ...] = ()


def evaluate_cohort(truth: Path, results: Path | None, settings: EvaluationSettings) -> None:
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
    require_plots(settings)
    rows = score_pairs(chosen_pairs(_pairs(truth, results), settings.only), settings)
    report_failures(rows, settings.output)


def require_plots(settings: EvaluationSettings) -> None:
    """Find out before the work whether box plots can be drawn.

    Raises:
        InputError: They are wanted, but what draws them is missing.
    """
    if settings.figures:
        require_packages("matplotlib", extra="train", purpose="box plots (--no-figures does without)")


def score_pairs(
    pairs: Sequence[Pair], settings: EvaluationSettings, notes: Sequence[str] = ()
) -> list[ScoredCase]:
    """Score cases, write cases.csv, scanners.md and the box plots, print the tables, and return the scores.

    Args:
        pairs: The cases.
        settings: How.
        notes: What the tables' reader should know about the results.

    Raises:
        InputError: A truth is unreadable.
        OutputError: The folder cannot be written.
    """
    _prepare(settings.output)
    rows = _score(pairs, settings)
    text = report(summarise(rows, settings.seed), rows, settings.seed, notes)
    _write(rows, text, settings)
    if log.isEnabledFor(logging.INFO):
        print(text, end="", flush=True)
    log.info("%d cases scored, tables and figures in %s", len(rows), settings.output)
    return rows


def _pairs(truth: Path, results: Path | None) -> list[Pair]:
    if truth.is_file():
        return read_pair_list(truth, results)
    if results is None:
        raise InputError(f"{truth}: expected RESULTS after a folder, found none; name the folder of results")
    pairs = find_pairs(truth, results)
    if unused := find_unused(pairs, results):
        log.warning(
            "%d results belong to no case of %s and are not scored: %s", len(unused), truth, few(unused)
        )
    return pairs


def _prepare(output: Path) -> None:
    """Make the folder and try it before the work, not after."""
    make_folder(output)
    with replacing(output / CASES, discard=True):
        pass


def _score(pairs: Sequence[Pair], settings: EvaluationSettings) -> list[ScoredCase]:
    """Score with a progress bar, where there is a terminal."""
    workers = min(settings.workers or processors(), len(pairs))
    rows = score_cohort(pairs, workers, ignore_headers=settings.ignore_headers)
    quiet = None if log.isEnabledFor(logging.INFO) else True
    return list(tqdm(rows, total=len(pairs), unit="case", disable=quiet))


def _write(rows: Sequence[ScoredCase], text: str, settings: EvaluationSettings) -> None:
    for name, content in ((CASES, case_table(rows)), (SCANNERS, text)):
        write_text(settings.output / name, content)
    if settings.figures:
        write_box_plots(rows, settings.output)


def report_failures(rows: Sequence[ScoredCase], output: Path) -> None:
    """Name the cases without a usable result.

    Raises:
        InputError: There are some.
    """
    failed = [row for row in rows if row.failure]
    for row in failed:
        log.warning("%s counts as a failure: %s", row.pair.case, row.failure)
    if failed:
        raise InputError(
            f"{len(failed)} of {len(rows)} results are missing or unfit and count as failures: "
            f"{few([row.pair.case for row in failed])}; reasons in {output / SCANNERS}"
        )
