"""Names of files that ITK understands: of any other than UTF-8 it ends the process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from wmhseg.errors import InputError
from wmhseg.io.parts import parts_of


def is_utf8(name: str) -> bool:
    """Tell whether the bytes of a file's name are UTF-8."""
    return name.isascii() or not any("\udc80" <= letter <= "\udcff" for letter in name)


@contextmanager
def itk_name(path: Path) -> Iterator[str]:
    """Give a file or a folder a name that ITK understands, its own or that of a link; errors have its own.

    Files that belong to it are linked beside it.

    Raises:
        InputError: The folder holds files with other names, or may not be read.
    """
    if path.is_dir():
        _require_utf8_inside(path)
    if is_utf8(str(path)):
        yield str(path)
        return
    with TemporaryDirectory(prefix="wmhseg-") as folder:
        links = _linked(path, Path(folder))
        try:
            yield str(links[path])
        except InputError as error:
            said = str(error)
            for part, link in links.items():
                said = said.replace(str(link), str(part))
            raise type(error)(said) from None


def _linked(path: Path, folder: Path) -> dict[Path, Path]:
    """Link a file and its parts, or a folder, into a folder, under names that are ASCII."""
    links = {}
    for part in {path, *(() if path.is_dir() else parts_of(path))}:
        name = str(part.relative_to(path.parent)) if part.is_relative_to(path.parent) else ".."
        if ".." in Path(name).parts:
            continue  # its header names it from another place; the reader says that it is missing
        links[part] = folder / name.encode("ascii", "replace").decode()
        links[part].parent.mkdir(parents=True, exist_ok=True)
        links[part].symlink_to(part.absolute())
    return links


def _require_utf8_inside(folder: Path) -> None:
    try:
        others = [path.name for path in folder.iterdir() if not is_utf8(path.name)]
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror}); check who owns it") from None
    if others:
        raise InputError(f"{folder}: expected files with names in UTF-8, found {others[0]}; rename them")
