"""Whole numbers from a command line."""

import argparse

import pytest

from wmhseg.arguments import not_negative, positive


def test_numbers() -> None:
    assert (positive("1"), positive("12"), not_negative("0"), not_negative("7")) == (1, 12, 0, 7)


@pytest.mark.parametrize(
    ("kind", "least", "text"),
    [
        (positive, 1, "0"),
        (positive, 1, "-3"),
        (positive, 1, "two"),
        (not_negative, 0, "-1"),
        (positive, 1, "1.5"),
    ],
)
def test_others_are_named(kind, least: int, text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=f"of at least {least}, found '{text}'"):
        kind(text)
