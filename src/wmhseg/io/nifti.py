"""Reading NIfTI and Analyze files: whole, within bounds, and where their headers say that they lie."""

import gzip
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from wmhseg.errors import InputError
from wmhseg.io.limits import require_memory
from wmhseg.io.nifti_header import HEADER_BYTES, NiftiHeader, parse_header
from wmhseg.io.nifti_position import position
from wmhseg.io.parts import pair_of

_NUMBER_TYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
_OTHER_TYPES = {
    1: "1-bit numbers", 32: "complex numbers", 128: "colours", 1536: "128-bit numbers",
    1792: "complex numbers", 2048: "complex numbers", 2304: "colours",
}  # fmt: skip
_GZIP = b"\x1f\x8b"
_MOST_COMPRESSION = 1032  # deflate's
_CHUNK = 1 << 20


def read_nifti(path: Path) -> tuple[sitk.Image, tuple[str, ...]] | None:
    """Read a NIfTI-1, NIfTI-2 or Analyze volume, in one file or a pair, whatever its name.

    Values that are not finite become 0. `position` decides where the voxels lie.

    Returns:
        The image, and what its user should know about the file; None where it is none of these.

    Raises:
        InputError: It is damaged, cut off, too large or without its partner; its header contradicts
            itself; or it is not one 3D volume of numbers.
    """
    pair = pair_of(path)
    header_path, voxels_path = pair or (path, path)
    if not header_path.is_file():
        if sitk.ImageFileReader.GetImageIOFromFileName(str(path)):
            return None  # another format under such a name
        raise _without_partner(path, header_path)
    with _opened(header_path) as file:
        header = parse_header(file.read(HEADER_BYTES), may_be_analyze=pair is not None)
    if header is None:
        return None
    if not header.in_pair:
        voxels_path = header_path
    elif not voxels_path.is_file() or pair is None:
        raise _without_partner(path, voxels_path if pair else path.with_suffix(".img"))
    kind = _number_type(path, header)
    content, length = _voxels(voxels_path, _start(path, header), math.prod(header.size), kind)
    where, warnings = position(path, header)
    warnings += (*_bits_warning(path, header, kind, length), *_offset_warning(path, header, kind))
    image = _image(content, header, kind)
    where.put_on(image)
    return image, warnings


def _without_partner(path: Path, partner: Path) -> InputError:
    return InputError(f"{path}: expected {partner.name} beside it, the other half of the image, found none")


@contextmanager
def _opened(path: Path) -> Iterator[gzip.GzipFile | BufferedReader]:
    """Open a file, decompressed where it is compressed, and name it in what goes wrong meanwhile."""
    try:
        with path.open("rb") as file:
            compressed = file.read(2) == _GZIP
        with gzip.open(path) if compressed else path.open("rb") as file:
            yield file
    except (EOFError, OSError, zlib.error) as error:
        raise _unreadable(path, getattr(error, "strerror", None) or error) from None


def _unreadable(path: Path, reason: object) -> InputError:
    return InputError(f"{path}: not a readable image ({reason}); check or copy the file again")


def _number_type(path: Path, header: NiftiHeader) -> np.dtype:
    name = _NUMBER_TYPES.get(header.datatype)
    if name and len(header.size) == 3 and min(header.size) > 0:
        return np.dtype(header.order + name)
    kind = np.dtype(name).name if name else _OTHER_TYPES.get(header.datatype, f"type {header.datatype}")
    raise InputError(
        f"{path}: expected one 3D volume with one value per voxel, "
        f"found {'x'.join(map(str, header.size)) or 'no axes'} of {kind}; extract the volume"
    )


def _start(path: Path, header: NiftiHeader) -> int:
    """Return where the voxels start."""
    least = 0 if header.in_pair else 540 if header.version == 2 else 348
    if header.offset == 0 and not header.in_pair:
        return least + 4  # not set: behind the bytes that say whether there are extensions
    if not (math.isfinite(header.offset) and header.offset >= least):
        raise _unreadable(path, f"expected a vox_offset of {least} or more, found {header.offset:g}")
    return int(header.offset)


def _voxels(path: Path, start: int, voxels: int, kind: np.dtype) -> tuple[bytes, int]:
    """Return the voxels' bytes, and how many bytes there are behind `start`.

    Neither memory nor time is spent on more than the header promises.
    """
    expected, stored = start + voxels * kind.itemsize, path.stat().st_size
    with _opened(path) as file:
        compressed = isinstance(file, gzip.GzipFile)
        if expected > stored * (_MOST_COMPRESSION if compressed else 1):
            found = f"{stored} compressed ones" if compressed else f"{stored}"
            raise _unreadable(path, f"expected {expected} bytes, found {found}")
        require_memory(path, voxels)
        file.seek(start)
        content = file.read(expected - start)
        length = file.tell()
        # To the end, where the checksum is.
        while length <= 2 * expected + _CHUNK and (chunk := file.read(_CHUNK)):
            length += len(chunk)
    if length < expected:
        raise _unreadable(path, f"expected {expected} bytes, found {length}")
    if length > 2 * expected + _CHUNK:
        raise _unreadable(path, f"expected {expected} bytes, found more than twice as many")
    return content, length - start


def _bits_warning(path: Path, header: NiftiHeader, kind: np.dtype, length: int) -> tuple[str, ...]:
    if header.bits in (0, 8 * kind.itemsize):
        return ()
    if 8 * length == math.prod(header.size) * header.bits:
        raise _unreadable(path, f"expected voxels of {kind.name}, found voxels of {header.bits} bits")
    return (f"{path}: bitpix {header.bits} contradicts the number type, {kind.name}, which counts",)


def _offset_warning(path: Path, header: NiftiHeader, kind: np.dtype) -> tuple[str, ...]:
    """Say that voxels start where none would: at no multiple of their bytes, or of the header's 4."""
    step = min(kind.itemsize, 4)
    if not header.offset % step:
        return ()
    return (
        f"{path}: vox_offset {header.offset:g} is no multiple of {step} bytes, but counts; are voxels right?",
    )


def _image(content: bytes, header: NiftiHeader, kind: np.dtype) -> sitk.Image:
    array = np.frombuffer(content, kind).reshape(header.size[::-1])
    slope, intercept = header.scale
    if np.isfinite(header.scale).all() and slope != 0 and (slope, intercept) != (1, 0):
        array = (array.astype(np.float64) * slope + intercept).astype(np.float32)
    if array.dtype.kind == "f":
        array = np.where(np.isfinite(array), array, 0)
    return sitk.GetImageFromArray(array.astype(array.dtype.newbyteorder("=")), isVector=False)
