"""A manifest from anywhere as values: never endless, never too deep, and shown in one line."""

import json
import reprlib
from pathlib import Path
from typing import Any

from wmhseg.errors import WeightsError

_MOST_BYTES = 2**24
_LONGEST_TEXT = 200


def read_json(path: Path) -> dict[str, Any]:
    """Read a manifest's fields.

    Raises:
        WeightsError: There is no such file, or it is no JSON.
    """
    try:
        if not path.is_file():  # such as a device or a pipe, which has no end
            raise FileNotFoundError
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ValueError(f"more than {_MOST_BYTES} bytes")
        values: dict[str, Any] = json.loads(content.decode("utf-8"))
    except OSError:
        raise WeightsError(
            f"{path}: expected the weights' manifest, found none; check --weights or the mount"
        ) from None
    except (ValueError, RecursionError) as error:
        raise WeightsError(
            f"{path}: expected JSON, found something else ({error}); copy the weights again"
        ) from None
    return values


def text_field(value: Any) -> str:
    """Return a text that reports, tables and pages can show.

    Raises:
        TypeError: It is none.
    """
    if not isinstance(value, str) or not value.isprintable() or len(value) > _LONGEST_TEXT:
        raise TypeError(f"expected a short text, found {shown(value)}")
    return value


def fields(value: Any) -> dict[str, Any]:
    """Return fields with values.

    Raises:
        TypeError: They are none.
    """
    if not isinstance(value, dict):
        raise TypeError(f"expected fields, found {shown(value)}")
    return value


def shown(value: Any) -> str:
    """Return a value as one short line, however long or deep it is."""
    return reprlib.repr(value).encode("ascii", "backslashreplace").decode()
