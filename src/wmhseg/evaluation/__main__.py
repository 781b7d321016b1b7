"""`python -m wmhseg.evaluation CASES`: segment labelled cases and score them like the organisers."""

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wmhseg.datasets.cases import Case, find_cases
from wmhseg.errors import InputError, WmhsegError
from wmhseg.evaluation.organiser import Scores, score
from wmhseg.io.volume import Volume, read_volume
from wmhseg.model.ensemble import Ensemble
from wmhseg.model.manifest import Manifest, default_weights, read_manifest
from wmhseg.segmentation.segment_scan import segment


@dataclass(frozen=True)
class Row:
    """One case's scores and whether the weights were trained on it."""

    site: str
    case: str
    seen_in_training: bool
    threshold: float
    truth_ml: float
    result_ml: float
    scores: Scores


def main(arguments: list[str] | None = None) -> int:
    """Score cases, print a table and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m wmhseg.evaluation", description=__doc__)
    parser.add_argument(
        "cases", type=Path, help="folder with SITE/CASE/{pre/FLAIR.nii.gz,pre/T1.nii.gz,wmh.nii.gz}"
    )
    parser.add_argument(
        "--weights", type=Path, metavar="DIR", help="ensemble to score (default: the shipped one)"
    )
    parser.add_argument("--only", nargs="+", metavar="CASE", help="names of cases to score (default: all)")
    parser.add_argument(
        "--thresholds", type=float, nargs="+", metavar="P", help="thresholds to try (default: the manifest's)"
    )
    parser.add_argument("--no-t1", action="store_true", help="score FLAIR alone")
    parser.add_argument("--csv", type=Path, help="write the rows here")
    options = parser.parse_args(arguments)
    try:
        manifest = read_manifest(options.weights or default_weights())
        cases = _chosen(find_cases(options.cases), options.only)
        ensemble = Ensemble(manifest)
        thresholds = options.thresholds or [manifest.recipe.threshold]
        scored = [
            score_case(case, manifest, ensemble, thresholds, with_t1=not options.no_t1) for case in cases
        ]
    except WmhsegError as error:
        print(f"wmhseg.evaluation: error: {error}", file=sys.stderr)
        return error.exit_code
    print("weights: " + ", ".join(member.sha256 for member in manifest.members))
    for rows in zip(*scored, strict=True):
        print(f"threshold {rows[0].threshold:g}")
        print(table(rows))
    if options.csv is not None:
        write_rows([row for rows in scored for row in rows], options.csv)
    return 0


def score_case(
    case: Case, manifest: Manifest, ensemble: Ensemble, thresholds: Sequence[float], *, with_t1: bool
) -> list[Row]:
    """Segment one case and score it against its reference mask, a row per threshold.

    Raises:
        WmhsegError: An image cannot be read or segmented.
    """
    flair, truth = read_volume(case.flair), read_volume(case.truth, may_be_constant=True)
    t1 = read_volume(case.t1) if with_t1 else None
    trained_on = {name for member in manifest.members for name in member.training.get("cases", [])}
    computed: list[NDArray[np.float32]] = []

    def predict_once(slices: NDArray[np.float32]) -> NDArray[np.float32]:
        if not computed:
            computed.append(ensemble.predict(slices))
        return computed[0]

    rows = []
    for threshold in thresholds:
        mask = segment(flair, t1, replace(manifest.recipe, threshold=threshold), predict_once).mask
        rows.append(
            Row(
                site=case.site,
                case=case.name,
                seen_in_training=f"{case.site}/{case.name}" in trained_on,
                threshold=threshold,
                truth_ml=_volume_ml(truth, np.rint(truth.array) == 1),
                result_ml=_volume_ml(mask, mask.array > 0),
                scores=score(truth.array, mask.array, flair.grid),
            )
        )
    return rows


def table(rows: Sequence[Row]) -> str:
    """Return rows as text; means leave out cases that the weights were trained on."""
    head = f"{'case':24}{'DSC':>7}{'H95 mm':>8}{'AVD %':>8}{'recall':>8}{'F1':>7}{'true ml':>9}{'ml':>8}"
    lines = [head]
    for row in rows:
        note = "  trained on it: not a test score" if row.seen_in_training else ""
        volumes = f"{row.truth_ml:9.2f}{row.result_ml:8.2f}"
        lines.append(f"{row.site + '/' + row.case:24}{_numbers([row])}{volumes}{note}")
    tested = [row for row in rows if not row.seen_in_training]
    if tested:
        lines.append(f"{f'mean of {len(tested)}':24}{_numbers(tested)}")
    return "\n".join(lines)


def write_rows(rows: list[Row], path: Path) -> None:
    """Write one line a case as CSV."""
    flat = [{**asdict(row), **asdict(row.scores)} for row in rows]
    for values in flat:
        del values["scores"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(flat[0]))
        writer.writeheader()
        writer.writerows(flat)


def _numbers(rows: Sequence[Row]) -> str:
    names = (
        ("dsc", "7.3f"),
        ("h95_mm", "8.2f"),
        ("avd_percent", "8.1f"),
        ("lesion_recall", "8.3f"),
        ("lesion_f1", "7.3f"),
    )
    return "".join(
        format(float(np.mean([getattr(row.scores, name) for row in rows])), width) for name, width in names
    )


def _chosen(cases: list[Case], only: list[str] | None) -> list[Case]:
    if only is None:
        return cases
    unknown = sorted(set(only) - {case.name for case in cases})
    if unknown:
        raise InputError(f"--only: expected names of cases, found {', '.join(unknown)}")
    return [case for case in cases if case.name in only]


def _volume_ml(volume: Volume, mask: np.ndarray) -> float:
    return round(float(np.count_nonzero(mask)) * volume.grid.voxel_volume_mm3 / 1000, 3)


if __name__ == "__main__":
    sys.exit(main())
