"""Types of arguments, and arguments, that several commands share."""

import argparse


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


def add_loudness(parser: argparse.ArgumentParser) -> None:
    """Declare -q and -v, which every command has."""
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="warnings and errors only")
    loudness.add_argument("-v", "--verbose", action="store_true", help="say more; tracebacks of errors too")


def _at_least(least: int, text: str) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"expected a number of at least {least}, found {text!r}")
    return int(text)
