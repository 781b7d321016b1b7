"""Images whose header and voxels are files of their own: which files belong together, and their hash."""

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from wmhseg.io.files import file_sha256, is_file

_PAIR = re.compile(r"\.(hdr|img)(\.gz)?$", re.IGNORECASE)
_MOST_HEADER_BYTES = 1 << 20


def pair_of(path: Path) -> tuple[Path, Path] | None:
    """Return header and voxels of a pair (.hdr, .img) by the name of one of them; None for other names.

    The other one need not exist. Where it is there compressed and not, the one as the given one is counts.
    """
    match = _PAIR.search(path.name)
    if match is None:
        return None
    stem, given, compressed = path.name[: match.start()], match[1].lower(), match[2] or ""
    other = "img" if given == "hdr" else "hdr"
    written = other.upper() if match[1].isupper() else other
    beside: list[Path] = []
    endings = [f".{other}{compressed}", f".{other}", f".{other}.gz"]
    with suppress(OSError):  # a folder that may be entered but not listed
        beside = sorted(file for file in path.parent.iterdir() if file.name.startswith(f"{stem}."))
    by_ending = {file.name[len(stem) :].lower(): file for file in beside}
    partner = next(
        (by_ending[end] for end in endings if end in by_ending),
        path.with_name(f"{stem}.{written}{compressed}"),
    )
    return (path, partner) if given == "hdr" else (partner, path)


@dataclass(frozen=True)
class TextHeader:
    """The header of a MetaImage or NRRD.

    Attributes:
        fields: What stands in it; NRRD's names in lower case without spaces, as it takes them.
        nrrd: It is an NRRD's.
        length: Bytes of the header; 0 where its end was not found.
        listed: The lines behind the field that names the voxels' file, which may name several.
    """

    fields: dict[str, str]
    nrrd: bool = False
    length: int = 0
    listed: tuple[str, ...] = ()

    @property
    def voxels(self) -> str:
        """Return the name of the voxels' file, "LIST" for several; "" where there is no such field."""
        return self.fields.get("ElementDataFile", self.fields.get("datafile", ""))


def text_header(path: Path) -> TextHeader:
    """Return the header of a MetaImage or NRRD; one without fields for other files."""
    with path.open("rb") as file:
        lines = file.read(_MOST_HEADER_BYTES).decode("latin-1").split("\n")
    nrrd = lines[0].startswith("NRRD000")
    fields: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        name, separator, value = line.partition(":" if nrrd else "=")
        name = name.lower().replace(" ", "") if nrrd else name.strip()
        if separator and not value.startswith("="):  # := is for the writer's own
            fields[name] = value.strip()
        is_list = name == "datafile" and value.strip().startswith("LIST")
        if name == "ElementDataFile" or is_list or (nrrd and not line.strip()):  # the end
            length = sum(map(len, lines[:number])) + number
            return TextHeader(fields, nrrd, length, tuple(map(str.strip, lines[number:])))
    return TextHeader(fields, nrrd)


def parts_of(path: Path) -> tuple[Path, ...]:
    """Return the files that an image consists of, the one with its header first."""
    pair = pair_of(path)
    if pair is not None:
        return tuple(part for part in pair if part.is_file())
    if not path.name.lower().endswith((".mhd", ".nhdr")):
        return (path,)
    header = text_header(path)
    names = header.listed if header.voxels.startswith("LIST") else (header.voxels,)
    return (path, *(path.parent / name for name in names if is_file(path.parent / name)))


def input_sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal.

    Of a folder, or of an image in several files, it is that of the files' hashes, sorted, one a line.
    """
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else parts_of(path)
    if not path.is_dir() and len(files) == 1:
        return file_sha256(files[0])
    hashes = sorted(map(file_sha256, files))
    return hashlib.sha256("".join(f"{one}\n" for one in hashes).encode()).hexdigest()
