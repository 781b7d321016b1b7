"""Whether the voxels of a MetaImage or NRRD are all there and undamaged: ITK reads some that are not."""

import zlib
from pathlib import Path

from wmhseg.errors import InputError
from wmhseg.io.files import is_file
from wmhseg.io.parts import TextHeader, text_header

_CHUNK = 1 << 16  # unpacks to 66 MB at most


def require_whole_voxels(path: Path, size: int) -> None:
    """Refuse a MetaImage or NRRD whose voxels are missing, fewer than promised, or damaged.

    Voxels that are written as text, in several files or behind lines to skip are left to ITK.

    Args:
        path: The file with the header.
        size: Bytes that the voxels take in memory.

    Raises:
        InputError: They are.
    """
    header = text_header(path)
    if _left_to_itk(header):
        return
    local = header.voxels.lower() in ("local", "")
    voxels, start = (path, header.length) if local else (path.parent / header.voxels, 0)
    if not is_file(voxels):
        raise InputError(f"{path}: expected {header.voxels} beside it, which holds its voxels, found none")
    if _is_compressed(header):
        expected, found = size, _unpacked(path, voxels, start, size)
    else:
        expected, found = start + size, voxels.stat().st_size
    if found < expected:
        raise _unreadable(path, f"expected {expected} bytes in {voxels.name}, found {found}")


def _left_to_itk(header: TextHeader) -> bool:
    if header.nrrd:
        skips = any(header.fields.get(name, "0") != "0" for name in ("lineskip", "byteskip"))
        text = header.fields.get("encoding", "").lower() not in ("raw", "gzip", "gz")
    else:
        skips = header.fields.get("HeaderSize", "0") != "0"
        text = not _says(header, "BinaryData") and not _is_compressed(header)
    several = header.voxels.startswith("LIST") or "%" in header.voxels
    return skips or text or several or header.length == 0


def _is_compressed(header: TextHeader) -> bool:
    return header.fields.get("encoding", "").lower() in ("gzip", "gz") or _says(header, "CompressedData")


def _says(header: TextHeader, field: str) -> bool:
    return header.fields.get(field, "").lower() in ("true", "t", "1")


def _unpacked(path: Path, voxels: Path, start: int, most: int) -> int:
    """Return how many bytes a zlib or gzip stream holds; not much more than `most` are unpacked."""
    found, stream = 0, zlib.decompressobj(zlib.MAX_WBITS | 32)
    with voxels.open("rb") as file:
        file.seek(start)
        try:
            while not stream.eof and found <= most and (chunk := file.read(_CHUNK)):
                found += len(stream.decompress(chunk))
        except zlib.error as error:
            raise _unreadable(path, f"{voxels.name} is damaged: {error}") from None
    if found > most:
        raise _unreadable(path, f"expected {most} bytes of voxels in {voxels.name}, found more")
    if not stream.eof:
        raise _unreadable(path, f"{voxels.name} ends before its voxels do")
    return found


def _unreadable(path: Path, reason: str) -> InputError:
    return InputError(f"{path}: not a readable image ({reason}); check or copy the file again")
