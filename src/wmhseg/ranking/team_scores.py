"""A team's means from its table of cases."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from wmhseg.errors import InputError
from wmhseg.io.files import few
from wmhseg.ranking.leaderboard import HIGHER_IS_BETTER, Team

NAMED_AT_MOST = 5


@dataclass(frozen=True)
class TeamScores:
    """A team and what its means are made of.

    Attributes:
        team: The means.
        path: The table.
        cases: Names of all cases.
        without_h95: Names of the cases whose H95 is undefined; its mean leaves them out.
        trained_on: Names of the cases the table marks as seen in training.
    """

    team: Team
    path: Path
    cases: frozenset[str]
    without_h95: tuple[str, ...]
    trained_on: tuple[str, ...]


def read_team(name: str, path: Path) -> TeamScores:
    """Read one team's cases from a CSV with the columns case, dsc, h95_mm, avd_percent, ...

    A column `site` is put in front of the case's name; further columns are left alone. An H95 that
    is NaN is left out of the mean, as in the organisers' own code (pandas' mean).

    Raises:
        InputError: The file is missing or no such table, holds a case twice, or a metric is not a
            finite number, except for an H95 that is NaN.
    """
    rows = _read_rows(path)
    cases = [_case(row) for row in rows]
    if repeated := sorted({case for case in cases if cases.count(case) > 1}):
        raise InputError(
            f"{path}: expected each case once, found more rows for {few(repeated, NAMED_AT_MOST)}"
        )
    values = {metric: [_number(path, row, metric) for row in rows] for metric in HIGHER_IS_BETTER}
    defined = [value for value in values["h95_mm"] if not math.isnan(value)]
    if not defined:
        raise InputError(f"{path}: expected at least one case with an H95, found none; no mean to rank")
    means = {metric: sum(column) / len(rows) for metric, column in values.items()}
    means["h95_mm"] = sum(defined) / len(defined)
    undefined = zip(cases, values["h95_mm"], strict=True)
    return TeamScores(
        team=Team(name, len(rows), len(defined), **means),
        path=path,
        cases=frozenset(cases),
        without_h95=tuple(case for case, value in undefined if math.isnan(value)),
        trained_on=tuple(_case(row) for row in rows if row.get("seen_in_training") == "True"),
    )


def require_same_cases(teams: list[TeamScores]) -> None:
    """Refuse teams that were scored on different cases.

    Raises:
        InputError: A table lacks a case of the first one or has others; they are named.
    """
    first = teams[0]
    for other in teams[1:]:
        missing, extra = sorted(first.cases - other.cases), sorted(other.cases - first.cases)
        found = [f"lacks {few(missing, NAMED_AT_MOST)}"] if missing else []
        found += [f"also has {few(extra, NAMED_AT_MOST)}"] if extra else []
        if found:
            raise InputError(
                f"{other.path}: expected the {len(first.cases)} cases of {first.path}, "
                f"but it {' and '.join(found)}; score every team on the same cases"
            )


def _read_rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restval="")
            rows = list(reader)
    except FileNotFoundError:
        raise InputError(
            f"{path}: expected a table of cases, found none; write it with wmhseg evaluate"
        ) from None
    except (OSError, UnicodeError, csv.Error) as error:
        raise InputError(f"{path}: expected a table of cases (CSV), found something else ({error})") from None
    lacking = sorted({"case", *HIGHER_IS_BETTER} - set(reader.fieldnames or []))
    if lacking:
        raise InputError(
            f"{path}: expected columns of wmhseg evaluate, found none called {', '.join(lacking)}"
        )
    if not rows:
        raise InputError(f"{path}: expected at least one case, found none")
    return rows


def _case(row: dict[str, str]) -> str:
    return f"{row['site']}/{row['case']}" if row.get("site") else row["case"]


def _number(path: Path, row: dict[str, str], metric: str) -> float:
    """Return one value; an empty H95 is an undefined one."""
    text = row[metric].strip()
    try:
        value = float(text or "nan") if metric == "h95_mm" else float(text)
    except ValueError:
        raise InputError(f"{path}: expected a number for {metric} of {_case(row)}, found {text!r}") from None
    if math.isfinite(value) or (metric == "h95_mm" and math.isnan(value)):
        return value
    raise InputError(
        f"{path}: expected a finite {metric} of {_case(row)}, found {value}; "
        "it cannot be ranked: leave this case out of every team's table"
    )
