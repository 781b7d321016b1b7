"""Volumes on a grid: the only place where the program reads images."""

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from wmhseg.errors import InputError
from wmhseg.io.dicom_header import is_dicom
from wmhseg.io.dicom_series import read_dicom, read_series
from wmhseg.io.direction import closest_rotation, skew_degrees, skew_warning
from wmhseg.io.files import require_file, require_scan
from wmhseg.io.itk_formats import read_by_itk
from wmhseg.io.itk_names import itk_name
from wmhseg.io.itk_warnings import no_itk_warnings
from wmhseg.io.nifti import read_nifti

log = logging.getLogger("wmhseg")

_LEAST_COSINE = 1e-100
GRID_TOLERANCE = 1e-4  # relative to the spacing; headers carry float32


@dataclass(frozen=True)
class Grid:
    """Where voxels are in the world, in SimpleITK's x, y, z order (LPS millimetres).

    Attributes:
        size_xyz: Number of voxels along x, y, z.
        spacing_mm: Voxel size along x, y, z.
        origin_mm: Centre of the first voxel.
        direction: Row-major 3x3 direction cosines.
    """

    size_xyz: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]
    direction: tuple[float, ...]

    @property
    def shape_zyx(self) -> tuple[int, int, int]:
        """Return the shape of an array on this grid."""
        return self.size_xyz[2], self.size_xyz[1], self.size_xyz[0]

    @property
    def voxel_volume_mm3(self) -> float:
        """Return the volume of one voxel."""
        return float(np.prod(self.spacing_mm))

    def same_as(self, other: "Grid") -> bool:
        """Tell whether both grids put every voxel at the same place (to 1e-4 of a voxel)."""
        if self.size_xyz != other.size_xyz:
            return False
        tolerance = GRID_TOLERANCE * min(self.spacing_mm)
        return bool(
            np.allclose(self.spacing_mm, other.spacing_mm, rtol=GRID_TOLERANCE, atol=0)
            and np.allclose(self.origin_mm, other.origin_mm, rtol=0, atol=tolerance)
            and np.allclose(self.direction, other.direction, rtol=0, atol=GRID_TOLERANCE)
        )

    def __str__(self) -> str:
        """Describe the grid in a few words for messages."""
        size = "x".join(map(str, self.size_xyz))
        spacing = "x".join(f"{value:.3g}" for value in self.spacing_mm)
        return f"{size} voxels of {spacing} mm"


@dataclass(frozen=True)
class Volume:
    """An array (Z, Y, X) and its grid."""

    array: NDArray[Any]
    grid: Grid

    def sha256(self) -> str:
        """Return the SHA-256 of voxels and grid: the same image under another name has the same."""
        digest = hashlib.sha256(np.ascontiguousarray(self.array).data)
        digest.update(repr(self.grid).encode())
        return digest.hexdigest()


def to_image(volume: Volume) -> sitk.Image:
    """Return the volume as a SimpleITK image."""
    image = sitk.GetImageFromArray(volume.array)
    image.SetSpacing(volume.grid.spacing_mm)
    image.SetOrigin(volume.grid.origin_mm)
    image.SetDirection(volume.grid.direction)
    return image


def from_image(image: sitk.Image) -> Volume:
    """Return a 3D SimpleITK image as a volume."""
    # ITK inverts a matrix with cosines near the least double wrongly.
    direction = tuple(0.0 if abs(cosine) < _LEAST_COSINE else cosine for cosine in image.GetDirection())
    grid = Grid(image.GetSize(), image.GetSpacing(), image.GetOrigin(), direction)
    return Volume(sitk.GetArrayFromImage(image), grid)


def read_volume(path: str | Path, *, may_be_constant: bool = False) -> Volume:
    """Read a 3D image as `read_image` does, without its warnings.

    Raises:
        InputError: As `read_image`.
    """
    return read_image(path, may_be_constant=may_be_constant)[0]


def read_image(path: str | Path, *, may_be_constant: bool = False) -> tuple[Volume, tuple[str, ...]]:
    """Read a 3D image (or a 4D one with a single volume) as float32.

    NIfTI-1 and -2, Analyze, NRRD, MHA, MHD, MINC, ITK's HDF5, or a folder with one DICOM series. Voxels
    that are NaN or infinite become the smallest finite value (in NIfTI files 0, as ITK does).

    Args:
        path: The file or folder.
        may_be_constant: Accept one value everywhere, as in the mask of a scan without WMH.

    Returns:
        The image, and what its user should know about the file, one line each.

    Raises:
        InputError: The file is missing, unreadable, cut off, not 3D, has more than one channel, or
            holds no finite or no varying values; or the folder does not hold one whole series.
    """
    image, warnings = _read_whole(require_scan(path))
    return _checked(image, str(path), may_be_constant=may_be_constant), warnings


def scan_of(image: sitk.Image, name: str) -> Volume:
    """Return an image in memory as the volume that `read_image` would make of its file.

    Args:
        image: 3D, or 4D with a single volume.
        name: What to call it in errors.

    Raises:
        InputError: It is not 3D, has more than one channel, or holds no finite or no varying values.
    """
    return _checked(_only_volume(image), name, may_be_constant=False)


def _checked(image: sitk.Image, name: str, *, may_be_constant: bool) -> Volume:
    """Return a scan's voxels as finite float32."""
    _require_scalar_3d(image, name)
    volume = from_image(sitk.Cast(image, sitk.sitkFloat32))
    finite = np.isfinite(volume.array)
    if not finite.all():
        lowest = volume.array[finite].min() if finite.any() else np.float32(0)
        volume = Volume(np.where(finite, volume.array, lowest), volume.grid)
    if not may_be_constant and volume.array.min() == volume.array.max():
        raise InputError(f"{name}: expected a scan, found the same value in every voxel; check the file")
    return volume


def read_mask(path: str | Path) -> Volume:
    """Read a 3D mask with its own number type, which decides what counts; it may be empty.

    What its user should know is logged.

    Raises:
        InputError: The file is missing, unreadable, cut off, not 3D, or has more than one channel.
    """
    image, warnings = _read_whole(require_file(path, "a mask"))
    for warning in warnings:
        log.warning(warning)
    if not _is_scalar_3d(image):
        found = f"{image.GetDimension()} dimensions of {image.GetPixelIDTypeAsString()}"
        raise InputError(f"{path}: expected one 3D mask, found {found}; extract the mask to score")
    return from_image(image)


def read_stored(path: str | Path) -> Volume:
    """Read a 3D image as `read_image` does, but with its own number type, and values that are not finite.

    Raises:
        InputError: The file is missing, unreadable, cut off, not 3D, or has more than one channel.
    """
    image, _ = _read_whole(require_scan(path))
    _require_scalar_3d(image, str(path))
    return from_image(image)


def _read_whole(path: Path) -> tuple[sitk.Image, tuple[str, ...]]:
    """Read every byte of a file, or raise InputError; 4D with a single volume becomes 3D."""
    with itk_name(path) as name:
        image, warnings = _read_named(Path(name))
    return image, tuple(warning.replace(name, str(path)) for warning in warnings)


def _read_named(path: Path) -> tuple[sitk.Image, tuple[str, ...]]:
    """Do the same for a name that ITK understands."""
    try:
        with no_itk_warnings():
            if path.is_dir():
                image, warnings = read_series(path)
            else:
                image, warnings = read_nifti(path) or _read_another(path)
    except RuntimeError as error:
        raise InputError(
            f"{path}: not a readable image ({itk_reason(error)}); check or copy the file again"
        ) from None
    image = _only_volume(image)
    return image, warnings + _straighten(path, image)


def _read_another(path: Path) -> tuple[sitk.Image, tuple[str, ...]]:
    return read_dicom(path) if is_dicom(path) else read_by_itk(path)


def _only_volume(image: sitk.Image) -> sitk.Image:
    """Return the one volume of a 4D image as 3D; other images as they are."""
    return image[:, :, :, 0] if image.GetDimension() == 4 and image.GetSize()[3] == 1 else image


def _straighten(path: Path, image: sitk.Image) -> tuple[str, ...]:
    """Make nearly orthonormal axes of a 3D image orthonormal, in place, and say so."""
    if image.GetDimension() != 3:
        return ()
    cosines = np.asarray(image.GetDirection()).reshape(3, 3)
    if skew_degrees(cosines) is None:
        raise InputError(
            f"{path}: not a readable image (its axes are not orthonormal); resample it to a rectangular grid"
        )
    warnings = tuple(skew_warning(path, cosines))
    if warnings:
        image.SetDirection(closest_rotation(cosines).ravel().tolist())
    return warnings


def _require_scalar_3d(image: sitk.Image, name: str) -> None:
    if not _is_scalar_3d(image):
        found = f"{'x'.join(map(str, image.GetSize()))} of {image.GetPixelIDTypeAsString()}"
        expected = "one 3D volume with one value per voxel"
        raise InputError(f"{name}: expected {expected}, found {found}; extract the volume to segment")


def _is_scalar_3d(image: sitk.Image) -> bool:
    return image.GetDimension() == 3 and not image.GetPixelIDTypeAsString().startswith(("vector", "complex"))


def itk_reason(error: RuntimeError) -> str:
    """Return what ITK says, without where in its sources."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].removeprefix("ITK ERROR: ")[:200] if lines else "unknown reason"
