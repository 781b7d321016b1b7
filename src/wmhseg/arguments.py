"""Types of arguments that several commands share."""

import argparse
from pathlib import Path


def add_network(parser: argparse._ActionsContainer) -> None:
    """Declare which ensemble computes, and how: weights, threads and precision."""
    parser.add_argument(
        "--weights", type=Path, metavar="DIR", help="folder with another ensemble's manifest.json"
    )
    parser.add_argument("--threads", type=positive, metavar="N", help="threads of the network (default: all)")
    parser.add_argument("--precision", choices=("auto", "float32", "bfloat16"), default="auto")


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
