"""Packages that only an extra of the installation brings."""

from importlib.util import find_spec

from wmhseg.errors import InputError


def require_packages(*names: str, extra: str, purpose: str) -> None:
    """Find out before hours of work whether packages are there.

    Args:
        names: What they are imported as.
        extra: What brings them: `pip install wmhseg[EXTRA]`.
        purpose: What needs them, for the message.

    Raises:
        InputError: One is missing.
    """
    missing = [name for name in names if find_spec(name) is None]
    if missing:
        raise InputError(
            f"{purpose}: expected the package {missing[0]}, found none; pip install 'wmhseg[{extra}]'"
        )
