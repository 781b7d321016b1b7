"""Files and folders: found and hashed."""

import errno
import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from wmhseg.errors import InputError

log = logging.getLogger("wmhseg")

_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


def is_file(path: Path) -> bool:
    """Tell whether there is such a file; Path.is_file fails for want of rights and at odd or long names."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def require_file(path: str | Path, kind: str = "an image") -> Path:
    """Return the path of an existing file.

    Raises:
        InputError: There is none, or it cannot be reached.
    """
    path = Path(path)
    if not _is_there(path) or not path.is_file():
        raise InputError(f"{path}: expected {kind} file, found none; check the path or the mount")
    try:
        path.open("rb").close()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check who owns it") from None
    return path


def require_scan(path: str | Path) -> Path:
    """Return the path of an existing image file or of a folder, which may hold a DICOM series.

    Raises:
        InputError: There is neither, or it cannot be reached.
    """
    path = Path(path)
    return path if _is_there(path) and path.is_dir() else require_file(path)


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return False
        raise InputError(f"{path}: cannot be read ({error.strerror}); check name and owner") from None
    return True


def _say_unreadable(error: OSError) -> None:
    log.warning("%s: cannot be read (%s); what it holds is left out", error.filename, error.strerror)


def walk(
    root: Path, unreadable: Callable[[OSError], object] = _say_unreadable
) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield every folder at or below `root` with the names of its folders and files, as `os.walk` does.

    Linked folders are followed, which Path.glob's ** does not do; each real folder comes once, so that
    links that make a loop, or lead to one folder twice, neither multiply nor go on for ever. Folders come
    by name, and names taken out of the list of folders are not entered.

    Args:
        root: Where to begin.
        unreadable: Told of each folder that may not be read, and that is left out.
    """
    top = os.path.realpath(root)
    seen = {top}
    for name, folders, files in os.walk(root, followlinks=True, onerror=unreadable):
        folder = Path(name)
        folders.sort()
        yield folder, folders, sorted(files)
        kept = []
        for below in folders:
            real = os.path.realpath(folder / below)
            # Below the top, a folder comes under its own name.
            is_inner_link = (folder / below).is_symlink() and Path(real).is_relative_to(top)
            if real not in seen and not is_inner_link:
                seen.add(real)
                kept.append(below)
        folders[:] = kept


def few(names: Sequence[object], most: int = 3, separator: str = ", ") -> str:
    """Return the first of many names, and how many more there are."""
    more = [f"and {len(names) - most} more"] if len(names) > most else []
    return separator.join([*map(str, names[:most]), *more])


def beside(image: Path, ending: str) -> Path:
    """Return the file beside an image that has its name but for the ending, such as .json for .nii.gz."""
    return image.with_name(image.name.removesuffix(".gz").rpartition(".")[0] + ending)


def read_json(path: Path) -> dict[str, Any] | None:
    """Return a JSON file's values by name; None where there is no file, or something else in it."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def file_sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
