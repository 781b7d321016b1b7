"""Weights scored on labelled cases: segmented first, then scored as any other results."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wmhseg.datasets.cases import Case, find_cases
from wmhseg.datasets.segment_cases import RESULT, segment_cases
from wmhseg.errors import InputError
from wmhseg.evaluation.evaluate_cohort import EvaluationSettings, report_failures, require_plots, score_pairs
from wmhseg.evaluation.pairs import chosen_pairs, find_pairs
from wmhseg.model import ensemble_loader
from wmhseg.model.manifest import Manifest, chosen_manifest
from wmhseg.settings import Settings

log = logging.getLogger("wmhseg")

RESULTS = "results"


@dataclass(frozen=True)
class Question:
    """What is asked of weights.

    Attributes:
        thresholds: Thresholds to try; empty for the manifest's own.
        with_t1: Whether the network sees the T1s.
    """

    thresholds: tuple[float, ...] = ()
    with_t1: bool = True


def evaluate_weights(
    truth: Path, question: Question, compute: Settings, settings: EvaluationSettings
) -> None:
    """Segment all cases of a folder and score the masks, at each threshold.

    With one threshold, tables and figures lie in the output folder and the masks in `results` below it;
    with several, in a folder for each. A case that the weights were trained on has a row, but is in no
    average: what it scores is no test score.

    Args:
        truth: Folder of cases.
        question: What is asked.
        compute: Weights, precision, preparation.
        settings: How to score.

    Raises:
        InputError: There are no cases; or, after everything is written, some could not be segmented.
        WeightsError: The weights are missing, changed or unfit.
        OutputError: A folder cannot be written.
    """
    require_plots(settings)
    cases = _chosen(find_cases(truth), settings.only)
    manifest = chosen_manifest(compute)
    starting = ensemble_loader.load_in_background(manifest, compute)
    thresholds = question.thresholds or (manifest.recipe.threshold,)
    folders = {limit: _folder(settings.output, limit, thresholds) for limit in thresholds}
    places = {
        limit: {case: folder / RESULTS / case.folder.relative_to(truth) / RESULT for case in cases}
        for limit, folder in folders.items()
    }
    ensemble = starting.result()
    segment_cases(cases, places, (manifest, ensemble), compute.inputs, with_t1=question.with_t1)
    seen = _trained_on(manifest, cases)
    rows = []
    for limit, folder in folders.items():
        pairs = chosen_pairs(find_pairs(truth, folder / RESULTS, may_lack_all=True), settings.only)
        pairs = [replace(pair, seen_in_training=pair.truth.parent in seen) for pair in pairs]
        notes = (_origin(manifest, limit, ensemble.precision, with_t1=question.with_t1),)
        rows += score_pairs(pairs, replace(settings, output=folder), notes)
    report_failures(rows, settings.output)


def _folder(output: Path, threshold: float, thresholds: Sequence[float]) -> Path:
    return output if len(thresholds) == 1 else output / f"threshold-{threshold:g}"


def _chosen(cases: list[Case], only: tuple[str, ...]) -> list[Case]:
    unknown = sorted(set(only) - {case.name for case in cases})
    if unknown:
        raise InputError(f"--only: expected names of cases, found {', '.join(unknown)}")
    return [case for case in cases if not only or case.name in only]


def _trained_on(manifest: Manifest, cases: Sequence[Case]) -> set[Path]:
    """Return the folders of the cases that any member was trained on."""
    names = {name for member in manifest.members for name in member.training.get("cases", [])}
    return {case.folder for case in cases if f"{case.site}/{case.name}" in names}


def _origin(manifest: Manifest, threshold: float, precision: str, *, with_t1: bool) -> str:
    hashes = ", ".join(member.sha256 for member in manifest.members)
    images = "FLAIR and T1" if with_t1 else "FLAIR alone"
    return f"Weights {manifest.name} (SHA-256 {hashes}), {images}, threshold {threshold:g}, {precision}."
