"""What ITK does not look at in a NIfTI file."""

import gzip
import math
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from wmhseg.errors import InputError

_HEADER_BYTES = 348
_PERMISSIVE = "ITK_NIFTI_SFORM_PERMISSIVE"
# Rounded direction cosines differ from a rotation by less; more is a shear that someone meant.
_SKEW_TOLERANCE = 0.01


def read_image(path: Path) -> sitk.Image:
    """Read an image; direction cosines that are nearly a rotation become the closest one.

    ITK refuses them, or, when told to accept them, returns another rotation (seen with 5.4).

    Raises:
        RuntimeError: ITK cannot read the file.
    """
    try:
        return sitk.ReadImage(str(path))
    except RuntimeError as error:
        if "orthonormal" not in str(error):
            raise
        refusal = error
    before = os.environ.get(_PERMISSIVE)
    os.environ[_PERMISSIVE] = "1"
    try:
        image = sitk.ReadImage(str(path))
    finally:
        if before is None:
            del os.environ[_PERMISSIVE]
        else:
            os.environ[_PERMISSIVE] = before
    affine = np.array([[float(v) for v in image.GetMetaData(f"srow_{row}").split()[:3]] for row in "xyz"])
    # NIfTI's x and y run to the right and to the front, ITK's to the left and to the back.
    cosines = np.diag([-1.0, -1.0, 1.0]) @ affine / np.linalg.norm(affine, axis=0)
    left, _, right = np.linalg.svd(cosines)
    if np.abs(left @ right - cosines).max() > _SKEW_TOLERANCE:
        raise refusal
    image.SetDirection((left @ right).ravel().tolist())
    return image


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
