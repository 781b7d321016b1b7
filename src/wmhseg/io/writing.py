"""Files are written beside their target, then renamed, so that a failure leaves what was there."""

import fcntl
import json
import os
import platform
import secrets
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from wmhseg.errors import OutputError

# Of this machine: a lock may not be seen by others.
_OURS = f".wmhseg-{sha256(platform.node().encode()).hexdigest()[:8]}-"
_ANY = ".wmhseg-"
_DEAD_AFTER_S = 24 * 3600
_ENDING_LENGTH = 20


def write_text(path: Path, text: str) -> None:
    """Write a text file as `utf8` has it.

    Raises:
        OutputError: It cannot be written.
    """
    write_bytes(path, utf8(text))


def utf8(text: str) -> bytes:
    """Return a text as UTF-8; what is none, in names of files, becomes an escape such as \\udcfc."""
    return text.encode("utf-8", "backslashreplace")


def write_json(path: Path, values: Any, indent: int = 2) -> None:
    """Write JSON.

    Raises:
        OutputError: It cannot be written.
    """
    write_text(path, json.dumps(values, indent=indent) + "\n")


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file.

    Raises:
        OutputError: It cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where it is not there, and remove what ended runs left in it.

    Raises:
        OutputError: It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot be made ({error.strerror}); check who owns it") from None
    remove_leftovers(path)


def remove_file(path: Path) -> None:
    """Remove a file, where there is one.

    Raises:
        OutputError: It cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot be removed ({error.strerror}); check who owns it") from None


class replacing:  # noqa: N801 - reads as a verb in `with replacing(path)`
    """Context manager: a temporary path in the target's folder, renamed onto it on success.

    What is written must be on the disk before it is renamed. An OSError in the block is one of writing.

    Args:
        path: The target; the temporary has its ending.
        discard: Only try whether the folder can be written.

    Raises:
        OutputError: The folder is missing or not writable, or the disk is full.
    """

    def __init__(self, path: str | Path, *, discard: bool = False) -> None:
        self._path, self._discard = Path(path), discard

    def __enter__(self) -> Path:
        try:
            self._temporary, self._lock = _make_temporary(self._path)
        except OSError as error:
            raise OutputError(
                f"{self._path}: expected a folder that can be written, found: {error.strerror}; "
                "check that it exists and who owns it"
            ) from None
        return self._temporary

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if isinstance(error, OSError):
                raise error
            if error is None and not self._discard:
                _sync(self._temporary)
                self._temporary.replace(self._path)
        except OSError as problem:
            raise OutputError(f"{self._path}: cannot be written ({problem.strerror or problem})") from None
        finally:
            with suppress(OSError):  # on a disk that has become read-only
                self._temporary.unlink(missing_ok=True)
            os.close(self._lock)


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files of runs that were killed, and of no other run, as far as one may."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            if entry.name.startswith(_ANY) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    _remove_if_dead(Path(entry.path))


def _make_temporary(target: Path) -> tuple[Path, int]:
    """Make an empty file beside the target, locked as long as its descriptor is open or this run lives."""
    ending = "".join(target.suffixes[-2:])[-_ENDING_LENGTH:]
    while True:
        path = target.parent / f"{_OURS}{secrets.token_hex(6)}{ending}"
        # Made with 0o666, so that the umask decides over its mode as over any new file's.
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        # Another run may take it for a dead one's before it is locked.
        taken = False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            taken = True
        except OSError:  # a file system without locks, where nothing is removed either
            pass
        if os.fstat(file).st_nlink and not taken:
            return path, file
        os.close(file)


def _remove_if_dead(path: Path) -> None:
    file = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if path.name.startswith(_OURS) or time.time() - os.fstat(file).st_mtime > _DEAD_AFTER_S:
            path.unlink()
    finally:
        os.close(file)


def _sync(path: Path) -> None:
    """Wait until a file is on the disk: network disks and quotas report only then that there was no room."""
    file = os.open(path, os.O_RDWR)
    try:
        os.fsync(file)
    finally:
        os.close(file)
