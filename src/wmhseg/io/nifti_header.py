"""The header of a NIfTI-1, NIfTI-2 or Analyze file: what its voxels are and where they lie."""

import math
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Affine = NDArray[np.float64]

HEADER_BYTES = 540  # NIfTI-2's; NIfTI-1's 348 are followed by voxels or padding
# Magic numbers, of one file and of a pair.
_MAGIC_1 = {b"n+1\0": False, b"ni1\0": True}
_MAGIC_2 = {b"n+2\0\r\n\x1a\n": False, b"ni2\0\r\n\x1a\n": True}
# Codes of units of length; the others mean none, which is taken as mm.
_MM_OF_UNIT = {1: 1000.0, 2: 1.0, 3: 0.001}
# What b, c, d of a quaternion may exceed a length of 1 by: rounding.
_QUATERNION_TOLERANCE = 0.01


@dataclass(frozen=True)
class NiftiHeader:
    """The fields that matter here (nifti1.h, nifti2.h); positions in LPS millimetres, as ITK has them.

    Attributes:
        version: 1 or 2; 0 for Analyze.
        in_pair: The voxels are in a file of their own.
        order: Byte order, "<" or ">".
        dim: Number of axes, and of voxels along each of seven, fastest first.
        datatype: NIfTI's code of the number type.
        bits: Bits per voxel, as the header says.
        offset: Where the voxels start in the file; any number, NaN included.
        unit_mm: Length of the unit of space.
        pixdim_mm: Voxel size along the first three axes; any numbers.
        scale: Slope and intercept; slope 0 means that there is no scaling.
        qform: Voxel to world, 4x4, from the quaternion; None where its code is 0. NaN where it says nothing.
        sform: The same from the rows of the affine.
    """

    version: int
    in_pair: bool
    order: str
    dim: tuple[int, ...]
    datatype: int
    bits: int
    offset: float
    unit_mm: float
    pixdim_mm: tuple[float, ...]
    scale: tuple[float, float]
    qform: Affine | None
    sform: Affine | None

    @property
    def size(self) -> tuple[int, ...]:
        """Return the number of voxels along each axis in use, without axes of length 1 behind the third."""
        size = self.dim[1 : 1 + self.dim[0]] if 1 <= self.dim[0] <= 7 else ()
        while len(size) > 3 and size[-1] == 1:
            size = size[:-1]
        return size


def parse_header(content: bytes, *, may_be_analyze: bool = False) -> NiftiHeader | None:
    """Read the first 540 bytes of a file; None when it is no NIfTI file.

    Args:
        content: The bytes; 348 are enough for NIfTI-1.
        may_be_analyze: Take a header without NIfTI's magic number for one of Analyze 7.5.
    """
    for order in "<>":
        if content[:4] == struct.pack(f"{order}i", 348) and len(content) >= 348:
            if content[344:348] in _MAGIC_1:
                return _parse_1(content, order, _MAGIC_1[content[344:348]])
            if may_be_analyze:
                # Where NIfTI has its codes and its scale, Analyze has something else.
                cleared = content[:112] + bytes(12) + content[124:252] + bytes(4) + content[256:]
                return _parse_1(cleared, order, True, version=0)
        if content[:4] == struct.pack(f"{order}i", 540) and len(content) >= 540 and content[4:12] in _MAGIC_2:
            return _parse_2(content, order, _MAGIC_2[content[4:12]])
    return None


def _parse_1(content: bytes, order: str, in_pair: bool, version: int = 1) -> NiftiHeader:
    def read(code: str, offset: int) -> tuple:
        return struct.unpack_from(order + code, content, offset)

    unit_mm = _MM_OF_UNIT.get(content[123] & 7, 1.0)
    return NiftiHeader(
        version=version,
        in_pair=in_pair,
        order=order,
        dim=read("8h", 40),
        datatype=read("h", 70)[0],
        bits=read("h", 72)[0],
        offset=read("f", 108)[0],
        unit_mm=unit_mm,
        pixdim_mm=tuple(value * unit_mm for value in read("3f", 80)),
        scale=read("2f", 112),
        qform=_qform(read("h", 252)[0], read("6f", 256), read("4f", 76), unit_mm, np.float32),
        sform=_sform(read("h", 254)[0], read("12f", 280), unit_mm),
    )


def _parse_2(content: bytes, order: str, in_pair: bool) -> NiftiHeader:
    def read(code: str, offset: int) -> tuple:
        return struct.unpack_from(order + code, content, offset)

    unit_mm = _MM_OF_UNIT.get(read("i", 500)[0] & 7, 1.0)
    return NiftiHeader(
        version=2,
        in_pair=in_pair,
        order=order,
        dim=read("8q", 16),
        datatype=read("h", 12)[0],
        bits=read("h", 14)[0],
        offset=read("q", 168)[0],
        unit_mm=unit_mm,
        pixdim_mm=tuple(value * unit_mm for value in read("3d", 112)),
        scale=read("2d", 176),
        qform=_qform(read("i", 344)[0], read("6d", 352), read("4d", 104), unit_mm, np.float64),
        sform=_sform(read("i", 348)[0], read("12d", 400), unit_mm),
    )


def _sform(code: int, rows: tuple[float, ...], unit_mm: float) -> Affine | None:
    if code <= 0:
        return None
    return in_lps_mm(np.vstack([np.reshape(rows, (3, 4)), [0, 0, 0, 1]]), unit_mm)


@np.errstate(all="ignore")  # what becomes NaN is judged later
def _qform(
    code: int, values: tuple[float, ...], pixdim: tuple[float, ...], unit_mm: float, number: type
) -> Affine | None:
    """Return the affine of quaternion b, c, d and offsets x, y, z of a number type (nifti1.h, method 2)."""
    if code <= 0:
        return None
    b, c, d, *offset = values
    affine = np.full((4, 4), np.nan)
    length = math.sqrt(b * b + c * c + d * d)
    if not length <= 1 + _QUATERNION_TOLERANCE:
        return affine
    a = 1.0 - length * length
    if a < 3 * np.finfo(number).eps:  # a half turn, as nibabel has it; the root would make much of rounding
        a, b, c, d = 0.0, b / length, c / length, d / length
    a = math.sqrt(a)
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b],
        ]
    )
    handed = -1.0 if pixdim[0] < 0 else 1.0
    affine[:3, :3] = rotation * np.abs(pixdim[1:]) * [1.0, 1.0, handed]
    affine[:3, 3] = offset
    affine[3] = 0, 0, 0, 1
    return in_lps_mm(affine, unit_mm)


def in_lps_mm(affine: Affine, unit_mm: float = 1.0) -> Affine:
    """Return an affine (4, 4) to RAS in some unit as one to LPS millimetres, or the other way round."""
    # Signs rather than a product of matrices: a NaN stays in its row.
    return np.asarray(affine * np.array([[-unit_mm], [-unit_mm], [unit_mm], [1.0]]))
