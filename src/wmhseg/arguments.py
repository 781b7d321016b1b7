"""Types of arguments, and arguments, that several commands share."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Part:
    """One of several parts of a list, for runs side by side.

    Attributes:
        index: Which, from 1.
        count: Number of parts.
    """

    index: int
    count: int

    def of(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return every `count`-th item: neighbours, often of one size, go to different parts."""
        return items[self.index - 1 :: self.count]


def positive(text: str) -> int:
    """Return a whole number of at least 1.

    Raises:
        argparse.ArgumentTypeError: It is something else.
    """
    return _at_least(1, text)


def not_negative(text: str) -> int:
    """Return a whole number of at least 0.

    Raises:
        argparse.ArgumentTypeError: It is something else.
    """
    return _at_least(0, text)


def probability(text: str) -> float:
    """Return a number from 0 on and below 1.

    Raises:
        argparse.ArgumentTypeError: It is something else.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, found {text!r}")
    return value


def part(text: str) -> Part:
    """Return the part that I/N says.

    Raises:
        argparse.ArgumentTypeError: It is no such pair, or there is no I-th of N.
    """
    index, _, count = text.partition("/")
    if not (index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
        raise argparse.ArgumentTypeError(f"expected I/N, such as 3/40 for the third of 40, found {text!r}")
    return Part(int(index), int(count))


def add_parts(parser: argparse.ArgumentParser, what: str, files: str) -> None:
    """Declare how a list is shared among runs side by side.

    Args:
        parser: Where.
        what: What the list holds, in plural.
        files: What is written of all of them together.
    """
    sharing = parser.add_mutually_exclusive_group()
    sharing.add_argument(
        "--part",
        type=part,
        metavar="I/N",
        help=f"only the I-th of N parts of the {what}, for runs side by side; {files} are left to --gather",
    )
    sharing.add_argument(
        "--gather", action="store_true", help=f"compute nothing; write {files} from what other runs left"
    )


def add_loudness(parser: argparse.ArgumentParser) -> None:
    """Declare -q and -v, which every command has."""
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="warnings and errors only")
    loudness.add_argument("-v", "--verbose", action="store_true", help="say more; tracebacks of errors too")


def _at_least(least: int, text: str) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"expected a number of at least {least}, found {text!r}")
    return int(text)
