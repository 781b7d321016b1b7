"""One scan in every way that a hospital may store it: is the mask the same?

    python benchmarks/variants.py CASES [--case NAME ...] [--weights DIR] [--only WORD ...] [--markdown FILE]
        [--keep FILE]

Makes the files of each variant, segments them as `wmhseg segment` does, and compares the mask with that of
the case as it is. A case with slices of 2.5 mm and more gets the variants of thick axial slices, others
those of thin ones. Slices that the network has seen before, bit for bit, are not computed again. Prints a
row a variant; 1 when one misses its Dice. With --keep, a run that was interrupted goes on.
"""

import argparse
import hashlib
import shlex
import sys
import tempfile
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from scan_variants.catalogue import thick_variants, thin_variants
from scan_variants.compare import compare
from scan_variants.kept import KeptRows
from scan_variants.page import page
from scan_variants.table import COLUMNS, Row, line, verdict
from scan_variants.variant import Pair, Variant, is_thick, write_pair
from wmhseg.errors import WmhsegError
from wmhseg.io.volume import to_image
from wmhseg.model import ensemble_loader
from wmhseg.model.manifest import read_manifest
from wmhseg.segmentation.prepare_scan import PreparedScan, prepare_files
from wmhseg.segmentation.segment_scan import Predicted, finish, predict_slices
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import InputOptions, Settings

ROOT = Path(__file__).parents[1]


class Segmenter:
    """What `wmhseg segment` does to files, with one ensemble and a memory of what it was shown."""

    def __init__(self, weights: Path) -> None:
        self.manifest = read_manifest(weights)
        self._ensemble = ensemble_loader.load_ensemble(self.manifest, Settings(weights))
        self._known: dict[str, Predicted] = {}
        self.precision = self._ensemble.precision

    def read(self, flair: Path, t1: Path | None) -> PreparedScan:
        """Read and prepare files with the default options."""
        return prepare_files(flair, t1, self.manifest.recipe, InputOptions(), Stopwatch())

    def finish(self, prepared: PreparedScan) -> tuple[sitk.Image, bool]:
        """Return the mask, and whether the network had seen its slices before."""
        slices = prepared.windows.slices
        key = _digest(slices)
        known = key in self._known
        if not known:
            self._known[key] = predict_slices(self._ensemble, slices, self.manifest.recipe.threshold)
        result = finish(prepared, self._known[key], self.manifest.recipe)
        return to_image(result.mask), known


def run_variant(segmenter: Segmenter, case: str, pair: Pair, plain: sitk.Image, variant: Variant) -> Row:
    """Make, segment and compare one variant."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            prepared = segmenter.read(*write_pair(Path(folder), pair, variant))
            mask, known = segmenter.finish(prepared)
        except WmhsegError as error:
            note = str(error).replace(f"{folder}/", "")
            return Row(variant.name, case, variant.kind, None, None, np.nan, np.nan, False, (note,))
    found = compare(plain, mask, voxelwise=variant.voxelwise)
    notes = [warning.replace(f"{folder}/", "") for warning in prepared.scan.warnings]
    if prepared.scan.t1_moved_mm is not None:
        notes.append(f"T1 moved by {prepared.scan.t1_moved_mm:.1f} mm")
    notes += [f"bias corrected: {name}" for name in prepared.scan.bias_corrected]
    volumes = found.plain_ml, found.variant_ml
    return Row(variant.name, case, variant.kind, found.dice, found.back, *volumes, known, tuple(notes))


def run_case(segmenter: Segmenter, name: str, folder: Path, only: list[str], kept: KeptRows) -> list[Row]:
    """Run the variants of one case whose names contain a word of `only`, or all; print them as they come."""
    paths = folder / "FLAIR.nii.gz", folder / "T1.nii.gz"
    pair = Pair(*(sitk.ReadImage(str(path)) for path in paths))
    variants = thick_variants() if is_thick(pair.flair) else thin_variants()
    wanted = [variant for variant in variants if not only or any(word in variant.name for word in only)]
    rows, plain = [], None
    for variant in wanted:
        row = kept.get(name, variant.name)
        if row is None:
            if plain is None:
                plain, _ = segmenter.finish(segmenter.read(*paths))
            row = run_variant(segmenter, name, pair, plain, variant)
            kept.add(row)
        rows.append(row)
        print(line(row.cells), flush=True)
    return rows


def find_cases(cases: Path, names: list[str] | None) -> dict[str, Path]:
    """Return the folders with a FLAIR and a T1 below `cases`, by the name of their case."""
    folders = [
        path.parent for path in sorted(cases.rglob("FLAIR.nii.gz")) if path.with_name("T1.nii.gz").exists()
    ]
    found = {}
    for folder in folders:
        case = folder.parent if folder.name == "pre" else folder
        found["/".join(case.relative_to(cases).parts) or case.resolve().name] = folder
    if missing := sorted(set(names or []) - set(found)):
        raise SystemExit(f"{cases}: expected cases {', '.join(missing)}, found {', '.join(found) or 'none'}")
    if not found:
        raise SystemExit(f"{cases}: expected folders with FLAIR.nii.gz and T1.nii.gz, found none")
    return {name: folder for name, folder in found.items() if not names or name in names}


def main(arguments: list[str] | None = None) -> int:
    """Run all variants and print the table; 1 when one misses its Dice."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", type=Path, metavar="CASES", help="folder with cases, at any depth")
    parser.add_argument("--case", nargs="+", metavar="NAME", help="only these cases, as tabriz/a639")
    parser.add_argument("--weights", type=Path, default=ROOT / "weights", metavar="DIR")
    parser.add_argument("--only", nargs="+", default=[], metavar="WORD", help="variants whose names hold one")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table here")
    parser.add_argument(
        "--keep", type=Path, metavar="FILE", help="keep rows here; those there are not made again"
    )
    options = parser.parse_args(arguments)
    folders = find_cases(options.cases, options.case)
    segmenter = Segmenter(options.weights)
    kept = KeptRows(options.keep, segmenter.manifest)
    print(line(COLUMNS), flush=True)
    rows = [row for name in folders for row in run_case(segmenter, name, folders[name], options.only, kept)]
    print(verdict(rows))
    if options.markdown:
        words = ["--case", *folders, *(["--only", *options.only] if options.only else [])]
        command = f"python benchmarks/variants.py CASES {shlex.join(words)}"
        options.markdown.write_text(
            page(rows, command, segmenter.manifest, segmenter.precision), encoding="utf-8"
        )
    return any(row.passed is False for row in rows)


def _digest(slices: NDArray[np.float32]) -> str:
    return f"{slices.shape} {hashlib.sha256(np.ascontiguousarray(slices).tobytes()).hexdigest()}"


if __name__ == "__main__":
    sys.exit(main())
