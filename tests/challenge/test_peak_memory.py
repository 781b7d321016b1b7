"""What `docker stats` writes, in bytes."""

import pytest

from wmhseg.challenge.engine import EngineError
from wmhseg.challenge.peak_memory import parse_usage


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.5MiB / 7.6GiB\n", 13107200),
        ("1GiB / 7.6GiB", 1073741824),
        ("512B / 0B", 512),
        ("796 KB / 64 MB", 796000),
        ("1.5kB / 1MB", 1500),
    ],
)
def test_usage_in_bytes(text: str, expected: float) -> None:
    assert parse_usage(text) == expected


@pytest.mark.parametrize("text", ["-- / --", "", "12 apples / 3"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(EngineError, match="expected memory in use / limit, found"):
        parse_usage(text)
