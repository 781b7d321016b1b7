"""The scores of many cases, where a result that cannot be scored counts as a failure."""

import math
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from itertools import product
from multiprocessing import get_context

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wmhseg.errors import InputError, WmhsegError
from wmhseg.evaluation.judged import lesion_f1_judged
from wmhseg.evaluation.organiser import Scores, score_masks, wmh_masks
from wmhseg.evaluation.pairs import Pair
from wmhseg.io.volume import Grid, read_mask

# As an empty result scores where there is WMH (see `organiser`), whatever the truth of the case,
# and with precision 0 instead of 1: no column may reward a failure.
FAILED = Scores(
    dsc=0.0,
    h95_mm=math.nan,
    avd_percent=100.0,
    lesion_recall=0.0,
    lesion_f1=0.0,
    lesion_precision=0.0,
    abs_log_volume_difference=math.inf,
)

# Headers are rounded: a tenth of a voxel is no other place.
LARGEST_SHIFT_VOXELS = 0.1


@dataclass(frozen=True)
class ScoredCase:
    """One case's scores.

    Attributes:
        pair: The case.
        failure: Why the result cannot be scored; empty where it was.
        scores: Its scores, FAILED for a failure.
        truth_ml: Volume of the truth.
        result_ml: Volume of the result; NaN for a failure.
        lesion_f1_judged: Lesion F1 without lesions that nobody judged (see `judged`); 0 for a failure.
    """

    pair: Pair
    failure: str
    scores: Scores
    truth_ml: float = math.nan
    result_ml: float = math.nan
    lesion_f1_judged: float = 0.0

    @property
    def volume_bias_percent(self) -> float:
        """Return how much larger the result is than the truth (see `bias_percent`); NaN for a failure."""
        return float(bias_percent(self.truth_ml, self.result_ml))

    def value(self, field: str) -> float:
        """Return one of the scores, or one of what the case has besides."""
        return float(getattr(self.scores if hasattr(self.scores, field) else self, field))


def bias_percent(true_ml: ArrayLike, found_ml: ArrayLike) -> NDArray[np.float64]:
    """Return (found - true) / true in percent; of nothing, 0 where nothing is found, else infinite."""
    true, found = np.asarray(true_ml, dtype=float), np.asarray(found_ml, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(found == true, 0.0, (found - true) / true * 100)


def score_cohort(
    pairs: Sequence[Pair], workers: int, *, ignore_headers: bool = False
) -> Iterator[ScoredCase]:
    """Yield the row of each pair, in their order, which does not depend on the number of workers.

    Args:
        pairs: The cases.
        workers: Number of processes.
        ignore_headers: As in `score_pair`.

    Raises:
        InputError: A truth is missing or unreadable.
        WmhsegError: The system ended a process.
    """
    score_one = partial(score_pair, ignore_headers=ignore_headers)
    if workers <= 1:
        yield from map(score_one, pairs)
        return
    # Spawned: a fork of a process with threads (BLAS, a progress bar) can hang.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_leave_interrupts_to_the_parent)
    try:
        yield from pool.map(score_one, pairs)
    except BrokenProcessPool:
        raise WmhsegError(
            "a process was ended by the system, perhaps for want of memory; try fewer --workers"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def score_pair(pair: Pair, *, ignore_headers: bool = False) -> ScoredCase:
    """Score one case; a missing, unreadable or misplaced result is a failure.

    Args:
        pair: The case.
        ignore_headers: Compare voxel by voxel, as the organisers do: only the size must agree.

    Raises:
        InputError: The truth is missing or unreadable.
    """
    truth = read_mask(pair.truth)
    try:
        result = read_mask(pair.result)
        require_same_place(pair, truth.grid, result.grid, ignore_headers)
    except InputError as error:
        return ScoredCase(pair, str(error), FAILED)
    masks = wmh_masks(truth.array, result.array)
    true_ml, found_ml = (
        round(float(np.count_nonzero(mask)) * truth.grid.voxel_volume_mm3 / 1000, 6) for mask in masks
    )
    judged = lesion_f1_judged(truth.array, result.array)
    return ScoredCase(pair, "", score_masks(*masks, truth.grid), true_ml, found_ml, judged)


def largest_shift_mm(one: Grid, other: Grid) -> float:
    """Return the largest distance between the same voxel on two grids of one size."""
    corners = np.array(list(product(*((0, length - 1) for length in one.size_xyz))), dtype=float)

    def place(grid: Grid) -> np.ndarray:
        return corners * grid.spacing_mm @ np.reshape(grid.direction, (3, 3)).T + grid.origin_mm

    return float(np.linalg.norm(place(one) - place(other), axis=1).max())


def require_same_place(pair: Pair, truth: Grid, result: Grid, ignore_headers: bool) -> None:
    """Refuse a result that does not lie where the truth does.

    Raises:
        InputError: Another size or, unless headers are ignored, another place.
    """
    if truth.size_xyz != result.size_xyz:
        raise InputError(
            f"{pair.result}: expected {truth} as in {pair.truth}, found {result}; "
            "put the result on the grid of the truth"
        )
    shift = largest_shift_mm(truth, result)
    if not ignore_headers and shift > LARGEST_SHIFT_VOXELS * min(truth.spacing_mm):
        raise InputError(
            f"{pair.result}: expected its voxels where {pair.truth} has them, found them up to {shift:.3g} "
            "mm away; put the result on the grid of the truth, or use --ignore-headers"
        )


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
