"""Which result belongs to which truth, in two folders of the same layout."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wmhseg.errors import InputError
from wmhseg.evaluation.scanners import name_scanners, natural_order, scanner_order

TRUTH_NAMES = ("wmh.nii.gz", "wmh.nii")
# `docker cp ID:/output RESULT` makes the folder `output` where RESULT exists already.
RESULT_NAMES = ("result.nii.gz", "result.nii", "output/result.nii.gz", "wmhseg/result.nii.gz")


@dataclass(frozen=True)
class Pair:
    """One case to score.

    Attributes:
        scanner: Row of the table that it counts in.
        case: Name, unique in the cohort.
        truth: Reference mask.
        result: Mask to score; it need not exist.
    """

    scanner: str
    case: str
    truth: Path
    result: Path


def find_pairs(truth: Path, results: Path) -> list[Pair]:
    """Find every case below `truth`, at any depth, and its result below `results`.

    A case is a folder with `wmh.nii.gz`; its result is one of RESULT_NAMES in the folder of the
    same relative path below `results`.

    Raises:
        InputError: There is no case or not a single result, or a case has two truths or results.
    """
    for folder in (truth, results):
        if not folder.is_dir():
            raise InputError(f"{folder}: expected a folder, found none; check the path")
    folders = sorted({path.parent for path in _files_below(truth, TRUTH_NAMES)})
    if not folders:
        raise InputError(f"{truth}: expected folders with {TRUTH_NAMES[0]}, found none; check the path")
    relative = [folder.relative_to(truth) for folder in folders]
    above = [path.parts[:-1] or (truth.resolve().name,) for path in relative]
    pairs = sort_pairs(
        Pair(
            scanner,
            path.as_posix() if path.name else truth.resolve().name,
            _the_one_of(truth / path, TRUTH_NAMES),
            _the_one_of(results / path, RESULT_NAMES),
        )
        for scanner, path in zip(name_scanners(above), relative, strict=True)
    )
    if not any(pair.result.is_file() for pair in pairs):
        others = find_unused(pairs, results)
        hint = f"found others, such as {others[0]}" if others else "found none"
        raise InputError(f"{results}: expected results such as {pairs[0].result}, {hint}; check both paths")
    return pairs


def find_unused(pairs: Sequence[Pair], results: Path) -> list[Path]:
    """Return the files named like results that belong to no case."""
    used = {pair.result for pair in pairs}
    names = tuple(sorted({Path(name).name for name in RESULT_NAMES}))
    return sorted(path for path in _files_below(results, names) if path not in used)


def sort_pairs(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the cases in the order of the paper's scanners, then of their names (2 before 10)."""
    return sorted(pairs, key=lambda pair: (scanner_order(pair.scanner), natural_order(pair.case)))


def _files_below(root: Path, names: tuple[str, ...]) -> Iterator[Path]:
    # Not Path.glob: its ** does not enter linked folders, and their cases would be left out silently.
    for folder, _, files in os.walk(root, followlinks=True):
        yield from (Path(folder) / name for name in files if name in names)


def _the_one_of(folder: Path, names: tuple[str, ...]) -> Path:
    """Return the only file of these names, or where the first would be."""
    there = [folder / name for name in names if (folder / name).is_file()]
    if len(there) > 1:
        found = " and ".join(str(path.relative_to(folder)) for path in there)
        raise InputError(f"{folder}: expected one mask, found {found}; remove all but one")
    return there[0] if there else folder / names[0]
