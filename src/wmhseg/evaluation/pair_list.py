"""Which result belongs to which truth, as listed in a table, for instance beside a BIDS data set."""

import csv
from pathlib import Path

from wmhseg.errors import InputError
from wmhseg.evaluation.pairs import Pair, sort_pairs

REQUIRED = ("truth", "result")
NO_VALUE = ("", "n/a")  # the second is BIDS'
DEFAULT_SCANNER = "all"


def read_pair_list(path: Path, results: Path | None = None) -> list[Pair]:
    """Read a tab-separated table with the columns truth and result, and perhaps scanner and case.

    Relative truths start at the table's folder, relative results at `results` or, without it, at
    the table's folder too. Without a scanner a case counts in the row "all"; without a case it is
    called by its truth. A result of "n/a" is one that is missing.

    Raises:
        InputError: The table is missing, unreadable or empty, lacks a column or a truth, or names a
            case twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t", restval="")
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeError, csv.Error) as error:
        raise InputError(f"{path}: expected a table of pairs, found something else ({error})") from None
    columns = reader.fieldnames or []
    if not set(REQUIRED) <= set(columns):
        found = ", ".join(columns[:6]) or "an empty file"
        raise InputError(f"{path}: expected tab-separated columns {' and '.join(REQUIRED)}, found {found}")
    if not rows:
        raise InputError(f"{path}: expected at least one pair, found none")
    pairs: dict[str, Pair] = {}
    for line, row in rows:
        pair = _pair(row, path, results)
        if pair.truth == path.parent:
            raise InputError(
                f"{path}, line {line}: expected a truth, found none; complete or remove the line"
            )
        if pair.case in pairs:
            raise InputError(
                f"{path}, line {line}: expected each case once, found {pair.case} again; "
                "tell them apart in the column case"
            )
        pairs[pair.case] = pair
    return sort_pairs(pairs.values())


def _pair(row: dict[str, str], path: Path, results: Path | None) -> Pair:
    cells = {name: (row.get(name) or "").strip() for name in (*REQUIRED, "scanner", "case")}
    given = {name: "" if cell in NO_VALUE else cell for name, cell in cells.items()}
    return Pair(
        given["scanner"] or DEFAULT_SCANNER,
        given["case"] or given["truth"].removesuffix(".gz").removesuffix(".nii"),
        path.parent / given["truth"],
        (results or path.parent) / (given["result"] or "n/a"),
    )
