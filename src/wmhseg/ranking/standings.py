"""Standings as text, CSV and Markdown."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wmhseg.ranking.leaderboard import Standing

COLUMNS = (
    ("position", "position", "d"),
    ("team", "team", "s"),
    ("score", "score", ".4f"),
    ("dsc", "DSC", ".3f"),
    ("h95_mm", "H95 mm", ".2f"),
    ("avd_percent", "AVD %", ".2f"),
    ("lesion_recall", "recall", ".3f"),
    ("lesion_f1", "F1", ".3f"),
    ("published_score", "published", ".4f"),
    ("cases", "cases", "d"),
    ("h95_cases", "H95 cases", "d"),
)
UNKNOWN = "-"
GAP = "..."
_LEFT_ALIGNED = 1
_FIRST = 3
_NEIGHBOURS = 3


@dataclass(frozen=True)
class Standings:
    """Ranked teams under a title; `chosen` is the row that was put among others, if any."""

    title: str
    rows: tuple[Standing, ...]
    chosen: Standing | None = None


def to_text(standings: Standings) -> str:
    """Return an aligned table; of many teams around a chosen one only its neighbours."""
    cells = [[title for _, title, _ in COLUMNS], *map(_cells, _excerpt(standings))]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            text.ljust(width) if column == _LEFT_ALIGNED else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return "\n".join([standings.title, *lines])


def to_csv(parts: Sequence[Standings]) -> str:
    """Return all rows at full precision; the first column tells the tables apart."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["ranking", *(name for name, _, _ in COLUMNS)])
    for part in parts:
        among = f"{part.chosen.team.name} on the leaderboard" if part.chosen else "given teams"
        writer.writerows([among, *_values(row)] for row in part.rows)
    return text.getvalue()


def to_markdown(parts: Sequence[Standings], notes: Sequence[str]) -> str:
    """Return every table whole, the chosen team in bold, then the notes."""
    return (
        "\n\n".join([*map(_markdown_table, parts), "\n".join(f"- {note}" for note in notes)]).strip() + "\n"
    )


def _markdown_table(part: Standings) -> str:
    rows = [[title for _, title, _ in COLUMNS]]
    rows.append(["---" if column == _LEFT_ALIGNED else "---:" for column in range(len(COLUMNS))])
    for standing in part.rows:
        cells = [text.replace("|", "\\|") for text in _cells(standing)]
        rows.append([f"**{text}**" for text in cells] if standing is part.chosen else cells)
    return f"## {part.title}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _excerpt(standings: Standings) -> list[Standing | None]:
    """Return the first few, the chosen one with its neighbours, and the last; None is a gap."""
    if standings.chosen is None:
        return list(standings.rows)
    count, chosen = len(standings.rows), standings.rows.index(standings.chosen)
    kept = sorted(
        {*range(_FIRST), count - 1}.union(
            range(max(chosen - _NEIGHBOURS, 0), min(chosen + _NEIGHBOURS + 1, count))
        )
    )
    rows: list[Standing | None] = []
    for before, index in zip([-1, *kept], kept, strict=False):
        rows += [None] * (index > before + 1) + [standings.rows[index]]
    return rows


def _cells(standing: Standing | None) -> list[str]:
    if standing is None:
        return [GAP] * 2 + [""] * (len(COLUMNS) - 2)
    return [
        UNKNOWN if value is None else format(value, form)
        for value, (_, _, form) in zip(_values(standing), COLUMNS, strict=True)
    ]


def _values(standing: Standing) -> Iterator[int | float | str | None]:
    for name, _, _ in COLUMNS:
        if name in ("position", "score"):
            yield getattr(standing, name)
        else:
            yield getattr(standing.team, "name" if name == "team" else name)
