"""Rows with given scores, for tests of what is made of them."""

import math
from dataclasses import replace
from pathlib import Path

from wmhseg.evaluation.organiser import Scores
from wmhseg.evaluation.pairs import Pair
from wmhseg.evaluation.score_cohort import FAILED, ScoredCase

# Li et al. 2018, Table 3: n, DSC, H95, AVD, recall, F1 per scanner, and the weighted average.
TABLE_3 = {
    "Utrecht": (30, 0.80, 7.22, 18.35, 0.81, 0.72),
    "Singapore": (30, 0.83, 4.50, 19.95, 0.85, 0.78),
    "GE3T": (30, 0.79, 4.04, 24.46, 0.83, 0.79),
    "AMS GE1.5T": (10, 0.77, 10.24, 36.86, 0.90, 0.80),
    "AMS PETMR": (10, 0.72, 11.84, 15.54, 0.84, 0.65),
}
WEIGHTED_AVERAGE = (0.80, 6.30, 21.88, 0.84, 0.76)


def row(scanner: str, case: str, dsc: float = 0.5, **changed: float) -> ScoredCase:
    """Return a case of which a test names the scores that matter."""
    values = {"h95_mm": 5.0, "avd_percent": 20.0, "lesion_recall": 0.6, "lesion_f1": 0.7, **changed}
    pair = Pair(scanner, case, Path(f"truth/{case}.nii.gz"), Path(f"out/{case}.nii.gz"))
    scores = Scores(dsc, **values, lesion_precision=0.8, abs_log_volume_difference=0.1)
    return ScoredCase(pair, "", scores, truth_ml=10.0, result_ml=9.0, lesion_f1_judged=0.75)


def failure(scanner: str, case: str) -> ScoredCase:
    """Return a case without a result."""
    return ScoredCase(row(scanner, case).pair, f"out/{case}.nii.gz: expected a mask file, found none", FAILED)


def without_h95(scanner: str, case: str) -> ScoredCase:
    """Return a case with an empty result."""
    made = row(scanner, case, 0.0, h95_mm=math.nan, avd_percent=100.0, lesion_recall=0.0, lesion_f1=0.0)
    return replace(made, result_ml=0.0, lesion_f1_judged=0.0)


def with_volumes(scanner: str, case: str, truth_ml: float, result_ml: float) -> ScoredCase:
    """Return a case with given volumes."""
    return replace(row(scanner, case), truth_ml=truth_ml, result_ml=result_ml)


def paper_rows() -> list[ScoredCase]:
    """Return 110 cases, each with the mean of its scanner in Table 3."""
    names = ("h95_mm", "avd_percent", "lesion_recall", "lesion_f1")
    return [
        row(scanner, f"{scanner}/{case}", dsc, **dict(zip(names, rest, strict=True)))
        for scanner, (count, dsc, *rest) in TABLE_3.items()
        for case in range(count)
    ]
