"""Reading NIfTI files: what ITK refuses or decides in a way that nobody sees."""

import gzip
import os
import zlib
from itertools import product
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from wmhseg.errors import InputError
from wmhseg.io.direction import closest_rotation, skew_degrees, skew_warning
from wmhseg.io.nifti_header import HEADER_BYTES, Affine, NiftiHeader, parse_header

ENDINGS = (".nii", ".nii.gz")
_PERMISSIVE = "ITK_NIFTI_SFORM_PERMISSIVE"
# A float32 quaternion near a half turn, as of sagittal slices, is off by up to 0.0007: 0.3 mm at most.
_FORMS_AGREE_MM = 0.5
_NUMBER_TYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip


def read_nifti(path: Path) -> tuple[sitk.Image, tuple[str, ...]]:
    """Read a NIfTI-1 or NIfTI-2 file and say what had to be decided.

    Where qform and sform disagree the sform counts, if its axes are at right angles, else the qform.
    Axes that are nearly at right angles become the closest rotation.

    Raises:
        InputError: The file is damaged or cut off, its axes are sheared, or its number type is not supported.
        RuntimeError: ITK cannot read the file.
    """
    header = _complete_header(path)
    if header is None:
        return sitk.ReadImage(str(path)), ()
    affine, warnings = _position(path, header)
    if header.version == 2:
        image, refused = _read_2(path, header), True
    else:
        image, refused = _read_1(path)
    if affine is not None and (refused or warnings):
        _place(image, affine)
    return image, warnings


def _complete_header(path: Path) -> NiftiHeader | None:
    """Return the header of an undamaged file: ITK fills what is missing with zeros, without a word.

    Raises:
        InputError: The compressed stream is damaged, or the voxels are fewer than the header says.
    """
    try:
        with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
            content = file.read(HEADER_BYTES)
            header, found = parse_header(content), len(content)
            while chunk := file.read(1 << 20):
                found += len(chunk)
    except (EOFError, OSError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: not a readable image ({reason}); check or copy the file again") from None
    if header is not None and found < header.file_bytes:
        reason = f"expected {header.file_bytes} bytes, found {found}"
        raise InputError(f"{path}: not a readable image ({reason}); copy the file again")
    return header


def _position(path: Path, header: NiftiHeader) -> tuple[Affine | None, tuple[str, ...]]:
    """Return the affine that counts and what the user should know about it; None leaves it to ITK."""
    forms = {"sform": header.sform, "qform": header.qform}
    given = {name: form for name, form in forms.items() if form is not None}
    if not given:
        return None, (f"{path}: the header has no position (qform and sform code 0); orientation unknown",)
    valid = {name: form for name, form in given.items() if skew_degrees(_axes(form)) is not None}
    if not valid:
        raise InputError(
            f"{path}: not a readable image (its axes are not orthonormal); resample it to a rectangular grid"
        )
    name, affine = next(iter(valid.items()))
    warnings = []
    if header.sform is not None and header.qform is not None:
        apart = _apart_mm(header.sform, header.qform, header.size)
        if apart > _FORMS_AGREE_MM:
            warnings.append(f"{path}: qform and sform are up to {apart:.1f} mm apart; the {name} counts")
    warnings += skew_warning(path, _axes(affine))
    return affine, tuple(warnings)


def _axes(affine: Affine) -> Affine:
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    return np.asarray(affine[:3, :3] / np.where(lengths > 0, lengths, 1))


def _apart_mm(one: Affine, other: Affine, size: tuple[int, ...]) -> float:
    """Return the largest distance between both positions of a corner of the volume."""
    corners = product(*[(0, length - 1) for length in (*size, 1, 1, 1)[:3]])
    points = np.array([(*corner, 1.0) for corner in corners]).T
    return float(np.linalg.norm(((one - other) @ points)[:3], axis=0).max())


def _place(image: sitk.Image, affine: Affine) -> None:
    more = image.GetDimension() - 3
    direction = np.eye(3 + more)
    direction[:3, :3] = closest_rotation(_axes(affine))
    image.SetDirection(direction.ravel().tolist())
    image.SetSpacing([*np.linalg.norm(affine[:3, :3], axis=0).tolist(), *[1.0] * more])
    image.SetOrigin([*affine[:3, 3].tolist(), *[0.0] * more])


def _read_1(path: Path) -> tuple[sitk.Image, bool]:
    """Read by ITK; tell whether it refused the axes, for then it returns wrong ones (seen with 5.4)."""
    try:
        return sitk.ReadImage(str(path)), False
    except RuntimeError as error:
        if "orthonormal" not in str(error):
            raise
    before = os.environ.get(_PERMISSIVE)
    os.environ[_PERMISSIVE] = "1"
    try:
        return sitk.ReadImage(str(path)), True
    finally:
        if before is None:
            del os.environ[_PERMISSIVE]
        else:
            os.environ[_PERMISSIVE] = before


def _read_2(path: Path, header: NiftiHeader) -> sitk.Image:
    """Read the voxels of a NIfTI-2 file, which ITK does not know."""
    if header.datatype not in _NUMBER_TYPES or len(header.size) not in (3, 4):
        found = f"{len(header.size)} axes of NIfTI number type {header.datatype}"
        raise InputError(
            f"{path}: expected one 3D volume with one value per voxel, found {found}; extract the volume"
        )
    with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
        file.seek(header.offset)
        content = file.read(header.file_bytes - header.offset)
    stored = np.frombuffer(content, header.order + _NUMBER_TYPES[header.datatype]).reshape(header.size[::-1])
    slope, intercept = header.scale
    scaled = np.isfinite(header.scale).all() and slope != 0 and (slope, intercept) != (1, 0)
    array = (stored * float(slope) + intercept).astype(np.float32) if scaled else stored
    if array.dtype.kind == "f":
        array = np.where(np.isfinite(array), array, 0)  # as ITK does in NIfTI-1
    image = sitk.GetImageFromArray(array.astype(array.dtype.newbyteorder("=")), isVector=False)
    image.SetSpacing([*header.spacing_mm, 1.0][: image.GetDimension()])
    return image
