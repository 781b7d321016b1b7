"""Names of files that ITK understands: of any other than UTF-8 it ends the process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from wmhseg.errors import InputError


def is_utf8(name: str) -> bool:
    """Tell whether the bytes of a file's name are UTF-8."""
    return name.isascii() or not any("\udc80" <= letter <= "\udcff" for letter in name)


@contextmanager
def itk_name(path: Path) -> Iterator[str]:
    """Give a file or a folder a name that ITK understands, its own or that of a link; errors have its own.

    Raises:
        InputError: The folder holds files with other names, or may not be read.
    """
    if path.is_dir():
        _require_utf8_inside(path)
    if is_utf8(str(path)):
        yield str(path)
        return
    with TemporaryDirectory(prefix="wmhseg-") as folder:
        link = Path(folder) / path.name.encode("ascii", "replace").decode()
        link.symlink_to(path.absolute())
        try:
            yield str(link)
        except InputError as error:
            raise type(error)(str(error).replace(str(link), str(path))) from None


def _require_utf8_inside(folder: Path) -> None:
    try:
        others = [path.name for path in folder.iterdir() if not is_utf8(path.name)]
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror}); check who owns it") from None
    if others:
        raise InputError(f"{folder}: expected files with names in UTF-8, found {others[0]}; rename them")
