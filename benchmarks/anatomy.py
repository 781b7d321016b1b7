"""Dice of the structures that the anatomy network finds, case by case.

    python benchmarks/anatomy.py CASES [--weights DIR] [--flair-alone] [--save DIR]
    python benchmarks/anatomy.py CASES --time

CASES holds folders with pre/FLAIR.nii.gz, perhaps pre/T1.nii.gz, and what is known of the anatomy:
structures.nii.gz (`wmhseg synthesise --volumes` writes it) or ventricles.nii.gz (all ventricles, by hand). As
`Structure.VENTRICLES` are the lateral ones, the third and fourth and the aqueduct are neither right nor wrong
there: pieces of the hand's mask in an axial slice that come within 4 mm of the brain's midplane and reach no
farther than 14 mm from it. `all_marked` counts them too, as missed. A structure that is neither in the truth
nor found is n/a. The last line is the mean.

`--time` gives seconds instead: of the WMH networks (all members, as for a report) and back to the FLAIR's
grid, then of the structures. Each way runs twice, and the second time counts: graphs are built by then.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.anatomy.structure import BRAIN, Structure
from wmhseg.datasets.cases import FLAIR, STRUCTURES, T1
from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.io.tsv import NO_VALUE
from wmhseg.io.volume import read_volume
from wmhseg.io.write_volume import write_volume
from wmhseg.model.anatomy_network import AnatomyNetwork
from wmhseg.model.ensemble import Ensemble
from wmhseg.model.manifest import anatomy_folder, default_weights, read_manifest
from wmhseg.segmentation.find_anatomy import find_anatomy
from wmhseg.segmentation.prepare_scan import PreparedScan, prepare_files
from wmhseg.segmentation.segment_scan import finish, predict_slices
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import InputOptions

VENTRICLES = "ventricles.nii.gz"
MIDLINE_MM, MIDLINE_REACH_MM = 4.0, 14.0
GROUPS: dict[str, tuple[Structure, ...]] = {
    **{structure.name.lower(): (structure,) for structure in Structure if structure != Structure.OUTSIDE},
    "cortex+white": (Structure.CORTEX, Structure.WHITE_MATTER),
    "brain": BRAIN,
}


def dice(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Return 2 |A and B| / (|A| + |B|); NaN where both are empty."""
    total = int(found.sum()) + int(truth.sum())
    return 2 * int((found & truth).sum()) / total if total else float("nan")


def scores(found: NDArray[np.uint8], case: Path) -> dict[str, float]:
    """Return the Dice of every group that the case's truth knows."""
    if (case / STRUCTURES).is_file():
        truth = np.rint(read_volume(case / STRUCTURES).array)
        return {name: dice(np.isin(found, group), np.isin(truth, group)) for name, group in GROUPS.items()}
    marked, way = to_axial_lps(read_volume(case / VENTRICLES))
    axial, truth = way.apply(found), marked.array > 0.5
    ventricles = axial == Structure.VENTRICLES
    x_mm = np.arange(truth.shape[2]) * marked.grid.spacing_mm[0]
    brain_x = np.isin(axial, BRAIN).sum(axis=(0, 1))
    judged = ~midline_pieces(truth, x_mm - (brain_x * x_mm).sum() / brain_x.sum())
    return {
        "ventricles": dice(ventricles & judged, truth & judged),
        "all_marked": dice(ventricles, truth),
    }


def midline_pieces(marked: NDArray[np.bool_], x_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the third and fourth ventricle and the aqueduct of a mask of all ventricles.

    Args:
        marked: (Z, Y, X), axial.
        x_mm: Of each column, from the midplane.
    """
    in_plane = np.zeros((3, 3, 3))
    in_plane[1] = 1
    pieces, _ = ndimage.label(marked, in_plane)
    found = np.zeros(marked.shape, bool)
    for number, box in enumerate(ndimage.find_objects(pieces), start=1):
        columns = x_mm[box[2]]
        if np.abs(columns).min() <= MIDLINE_MM and np.abs(columns).max() <= MIDLINE_REACH_MM:
            found[box] |= pieces[box] == number
    return found


def prepare(case: Path, network: AnatomyNetwork, flair_alone: bool) -> PreparedScan:
    """Return a case as the network sees it."""
    t1 = case / T1
    used = t1 if t1.is_file() and not flair_alone else None
    return prepare_files(case / FLAIR, used, network.recipe, InputOptions(), Stopwatch())


def taken(work: Callable[[], object]) -> float:
    """Return the seconds of a second run."""
    work()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def print_times(cases: list[Path], network: AnatomyNetwork) -> None:
    """Time both networks on every case, in turn."""
    ensemble = Ensemble(read_manifest(default_weights()), "float32")
    print("\t".join(["case", "wmh_seconds", "anatomy_seconds", "ratio"]))
    for case in cases:
        one = prepare(case, network, flair_alone=False)

        def find_wmh(one: PreparedScan = one) -> object:
            return finish(one, predict_slices(ensemble, one.windows.slices, None), network.recipe)

        def find_structures(one: PreparedScan = one) -> object:
            return find_anatomy(one, network)

        wmh, anatomy = taken(find_wmh), taken(find_structures)
        print(f"{case.name}\t{wmh:.2f}\t{anatomy:.2f}\t{anatomy / wmh:.2f}")


def print_scores(cases: list[Path], network: AnatomyNetwork, options: argparse.Namespace) -> None:
    """Print the Dice of every case and the mean."""
    rows = {}
    for case in cases:
        found = find_anatomy(prepare(case, network, options.flair_alone), network)
        if options.save:
            options.save.mkdir(parents=True, exist_ok=True)
            write_volume(options.save / f"{case.name}.nii.gz", found)
        rows[case.name] = scores(found.array, case)
    names = [name for name in (*GROUPS, "all_marked") if any(name in row for row in rows.values())]
    rows["mean"] = {
        name: float(np.nanmean([row.get(name, np.nan) for row in rows.values()])) for name in names
    }
    print("\t".join(["case", *names]))
    for case_name, row in rows.items():
        values = [row.get(name, float("nan")) for name in names]
        shown = [NO_VALUE if np.isnan(value) else f"{value:.3f}" for value in values]
        print("\t".join([case_name, *shown]))


def find_known(root: Path) -> Iterator[Path]:
    """Yield the cases whose anatomy is known."""
    for flair in sorted(root.rglob(str(FLAIR))):
        case = flair.parents[1]
        if (case / STRUCTURES).is_file() or (case / VENTRICLES).is_file():
            yield case


def main() -> None:
    """Print a table, tab-separated."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", type=Path, help="folder with cases")
    parser.add_argument("--weights", type=Path, default=anatomy_folder(), help="the network's folder")
    parser.add_argument("--flair-alone", action="store_true", help="leave the T1 out")
    parser.add_argument("--save", type=Path, metavar="DIR", help="write what was found, CASE.nii.gz")
    parser.add_argument("--time", action="store_true", help="seconds instead of scores")
    options = parser.parse_args()
    network = AnatomyNetwork(read_manifest(options.weights))
    cases = list(find_known(options.cases))
    if not cases:
        parser.error(f"{options.cases}: expected {STRUCTURES} or {VENTRICLES} beside pre/, found none")
    if options.time:
        print_times(cases, network)
    else:
        print_scores(cases, network, options)


if __name__ == "__main__":
    main()
