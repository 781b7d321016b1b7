"""Images in memory, as other libraries have them: brought in as if read from a file, and handed back."""

from dataclasses import replace
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from wmhseg.errors import InputError
from wmhseg.io.direction import closest_rotation, skew_degrees, skew_warning
from wmhseg.io.nifti_header import Affine, in_lps_mm, parse_header
from wmhseg.io.nifti_position import Position, position
from wmhseg.io.volume import Grid, Volume, scan_of


def from_memory(image: Any, name: str) -> tuple[Volume, tuple[str, ...]]:
    """Return an image as `read_image` would return its file.

    Args:
        image: A nibabel image, a SimpleITK image, or a pair of an array (X, Y, Z) and its affine (4, 4)
            from voxels to RAS millimetres, as nibabel has them.
        name: What to call it in messages.

    Returns:
        The image, and what its user should know about it, one line each.

    Raises:
        InputError: It is something else, not 3D, or holds no finite or no varying values; or its affine
            is no rectangular grid.
    """
    if isinstance(image, sitk.Image):
        if image.GetDimension() not in (3, 4):
            raise InputError(f"{name}: expected a 3D image, found {image.GetDimension()} dimensions")
        volume = scan_of(image, name)
        direction = np.asarray(volume.grid.direction).reshape(3, 3)
        rotation, warnings = _straight(direction, name)
        grid = volume.grid
        grid = Grid(grid.size_xyz, grid.spacing_mm, grid.origin_mm, tuple(rotation.ravel().tolist()))
        return Volume(volume.array, grid if warnings else volume.grid), warnings
    if hasattr(image, "dataobj") and hasattr(image, "affine"):
        return _from_nibabel(image, name)
    if isinstance(image, tuple) and len(image) == 2:
        return _from_array(np.asanyarray(image[0]), image[1], name)
    raise InputError(
        f"{name}: expected a path, a nibabel or SimpleITK image, or an array and its affine, "
        f"found {type(image).__name__}"
    )


def own_voxels(image: Any) -> NDArray[Any]:
    """Return a copy (Z, Y, X) of an image that `from_memory` takes, in its own number type."""
    if isinstance(image, sitk.Image):
        array = sitk.GetArrayFromImage(image)
        return array[0] if array.ndim == 4 else array
    array = np.array(image[0] if isinstance(image, tuple) else image.dataobj)
    return (array[..., 0] if array.ndim == 4 else array).transpose(2, 1, 0)


def to_xyz(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array (Z, Y, X) as (X, Y, Z), in one piece."""
    return np.ascontiguousarray(array.transpose(2, 1, 0))


def affine_of(grid: Grid) -> Affine:
    """Return the affine (4, 4) from voxels (x, y, z) to RAS millimetres."""
    affine = np.eye(4)
    affine[:3, :3] = np.reshape(grid.direction, (3, 3)) * grid.spacing_mm
    affine[:3, 3] = grid.origin_mm
    return in_lps_mm(affine)  # which turns LPS into RAS as well


def _from_nibabel(image: Any, name: str) -> tuple[Volume, tuple[str, ...]]:
    """Return a nibabel image; one with a NIfTI header lies where its file would."""
    array = np.asanyarray(image.dataobj)
    header = parse_header(getattr(image.header, "binaryblock", b""))
    if header is None:
        return _from_array(array, image.affine, name)
    voxels = _image(array, name)
    if not np.allclose(image.header.get_best_affine(), image.affine, equal_nan=True):
        # Another one since: nibabel writes it as sform.
        sform = in_lps_mm(np.asarray(image.affine), header.unit_mm)
        lengths = np.linalg.norm(sform[:3, :3], axis=0)
        header = replace(header, sform=sform, qform=None, pixdim_mm=tuple(lengths.tolist()))
    where, warnings = position(name, replace(header, dim=(3, *voxels.GetSize())))
    where.put_on(voxels)
    return scan_of(voxels, name), warnings


def _from_array(array: NDArray[Any], affine: Any, name: str) -> tuple[Volume, tuple[str, ...]]:
    image = _image(array, name)
    to_lps = in_lps_mm(_affine(affine, name))
    spacing = np.linalg.norm(to_lps[:3, :3], axis=0)
    rotation, warnings = _straight(to_lps[:3, :3] / spacing, name)
    Position(spacing, to_lps[:3, 3], rotation).put_on(image)
    return scan_of(image, name), warnings


def _image(array: NDArray[Any], name: str) -> sitk.Image:
    """Return an array (X, Y, Z) as an image without a position."""
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if array.ndim != 3 or array.dtype.kind not in "biuf" or 0 in array.shape:
        raise InputError(
            f"{name}: expected an array (X, Y, Z) of numbers, found {array.dtype} {array.shape}; "
            "give the volume to segment"
        )
    return sitk.GetImageFromArray(array.transpose(2, 1, 0).astype(np.float32))


def _affine(given: Any, name: str) -> Affine:
    try:
        affine = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        affine = np.empty(0)
    usable = affine.shape == (4, 4) and np.isfinite(affine).all() and np.array_equal(affine[3], [0, 0, 0, 1])
    if not usable or not (np.linalg.norm(affine[:3, :3], axis=0) > 0).all():
        raise InputError(
            f"{name}: expected an affine (4, 4) from voxels to RAS millimetres, found {np.shape(given)} "
            "or values that are none"
        )
    return affine


def _straight(cosines: NDArray[np.float64], name: str) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    if skew_degrees(cosines) is None:
        raise InputError(f"{name}: its axes are not orthonormal; resample it to a rectangular grid")
    return closest_rotation(cosines), tuple(skew_warning(name, cosines))
