"""Files and folders: found, hashed, and replaced so that a failure leaves what was there."""

import hashlib
import logging
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from wmhseg.errors import InputError, OutputError
from wmhseg.io.parts import parts_of

log = logging.getLogger("wmhseg")


def require_file(path: str | Path, kind: str = "an image") -> Path:
    """Return the path of an existing file.

    Raises:
        InputError: There is none.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: expected {kind} file, found none; check the path or the mount")
    return path


def require_scan(path: str | Path) -> Path:
    """Return the path of an existing image file or of a folder, which may hold a DICOM series.

    Raises:
        InputError: There is neither.
    """
    return Path(path) if Path(path).is_dir() else require_file(path)


def walk(root: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield every folder at or below `root` with the names of its folders and files, as `os.walk` does.

    Linked folders are followed, which Path.glob's ** does not do; each real folder comes once, so that
    links that make a loop, or lead to one folder twice, neither multiply nor go on for ever. Folders come
    by name, and names taken out of the list of folders are not entered. A folder that may not be read is
    left out with a warning.
    """
    top = os.path.realpath(root)
    seen = {top}
    for name, folders, files in os.walk(root, followlinks=True, onerror=_say_unreadable):
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


def _say_unreadable(error: OSError) -> None:
    log.warning("%s: cannot be read (%s); what it holds is left out", error.filename, error.strerror)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where it is not there.

    Raises:
        OutputError: It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path}: cannot be made ({error.strerror}); check who owns it") from None


def file_sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def input_sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal.

    Of a folder, or of an image in several files, it is that of the files' hashes, sorted, one a line.
    """
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else parts_of(path)
    if not path.is_dir() and len(files) == 1:
        return file_sha256(files[0])
    hashes = sorted(map(file_sha256, files))
    return hashlib.sha256("".join(f"{one}\n" for one in hashes).encode()).hexdigest()


def write_text(path: Path, text: str) -> None:
    """Write a text file, UTF-8.

    Raises:
        OutputError: It cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


class replacing:  # noqa: N801 - reads as a verb in `with replacing(path)`
    """Context manager: a temporary path in the target's folder, renamed onto it on success.

    Args:
        path: The target.
        suffix: Ending of the temporary name, where the writer goes by it.
        discard: Only try whether the folder can be written.

    Raises:
        OutputError: The folder is missing or not writable.
    """

    def __init__(self, path: str | Path, suffix: str = "", *, discard: bool = False) -> None:
        self._path, self._suffix, self._discard = Path(path), suffix, discard

    def __enter__(self) -> Path:
        # Made with 0o666, so that the umask decides over its mode as over any new file's.
        self._temporary = self._path.parent / f".wmhseg-{secrets.token_hex(6)}{self._suffix}"
        try:
            os.close(os.open(self._temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666))
        except OSError as error:
            raise OutputError(
                f"{self._path}: expected a folder that can be written, found: {error.strerror}; "
                "check that it exists and who owns it"
            ) from None
        return self._temporary

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if error is None and not self._discard:
                self._temporary.replace(self._path)
        except OSError as problem:
            raise OutputError(f"{self._path}: cannot be written ({problem.strerror})") from None
        finally:
            self._temporary.unlink(missing_ok=True)
