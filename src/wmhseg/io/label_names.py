"""Names of labels: BIDS' table (`dseg.tsv`) or a FreeSurfer-style look-up table."""

from collections.abc import Iterable
from pathlib import Path

from wmhseg.errors import InputError
from wmhseg.io.files import require_file
from wmhseg.io.tsv import read_tsv

_WHAT = "labels and their names"


def read_label_names(path: Path) -> dict[int, str]:
    """Read a name for each label.

    Args:
        path: A table with the tab-separated columns index and name, or lines "NUMBER NAME ..." of a look-up
            table, where what follows "#" is a comment.

    Raises:
        InputError: It is missing or something else, or gives a label two names.
    """
    require_file(path, "a table")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise InputError(
            f"{path}: expected a table of {_WHAT}, found something else ({error}); save it as text, UTF-8"
        ) from None
    first = text.split("\n", 1)[0].rstrip("\r").split("\t")
    if {"index", "name"} <= {cell.strip() for cell in first}:
        rows = read_tsv(path, ("index", "name"), (), _WHAT)
        pairs = [(line, row["index"], row["name"]) for line, row in rows]
    else:
        pairs = list(_lookup(text))
    return _named(path, pairs)


def _lookup(text: str) -> Iterable[tuple[int, str, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].split()
        if words:
            yield number, words[0], words[1] if len(words) > 1 else ""


def _named(path: Path, pairs: list[tuple[int, str, str]]) -> dict[int, str]:
    names: dict[int, str] = {}
    for line, index, name in pairs:
        if not index.isdecimal() or not name:
            raise InputError(
                f"{path}, line {line}: expected the number of a label and its name, "
                f"found {' '.join((index, name)).strip()[:60]!r}; give columns index and name, or NUMBER NAME"
            )
        if names.setdefault(int(index), name) != name:
            raise InputError(
                f"{path}, line {line}: expected one name for label {index}, found another; check"
            )
    if not names:
        raise InputError(f"{path}: expected {_WHAT}, found none")
    return names
