"""Which result belongs to which truth, as listed in a table, for instance beside a BIDS data set."""

from pathlib import Path

from wmhseg.errors import InputError
from wmhseg.evaluation.pairs import ALL, Pair, sort_pairs
from wmhseg.io.tsv import NO_VALUE, read_tsv


def read_pair_list(path: Path, results: Path | None = None) -> list[Pair]:
    """Read a tab-separated table with the columns truth and result, and perhaps scanner and case.

    Relative truths start at the table's folder, relative results at `results` or, without it, at
    the table's folder too. Without a scanner a case counts in the row "all"; without a case it is
    called by its truth. A result of "n/a" is one that is missing.

    Raises:
        InputError: The table is missing, unreadable or empty, lacks a column or a truth, or names a
            case twice.
    """
    pairs: dict[str, Pair] = {}
    for line, given in read_tsv(path, ("truth", "result"), ("scanner", "case"), "pairs"):
        if not given["truth"]:
            raise InputError(
                f"{path}, line {line}: expected a truth, found none; complete or remove the line"
            )
        pair = _pair(given, path, results)
        if pair.case in pairs:
            raise InputError(
                f"{path}, line {line}: expected each case once, found {pair.case} again; "
                "tell them apart in the column case"
            )
        pairs[pair.case] = pair
    return sort_pairs(pairs.values())


def _pair(given: dict[str, str], path: Path, results: Path | None) -> Pair:
    return Pair(
        given["scanner"] or ALL,
        given["case"] or given["truth"].removesuffix(".gz").removesuffix(".nii"),
        path.parent / given["truth"],
        (results or path.parent) / (given["result"] or NO_VALUE),
    )
