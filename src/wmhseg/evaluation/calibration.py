"""The ensemble's probabilities against the truth, scanner by scanner: what `--calibration` writes."""

import csv
import io
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wmhseg.datasets.cases import Case
from wmhseg.errors import WmhsegError
from wmhseg.evaluation.pairs import Pair
from wmhseg.evaluation.reliability import BINS, Reliability, reliability
from wmhseg.evaluation.reliability_diagram import write_diagram
from wmhseg.evaluation.score_cohort import require_same_place
from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.imaging.head import head_mask
from wmhseg.io.tsv import NO_VALUE
from wmhseg.io.volume import Volume, read_mask
from wmhseg.io.writing import write_text

log = logging.getLogger("wmhseg")

TABLE, TEXT = "calibration.tsv", "calibration.md"
OVERALL = "overall"
COLUMNS = ("scanner", "bin_low", "bin_high", "voxels", "mean_probability", "wmh_share")
# Nearly all voxels of a head are in the lowest bin, where nobody asks.
_FIRST_ASKED = 1


@dataclass(frozen=True)
class Curve:
    """One scanner, or all.

    Attributes:
        name: Its name.
        cases: Number of cases.
        reliability: Their voxels together.
    """

    name: str
    cases: int
    reliability: Reliability


def measure_case(
    case: Case, flair: Volume, probability: Volume, *, ignore_headers: bool
) -> Reliability | None:
    """Compare a probability with a case's truth, inside the head.

    Args:
        case: The case.
        flair: Its FLAIR.
        probability: Mean probability on the FLAIR's grid.
        ignore_headers: Only the truth's size must agree.

    Returns:
        None where the truth lies on another grid or no head is found; that is said.

    Raises:
        InputError: The truth is unreadable.
    """
    truth = read_mask(case.truth)
    try:
        pair = Pair(case.site, case.name, case.truth, case.flair)
        require_same_place(pair, truth.grid, flair.grid, ignore_headers)
        axial, turn = to_axial_lps(flair)
        x, y, _ = axial.grid.spacing_mm
        inside = head_mask(axial.array, (y, x), str(case.flair))
    except WmhsegError as error:
        log.warning("%s/%s is in no calibration curve: %s", case.site, case.name, error)
        return None
    return reliability(turn.apply(probability.array), turn.apply(truth.array), inside)


def curves_of(cases: Sequence[tuple[str, Reliability]]) -> list[Curve]:
    """Return a curve for each scanner and, last, that of all.

    Args:
        cases: Scanner and voxels of each case; at least one.
    """
    names = list(dict.fromkeys(scanner for scanner, _ in cases))
    groups = {name: [one for scanner, one in cases if scanner == name] for name in names}
    groups[OVERALL] = [one for _, one in cases]
    return [Curve(name, len(some), _sum(some)) for name, some in groups.items()]


def write_calibration(curves: Sequence[Curve], folder: Path, note: str, *, figures: bool) -> str:
    """Write calibration.tsv and calibration.md and, if wanted, the diagram; return the text.

    Args:
        curves: As `curves_of` returns them.
        folder: Where to.
        note: What stands above the table: where the probabilities come from.
        figures: Draw calibration.png and calibration.svg.

    Raises:
        OutputError: The folder cannot be written.
    """
    text = _report(curves, note)
    write_text(folder / TABLE, _bins(curves))
    write_text(folder / TEXT, text)
    if figures:
        write_diagram({f"{one.name} (n = {one.cases})": one.reliability for one in curves}, folder)
    return text


def _bins(curves: Sequence[Curve]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for curve in curves:
        found = curve.reliability
        for index in range(BINS):
            shares = (found.mean_probability[index], found.wmh_share[index])
            limits = (f"{edge / BINS:g}" for edge in (index, index + 1))
            cells = (NO_VALUE if math.isnan(share) else f"{share:.6g}" for share in shares)
            writer.writerow([curve.name, *limits, found.voxels[index], *cells])
    return text.getvalue()


def _report(curves: Sequence[Curve], note: str) -> str:
    low = f"{_FIRST_ASKED / BINS:g}"
    head = (
        "Scanner",
        "Voxels",
        "WMH (%)",
        "Mean probability (%)",
        "ECE (%)",
        f"Voxels from {low}",
        f"ECE from {low} (%)",
    )
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *map(_cells, curves)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return (
        f"# Calibration\n\n{note}\n\n{table}\n\nVoxels inside the head that the truth judges. ECE: expected "
        f"calibration error, the distance of mean probability and share of WMH, averaged over {BINS} bins of "
        f"probability by their voxels ({TABLE}); from {low}: without the lowest bin, which holds nearly all "
        "of a head. Cases that the weights were trained on are in no curve.\n"
    )


def _cells(curve: Curve) -> list[str]:
    found = curve.reliability
    voxels = found.voxels.sum()
    shares = (
        [found.wmh.sum() / voxels, found.probability.sum() / voxels, found.error()]
        if voxels
        else [math.nan] * 3
    )
    asked = [str(found.voxels[_FIRST_ASKED:].sum()), _percent(found.error(_FIRST_ASKED))]
    return [f"{curve.name} (n = {curve.cases})", str(voxels), *map(_percent, shares), *asked]


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.3g}"


def _sum(some: Sequence[Reliability]) -> Reliability:
    total = some[0]
    for one in some[1:]:
        total += one
    return total
