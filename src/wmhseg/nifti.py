"""What ITK does not look at in a NIfTI file."""

import gzip
import math
import struct
import zlib
from pathlib import Path

from wmhseg.errors import InputError

_HEADER_BYTES = 348


def require_complete(path: Path) -> None:
    """Refuse a damaged file: ITK fills what is missing with zeros, without a word.

    Files that are not NIfTI-1 in one piece are left to ITK.

    Raises:
        InputError: The compressed stream is damaged, or the voxels are fewer than the header says.
    """
    if not path.name.endswith((".nii", ".nii.gz")):
        return
    found = 0
    try:
        with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
            expected = _bytes_promised(header)
            found = len(header)
            while chunk := file.read(1 << 20):
                found += len(chunk)
    except (EOFError, OSError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: not a readable image ({reason}); check or copy the file again") from None
    if expected is not None and found < expected:
        raise InputError(
            f"{path}: not a readable image (expected {expected} bytes, found {found}); copy the file again"
        )


def _bytes_promised(header: bytes) -> int | None:
    """Return the size that a header gives the file; None when it is no NIfTI-1 header."""
    for order in "<>":
        if header[:4] == struct.pack(f"{order}i", _HEADER_BYTES) and header[344:] == b"n+1\0":
            count, *lengths = struct.unpack_from(f"{order}8h", header, 40)
            (bits,) = struct.unpack_from(f"{order}h", header, 72)
            (offset,) = struct.unpack_from(f"{order}f", header, 108)
            voxels = math.prod(max(length, 1) for length in lengths[:count])
            return int(offset) + (voxels * bits + 7) // 8
    return None
