"""The header of a NIfTI-1 or NIfTI-2 file in one piece: what its voxels are and where they lie."""

import math
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Affine = NDArray[np.float64]

HEADER_BYTES = 540  # NIfTI-2's; NIfTI-1's 348 are followed by voxels or padding
_MAGIC_1, _MAGIC_2 = b"n+1\0", b"n+2\0\r\n\x1a\n"
_LPS_FROM_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class NiftiHeader:
    """The fields that matter here (nifti1.h, nifti2.h); positions in LPS millimetres, as ITK has them.

    Attributes:
        version: 1 or 2.
        order: Byte order, "<" or ">".
        size: Number of voxels along each axis, fastest first.
        datatype: NIfTI's code of the number type.
        bits: Bits per voxel.
        offset: Where the voxels start in the file.
        spacing_mm: Voxel size along the first three axes, for files without a position.
        scale: Slope and intercept; slope 0 means that there is no scaling.
        qform: Voxel to world, 4x4, from the quaternion; None where its code is 0.
        sform: The same from the rows of the affine.
    """

    version: int
    order: str
    size: tuple[int, ...]
    datatype: int
    bits: int
    offset: int
    spacing_mm: tuple[float, ...]
    scale: tuple[float, float]
    qform: Affine | None
    sform: Affine | None

    @property
    def file_bytes(self) -> int:
        """Return the least number of bytes that the file must have."""
        return self.offset + (math.prod(self.size) * self.bits + 7) // 8


def parse_header(content: bytes) -> NiftiHeader | None:
    """Read the first 540 bytes of a file; None when it is no NIfTI file in one piece."""
    for order in "<>":
        if content[:4] == struct.pack(f"{order}i", 348) and content[344:348] == _MAGIC_1:
            return _parse_1(content, order)
        if content[:4] == struct.pack(f"{order}i", 540) and content[4:12] == _MAGIC_2 and len(content) >= 540:
            return _parse_2(content, order)
    return None


def _parse_1(content: bytes, order: str) -> NiftiHeader:
    def read(code: str, offset: int) -> tuple:
        return struct.unpack_from(order + code, content, offset)

    return NiftiHeader(
        version=1,
        order=order,
        size=_size(read("8h", 40)),
        datatype=read("h", 70)[0],
        bits=read("h", 72)[0],
        offset=int(read("f", 108)[0]),
        spacing_mm=_spacing(read("4f", 76)),
        scale=read("2f", 112),
        qform=_qform(read("h", 252)[0], read("6f", 256), read("4f", 76)),
        sform=_sform(read("h", 254)[0], read("12f", 280)),
    )


def _parse_2(content: bytes, order: str) -> NiftiHeader:
    def read(code: str, offset: int) -> tuple:
        return struct.unpack_from(order + code, content, offset)

    return NiftiHeader(
        version=2,
        order=order,
        size=_size(read("8q", 16)),
        datatype=read("h", 12)[0],
        bits=read("h", 14)[0],
        offset=read("q", 168)[0],
        spacing_mm=_spacing(read("4d", 104)),
        scale=read("2d", 176),
        qform=_qform(read("i", 344)[0], read("6d", 352), read("4d", 104)),
        sform=_sform(read("i", 348)[0], read("12d", 400)),
    )


def _size(dim: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(max(length, 1) for length in dim[1 : 1 + max(0, min(dim[0], 7))])


def _spacing(pixdim: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(abs(value) if np.isfinite(value) and value else 1.0 for value in pixdim[1:])


def _sform(code: int, rows: tuple[float, ...]) -> Affine | None:
    if code <= 0 or not np.isfinite(rows).all():
        return None
    return _LPS_FROM_RAS @ np.vstack([np.reshape(rows, (3, 4)), [0, 0, 0, 1]])


def _qform(code: int, values: tuple[float, ...], pixdim: tuple[float, ...]) -> Affine | None:
    """Return the affine of quaternion b, c, d and offsets x, y, z (nifti1.h, method 2)."""
    if code <= 0 or not np.isfinite((*values, *pixdim)).all():
        return None
    b, c, d, *offset = values
    a = math.sqrt(max(0.0, 1.0 - b * b - c * c - d * d))
    if b * b + c * c + d * d > 1:  # rounding
        b, c, d = np.array([b, c, d]) / math.sqrt(b * b + c * c + d * d)
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b],
        ]
    )
    affine = np.eye(4)
    handed = -1.0 if pixdim[0] < 0 else 1.0
    affine[:3, :3] = rotation * np.abs(pixdim[1:]) * [1.0, 1.0, handed]
    affine[:3, 3] = offset
    return _LPS_FROM_RAS @ affine
