"""`wmhseg rank NAME=CSV ...`: the arguments, without the packages that the work needs."""

import argparse
from pathlib import Path

from wmhseg.arguments import add_loudness


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `wmhseg rank`."""
    parser.add_argument(
        "teams",
        nargs="+",
        type=_team,
        metavar="NAME=CSV",
        help="a team and its table of cases, as wmhseg evaluate writes it",
    )
    parser.add_argument(
        "--leaderboard",
        action="store_true",
        help="put each team, on its own, among the 57 of the challenge's final table",
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write all rows here too: .csv, or .md for Markdown"
    )
    add_loudness(parser)


def run(options: argparse.Namespace) -> None:
    """Print the ranking on standard output and write it where asked.

    Raises:
        InputError: A table cannot be read, the teams have different cases, or one team is alone.
        OutputError: The file cannot be written.
    """
    from wmhseg.ranking.rank_teams import rank_teams

    rank_teams(options.teams, options.output, leaderboard=options.leaderboard)


def _team(text: str) -> tuple[str, Path]:
    name, separator, path = text.partition("=")
    if not (name.strip() and separator and path):
        raise argparse.ArgumentTypeError(f"expected NAME=CSV, such as ours=cases.csv, found {text!r}")
    return name.strip(), Path(path)
