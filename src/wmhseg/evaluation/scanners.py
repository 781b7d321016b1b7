"""The scanners' names, as in the rows of Table 3 of Li et al. 2018."""

import re
from collections.abc import Sequence
from itertools import takewhile

PAPER_ORDER = ("Utrecht", "Singapore", "GE3T", "AMS GE1.5T", "AMS PETMR")

_NAMES = {"GE3T": "GE3T", "GE1T5": "AMS GE1.5T"}
# "Philips_VU .PETMR_01." in the release; Windows and some download programs change the end.
_PETMR = "Philips_VU"
_AMSTERDAM = "Amsterdam"

Order = tuple[int, tuple[str | int, ...]]


def name_scanners(folders: Sequence[tuple[str, ...]]) -> list[str]:
    """Return a scanner's name for the folders above each case, such as (test, Amsterdam, GE1T5).

    Leading folders that all cases share are left out, so `test` and `training` are part of the
    name only where both are there. Folders of the challenge get the paper's name.
    """
    levels = zip(*(parts[:-1] for parts in folders), strict=False)  # as deep as the shallowest
    shared = len(list(takewhile(lambda names: len(set(names)) == 1, levels)))
    return ["/".join(_translate(parts[shared:])) for parts in folders]


def scanner_order(scanner: str) -> Order:
    """Return a key to sort by: the paper's order, then all others by name."""
    last = scanner.rsplit("/", 1)[-1]
    rank = PAPER_ORDER.index(last) if last in PAPER_ORDER else len(PAPER_ORDER)
    return rank, natural_order(scanner)


def natural_order(name: str) -> tuple[str | int, ...]:
    """Return a key that sorts 2 before 10."""
    parts = re.split(r"([0-9]+)", name)
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts))


def _translate(parts: tuple[str, ...]) -> tuple[str, ...]:
    if not parts:
        return parts
    *above, last = parts
    name = "AMS PETMR" if last.startswith(_PETMR) else _NAMES.get(last)
    if name is None:
        return parts
    if above and above[-1] == _AMSTERDAM:
        above.pop()
    return (*above, name)
