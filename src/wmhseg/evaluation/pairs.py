"""Which result belongs to which truth, in two folders of the same layout."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wmhseg.errors import InputError
from wmhseg.evaluation.bids_pairs import Entities, find_masks, match, scan_of_folder
from wmhseg.evaluation.scanners import name_scanners, natural_order, scanner_order
from wmhseg.io.bids_names import stem
from wmhseg.io.files import walk
from wmhseg.io.tsv import NO_VALUE

TRUTH_NAMES = ("wmh.nii.gz", "wmh.nii")
# `docker cp ID:/output RESULT` makes the folder `output` where RESULT exists already.
RESULT_NAMES = ("result.nii.gz", "result.nii", "output/result.nii.gz", "wmhseg/result.nii.gz")
# `wmhseg batch` calls a result as the organisers call a truth; its report tells them apart.
BATCH_NAME, BATCH_REPORT = "wmh.nii.gz", "report.json"
# The row of scans without scanner.
ALL = "all"


@dataclass(frozen=True)
class Pair:
    """One case to score.

    Attributes:
        scanner: Row of the table that it counts in.
        case: Name, unique in the cohort.
        truth: Reference mask.
        result: Mask to score; it need not exist.
        seen_in_training: Whether the result's weights were trained on the case.
    """

    scanner: str
    case: str
    truth: Path
    result: Path
    seen_in_training: bool = False

    @property
    def group(self) -> str:
        """Return what the row of the table is called that the case counts in."""
        return f"{self.scanner} (trained on)" if self.seen_in_training else self.scanner


def find_pairs(truth: Path, results: Path, *, may_lack_all: bool = False) -> list[Pair]:
    """Find every case below `truth`, at any depth, and its result below `results`.

    A case is a folder with `wmh.nii.gz`; its result is one of RESULT_NAMES, or what `wmhseg batch` wrote,
    in the folder of the same relative path below `results`; or, for folders sub-*/[ses-*], what
    `wmhseg bids` wrote. Without such folders, cases are masks named as in BIDS (see `find_masks`).

    Args:
        truth: Folder of cases.
        results: Folder of results.
        may_lack_all: Do without a single result.

    Raises:
        InputError: There is no case or not a single result, or a case has two truths or results.
    """
    for folder in (truth, results):
        if not folder.is_dir() and not (may_lack_all and folder is results):
            raise InputError(f"{folder}: expected a folder, found none; check the path")
    masks = find_masks(results)
    pairs = _folder_pairs(truth, results, masks) or _bids_pairs(truth, results, masks)
    if not pairs:
        raise InputError(
            f"{truth}: expected folders with {TRUTH_NAMES[0]} or BIDS masks, found none; check the path"
        )
    if not may_lack_all and not any(pair.result.is_file() for pair in pairs):
        others = find_unused(pairs, results)
        hint = f"found others, such as {others[0]}" if others else "found none"
        raise InputError(f"{results}: expected results such as {pairs[0].result}, {hint}; check both paths")
    return pairs


def chosen_pairs(pairs: Sequence[Pair], only: Sequence[str]) -> list[Pair]:
    """Return the cases of these names: whole ones, or their last parts; all for none.

    Raises:
        InputError: There is no case of a name.
    """
    chosen = [pair for pair in pairs if not only or {pair.case, pair.case.rsplit("/", 1)[-1]} & set(only)]
    known = {name for pair in chosen for name in (pair.case, pair.case.rsplit("/", 1)[-1])}
    if unknown := sorted(set(only) - known):
        raise InputError(f"--only: expected names of cases, found {', '.join(unknown)}")
    return chosen


def find_unused(pairs: Sequence[Pair], results: Path) -> list[Path]:
    """Return the files named like results that belong to no case."""
    used = {pair.result for pair in pairs}
    names = {Path(name).name for name in RESULT_NAMES}
    found = list(find_masks(results).values())
    for folder, _, files in walk(results):
        own = names | {BATCH_NAME} if BATCH_REPORT in files else names
        found += [folder / name for name in files if name in own]
    return sorted(path for path in found if path not in used)


def _folder_pairs(truth: Path, results: Path, masks: Mapping[Entities, Path]) -> list[Pair]:
    folders = sorted(folder for folder, _, files in walk(truth) if set(TRUTH_NAMES) & set(files))
    relative = [folder.relative_to(truth) for folder in folders]
    above = [path.parts[:-1] or (truth.resolve().name,) for path in relative]
    return sort_pairs(
        Pair(
            scanner,
            path.as_posix() if path.name else truth.resolve().name,
            _the_one_of(truth / path, TRUTH_NAMES),
            match(scan_of_folder(path), masks) or _result_in(results / path),
        )
        for scanner, path in zip(name_scanners(above), relative, strict=True)
    )


def _bids_pairs(truth: Path, results: Path, masks: Mapping[Entities, Path]) -> list[Pair]:
    return sort_pairs(
        Pair(ALL, stem(dict(scan)), path, match(scan, masks) or results / NO_VALUE)
        for scan, path in find_masks(truth).items()
    )


def sort_pairs(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the cases in the order of the paper's scanners, then of their names (2 before 10)."""
    return sorted(pairs, key=lambda pair: (scanner_order(pair.scanner), natural_order(pair.case)))


def _result_in(folder: Path) -> Path:
    from_batch = (BATCH_NAME,) if (folder / BATCH_REPORT).is_file() else ()
    return _the_one_of(folder, (*RESULT_NAMES, *from_batch))


def _the_one_of(folder: Path, names: tuple[str, ...]) -> Path:
    """Return the only file of these names, or where the first would be."""
    there = [folder / name for name in names if (folder / name).is_file()]
    if len(there) > 1:
        found = " and ".join(str(path.relative_to(folder)) for path in there)
        raise InputError(f"{folder}: expected one mask, found {found}; remove all but one")
    return there[0] if there else folder / names[0]
