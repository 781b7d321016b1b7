"""Tables of cases to the challenge's ranking of any number of teams."""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from wmhseg.errors import InputError, OutputError
from wmhseg.io.files import few
from wmhseg.io.writing import write_text
from wmhseg.ranking.leaderboard import CHALLENGE_CASES, Team, join_leaderboard, possible_positions, rank
from wmhseg.ranking.standings import Standings, to_csv, to_markdown, to_text
from wmhseg.ranking.team_scores import NAMED_AT_MOST, TeamScores, read_team, require_same_cases

log = logging.getLogger("wmhseg")

NOT_COMPARABLE = (
    f"the leaderboard's scores are on the organisers' {CHALLENGE_CASES} test cases and rounded: a score on "
    "any other cases is not comparable, and its position there says only what it would be for such means"
)


def rank_teams(tables: Sequence[tuple[str, Path]], output: Path | None, *, leaderboard: bool) -> None:
    """Print the ranking on standard output and write it where asked.

    Args:
        tables: Name and table of cases (CSV) of each team.
        output: File for all rows, .csv or .md; None for none.
        leaderboard: Put each team, on its own, among the 57 of the challenge's final table.

    Raises:
        InputError: A table cannot be read, the teams have different cases, or one team is alone.
        OutputError: The file cannot be written.
    """
    _require_rivals([name for name, _ in tables], leaderboard)
    if output is not None and output.suffix not in (".csv", ".md"):
        raise OutputError(f"{output}: expected a name that ends in .csv or .md; rename it")
    teams = [read_team(name, path) for name, path in tables]
    require_same_cases(teams)
    parts = _parts([scores.team for scores in teams], leaderboard)
    notes = [note for scores in teams for note in _notes(scores)]
    if leaderboard:
        notes.append(NOT_COMPARABLE)
    sys.stdout.write("\n\n".join(map(to_text, parts)) + "\n")
    for note in notes:
        log.warning(note)
    if output is not None:
        text = to_csv(parts) if output.suffix == ".csv" else to_markdown(parts, notes)
        write_text(output, text)


def _require_rivals(names: Sequence[str], leaderboard: bool) -> None:
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"expected each team once, found {', '.join(repeated)} again; give it another name")
    if len(names) == 1 and not leaderboard:
        raise InputError(
            f"expected two teams or more, found {names[0]} alone; a rank is relative to others: "
            "add a team or --leaderboard"
        )


def _parts(teams: Sequence[Team], leaderboard: bool) -> list[Standings]:
    parts = []
    if len(teams) > 1:
        title = (
            f"{len(teams)} teams on {teams[0].cases} cases (score 0: best in all metrics, 1: worst in all)"
        )
        parts.append(Standings(title, tuple(rank(teams))))
    if leaderboard:
        parts += map(_among_published, teams)
    return parts


def _among_published(team: Team) -> Standings:
    rows = join_leaderboard(team)
    chosen = next(row for row in rows if row.team is team)
    best, worst = possible_positions(rows, team)
    rounded = "" if best == worst else f" ({best} to {worst}, as the table is rounded)"
    title = f"{team.name} would be at position {chosen.position} of {len(rows)} on the leaderboard{rounded}"
    return Standings(title, tuple(rows), chosen)


def _notes(scores: TeamScores) -> list[str]:
    notes = []
    name, count = scores.team.name, len(scores.cases)
    if scores.without_h95:
        left_out = f"{len(scores.without_h95)} of {count} cases ({few(scores.without_h95, NAMED_AT_MOST)})"
        notes.append(f"{name}: H95 is undefined for {left_out}; its mean leaves them out")
    if scores.trained_on:
        seen = f"{len(scores.trained_on)} of {count} cases ({few(scores.trained_on, NAMED_AT_MOST)})"
        notes.append(f"{name}: was trained on {seen}; not a test score")
    return notes
