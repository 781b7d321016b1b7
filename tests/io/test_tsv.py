"""Tables: what was written comes back; any text is read or refused."""

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wmhseg.errors import InputError
from wmhseg.io.tsv import read_tsv

MANY = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
# All that a cell may hold without a quotation mark around it.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters='"'), max_size=9)
ROWS = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5)


def cells(text: str) -> str:
    text = text.strip()
    return "" if text == "n/a" else text


@MANY
@given(ROWS, st.sampled_from(("\n", "\r\n")), st.booleans())
def test_cells_come_back(tmp_path: Path, rows: list[tuple[str, str]], end: str, marked: bool) -> None:
    lines = ["t1\tflair", *("\t".join(row) for row in rows)]
    path = tmp_path / "x.tsv"
    path.write_bytes(b"\xef\xbb\xbf" * marked + end.join(lines).encode())
    expected = [
        (line, {"flair": cells(flair), "t1": cells(t1)})
        for line, (t1, flair) in enumerate(rows, start=2)
        if t1.strip() or flair.strip()
    ]
    if not expected:
        with pytest.raises(InputError, match="expected at least one line"):
            read_tsv(path, ["flair"], ["t1"], "scans")
        return
    assert read_tsv(path, ["flair"], ["t1"], "scans") == expected


@MANY
@given(ROWS)
def test_quoted_cells_come_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    path = tmp_path / "x.tsv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_ALL)
        writer.writerows([("flair", "t1"), ("a", "b"), *rows])
    found = read_tsv(path, ["flair"], ["t1"], "scans")
    kept = [(cells(flair), cells(t1)) for flair, t1 in [("a", "b"), *rows] if flair.strip() or t1.strip()]
    assert [(row["flair"], row["t1"]) for _, row in found] == kept


@MANY
@given(
    st.lists(
        st.sampled_from(["flair", "t1", "\t", "\n", "\r", '"', "a", " ", "n/a", "\0", "\x85"]), max_size=20
    )
)
def test_any_text_is_read_or_refused_by_name(tmp_path: Path, parts: list[str]) -> None:
    path = tmp_path / "x.tsv"
    path.write_bytes("".join(parts).encode())
    try:
        rows = read_tsv(path, ["flair"], ["t1"], "scans")
    except InputError as error:
        assert str(error).startswith(f"{path}")
    else:
        assert rows and all(set(row) == {"flair", "t1"} for _, row in rows)
