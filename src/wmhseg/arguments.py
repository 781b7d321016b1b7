"""Types of arguments that several commands share."""

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


def _at_least(least: int, text: str) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"expected a number of at least {least}, found {text!r}")
    return int(text)
