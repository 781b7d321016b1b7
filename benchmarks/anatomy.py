"""Dice of the structures that the anatomy network finds, case by case.

    python benchmarks/anatomy.py CASES [--weights DIR] [--flair-alone] [--save DIR]

CASES holds folders with pre/FLAIR.nii.gz, perhaps pre/T1.nii.gz, and what is known of the anatomy:
structures.nii.gz (`wmhseg synthesise --volumes` writes it) or ventricles.nii.gz (the lateral ventricles by
hand). A structure that is neither in the truth nor found is n/a. The last line is the mean.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wmhseg.anatomy.structure import BRAIN, Structure
from wmhseg.datasets.cases import FLAIR, STRUCTURES, T1
from wmhseg.io.tsv import NO_VALUE
from wmhseg.io.volume import Volume, read_volume
from wmhseg.io.write_volume import write_volume
from wmhseg.model.anatomy_network import AnatomyNetwork, anatomy_weights
from wmhseg.model.manifest import read_manifest
from wmhseg.segmentation.find_anatomy import find_anatomy
from wmhseg.segmentation.prepare_scan import prepare_files
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import InputOptions

VENTRICLES = "ventricles.nii.gz"
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
    ventricles = read_volume(case / VENTRICLES).array > 0.5
    return {"ventricles": dice(found == Structure.VENTRICLES, ventricles)}


def segmented(case: Path, network: AnatomyNetwork, flair_alone: bool) -> Volume:
    """Return the structures found in a case."""
    t1 = case / T1
    used = t1 if t1.is_file() and not flair_alone else None
    return find_anatomy(
        prepare_files(case / FLAIR, used, network.recipe, InputOptions(), Stopwatch()), network
    )


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
    parser.add_argument("--weights", type=Path, default=anatomy_weights(), help="the network's folder")
    parser.add_argument("--flair-alone", action="store_true", help="leave the T1 out")
    parser.add_argument("--save", type=Path, metavar="DIR", help="write what was found, CASE.nii.gz")
    options = parser.parse_args()
    network = AnatomyNetwork(read_manifest(options.weights))
    rows = {}
    for case in find_known(options.cases):
        found = segmented(case, network, options.flair_alone)
        if options.save:
            options.save.mkdir(parents=True, exist_ok=True)
            write_volume(options.save / f"{case.name}.nii.gz", found)
        rows[case.name] = scores(found.array, case)
    names = [name for name in GROUPS if any(name in row for row in rows.values())]
    rows["mean"] = {
        name: float(np.nanmean([row.get(name, np.nan) for row in rows.values()])) for name in names
    }
    print("\t".join(["case", *names]))
    for case_name, row in rows.items():
        values = [row.get(name, float("nan")) for name in names]
        shown = [NO_VALUE if np.isnan(value) else f"{value:.3f}" for value in values]
        print("\t".join([case_name, *shown]))


if __name__ == "__main__":
    main()
