"""Weights scored on labelled cases: segmented first, then scored as any other results."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wmhseg.datasets.cases import Case, find_cases
from wmhseg.datasets.segment_cases import RESULT, segment_cases
from wmhseg.errors import InputError
from wmhseg.evaluation.calibration import curves_of, measure_case, write_calibration
from wmhseg.evaluation.evaluate_cohort import EvaluationSettings, report_failures, require_plots, score_pairs
from wmhseg.evaluation.pairs import chosen_pairs, find_pairs
from wmhseg.evaluation.reliability import Reliability
from wmhseg.io.volume import Volume
from wmhseg.model import ensemble_loader
from wmhseg.model.manifest import Manifest, chosen_manifest
from wmhseg.segmentation.segment_scan import Segmentation
from wmhseg.settings import Settings

log = logging.getLogger("wmhseg")

RESULTS = "results"


@dataclass(frozen=True)
class Question:
    """What is asked of weights.

    Attributes:
        thresholds: Thresholds to try; empty for the manifest's own.
        with_t1: Whether the network sees the T1s.
        calibration: Whether to compare the probabilities with the truth.
    """

    thresholds: tuple[float, ...] = ()
    with_t1: bool = True
    calibration: bool = False


def evaluate_weights(
    truth: Path, question: Question, compute: Settings, settings: EvaluationSettings
) -> None:
    """Segment all cases of a folder and score the masks, at each threshold.

    With one threshold, tables and figures lie in the output folder and the masks in `results` below it;
    with several, in a folder for each; the calibration, which needs no threshold, in the output folder.
    A case that the weights were trained on has a row, but is in no average or curve: what it scores is no
    test score.

    Args:
        truth: Folder of cases.
        question: What is asked.
        compute: Weights, precision, preparation.
        settings: How to score.

    Raises:
        InputError: There are no cases, or none for a calibration; or, after everything is written, some
            could not be segmented.
        WeightsError: The weights are missing, changed or unfit.
        OutputError: A folder cannot be written.
    """
    require_plots(settings)
    cases = _chosen(find_cases(truth), settings.only)
    manifest = chosen_manifest(compute)
    seen = _trained_on(manifest, cases)
    if question.calibration and len(seen) == len(cases):
        raise InputError(
            f"{truth}: expected cases that the weights were not trained on for --calibration, found none; "
            "leave it out"
        )
    starting = ensemble_loader.load_in_background(manifest, compute)
    thresholds = question.thresholds or (manifest.recipe.threshold,)
    folders = {limit: _folder(settings.output, limit, thresholds) for limit in thresholds}
    places = {
        limit: {case: folder / RESULTS / case.folder.relative_to(truth) / RESULT for case in cases}
        for limit, folder in folders.items()
    }
    ensemble = starting.result()
    made = segment_cases(cases, places, (manifest, ensemble), compute.inputs, with_t1=question.with_t1)
    left_out = seen if question.calibration else {case.folder for case in cases}
    measured = _measure(made, left_out, settings)
    rows = []
    for limit, folder in folders.items():
        pairs = chosen_pairs(find_pairs(truth, folder / RESULTS, may_lack_all=True), settings.only)
        pairs = [replace(pair, seen_in_training=pair.truth.parent in seen) for pair in pairs]
        origin = _origin(manifest, f", threshold {limit:g}", ensemble.precision, with_t1=question.with_t1)
        rows += score_pairs(pairs, replace(settings, output=folder), (origin,))
    if measured:
        scanners = {row.pair.truth.parent: row.pair.scanner for row in rows}
        by_scanner = [(name, measured[place]) for place, name in scanners.items() if place in measured]
        origin = _origin(manifest, "", ensemble.precision, with_t1=question.with_t1)
        text = write_calibration(curves_of(by_scanner), settings.output, origin, figures=settings.figures)
        if log.isEnabledFor(logging.INFO):
            print(text, end="", flush=True)
    report_failures(rows, settings.output)


def _measure(
    made: Iterable[tuple[Case, Volume, Segmentation]], left_out: set[Path], settings: EvaluationSettings
) -> dict[Path, Reliability]:
    """Let all cases be segmented; compare probability and truth of those that are not left out."""
    measured: dict[Path, Reliability] = {}
    for case, flair, result in made:
        if case.folder not in left_out:
            found = measure_case(case, flair, result.probability, ignore_headers=settings.ignore_headers)
            measured |= {} if found is None else {case.folder: found}
    return measured


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


def _origin(manifest: Manifest, threshold: str, precision: str, *, with_t1: bool) -> str:
    hashes = ", ".join(member.sha256 for member in manifest.members)
    images = "FLAIR and T1" if with_t1 else "FLAIR alone"
    return f"Weights {manifest.name} (SHA-256 {hashes}), {images}{threshold}, {precision}."
