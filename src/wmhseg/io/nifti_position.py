"""Where a NIfTI header puts its voxels: which form counts, and what its reader should know."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from wmhseg.errors import InputError
from wmhseg.io.direction import closest_rotation, skew_degrees, skew_warning
from wmhseg.io.nifti_header import Affine, NiftiHeader

Vector = NDArray[np.float64]

# A float32 quaternion near a half turn, as of sagittal slices, is off by up to 0.0007: 0.3 mm at most.
_FORMS_AGREE_MM = 0.5
_SIZES_AGREE = 0.01
# Rounding of a column of float32: pixdim, where it says the same, is the number that was meant.
_SAME_SIZE = 1e-6


@dataclass(frozen=True)
class Position:
    """Voxel size (3,) and first voxel (3,) in LPS millimetres, and direction cosines (3, 3)."""

    spacing_mm: Vector
    origin_mm: Vector
    direction: Affine

    def put_on(self, image: sitk.Image) -> None:
        """Give a 3D image this position, in place."""
        image.SetSpacing(self.spacing_mm.tolist())
        image.SetOrigin(self.origin_mm.tolist())
        image.SetDirection(self.direction.ravel().tolist())


@np.errstate(all="ignore")  # infinite sizes are refused
def position(name: object, header: NiftiHeader) -> tuple[Position, tuple[str, ...]]:
    """Return where a header of three axes puts its voxels, and what its user should know.

    The sform counts where it holds numbers and its axes are at right angles, else the qform. Axes nearly
    at right angles become the closest rotation.

    Args:
        name: What to call the image in messages.
        header: Its header.

    Raises:
        InputError: Sizes are zero or no numbers, or the axes are sheared.
    """
    forms = {"sform": header.sform, "qform": header.qform}
    given = {form: affine for form, affine in forms.items() if affine is not None}
    if not given:
        return _without_form(name, header)
    whole = {form: affine for form, affine in given.items() if _is_whole(affine)}
    if not whole:
        raise InputError(
            f"{name}: expected voxel sizes and a position in {' and '.join(given)}, found zero or no number; "
            "correct the header"
        )
    valid = {form: affine for form, affine in whole.items() if skew_degrees(_axes(affine)) is not None}
    if not valid:
        raise InputError(
            f"{name}: not a readable image (its axes are not orthonormal); resample it to a rectangular grid"
        )
    counts, affine = next(iter(valid.items()))
    damaged = [form for form in given if form not in whole]
    warnings = [f"{name}: the {form} holds zero or no number; the {counts} counts" for form in damaged]
    warnings += _contradictions(name, header, counts, affine)
    return _position(header, affine), (
        *warnings,
        *skew_warning(name, _axes(affine)),
        *_unit_warning(name, header),
    )


def _contradictions(name: object, header: NiftiHeader, counts: str, affine: Affine) -> list[str]:
    """Return what else the header says than the form that counts."""
    warnings, lengths = [], _lengths(affine)
    forms = [form for form in (header.sform, header.qform) if form is not None and _is_whole(form)]
    apart = _apart_mm(forms[0], forms[-1], header.size)
    if apart > _FORMS_AGREE_MM:
        warnings.append(f"{name}: qform and sform are up to {apart:.1f} mm apart; the {counts} counts")
    if not np.abs(header.pixdim_mm / lengths - 1).max() <= _SIZES_AGREE:
        sizes = f"{_by(header.pixdim_mm)} mm by pixdim, {_by(lengths)} mm by the {counts}"
        warnings.append(f"{name}: voxels of {sizes}; the {counts} counts")
    return warnings


def _without_form(name: object, header: NiftiHeader) -> tuple[Position, tuple[str, ...]]:
    """Return the position that nibabel gives a file without one: left, anterior, superior, centred."""
    affine = np.diag([*np.abs(header.pixdim_mm) * (1, -1, 1), 1.0])
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(header.size) - 1) / 2)
    if not _is_whole(affine):  # the squares of sizes may be too large or too small for numbers, too
        found = _by(header.pixdim_mm)
        raise InputError(f"{name}: expected voxel sizes in pixdim, found {found}; correct the header")
    fields = "no position" if header.version == 0 else "no position (qform and sform code 0)"
    warning = f"{name}: the header has {fields}; orientation unknown, taken as left-anterior-superior"
    return _position(header, affine), (warning, *_unit_warning(name, header))


def _position(header: NiftiHeader, affine: Affine) -> Position:
    lengths, pixdim = _lengths(affine), np.abs(header.pixdim_mm)
    sizes = np.where(np.isclose(pixdim, lengths, rtol=_SAME_SIZE, atol=0), pixdim, lengths)
    return Position(sizes, affine[:3, 3], closest_rotation(_axes(affine)))


def _unit_warning(name: object, header: NiftiHeader) -> tuple[str, ...]:
    if header.unit_mm == 1:
        return ()
    unit = "metres" if header.unit_mm > 1 else "microns"
    return (f"{name}: the header is in {unit} (xyzt_units); results are in mm",)


def _is_whole(affine: Affine) -> bool:
    return bool(np.isfinite([*affine.flat, *_lengths(affine)]).all() and (_lengths(affine) > 0).all())


def _lengths(affine: Affine) -> Vector:
    return np.asarray(np.linalg.norm(affine[:3, :3], axis=0))


def _axes(affine: Affine) -> Affine:
    return np.asarray(affine[:3, :3] / _lengths(affine))


def _by(sizes_mm: Vector | tuple[float, ...]) -> str:
    return "x".join(f"{size:.4g}" for size in sizes_mm)


def _apart_mm(one: Affine, other: Affine, size: tuple[int, ...]) -> float:
    """Return the largest distance between both positions of a corner of the volume."""
    corners = product(*[(0, length - 1) for length in size])
    points = np.array([(*corner, 1.0) for corner in corners]).T
    return float(np.linalg.norm(((one - other) @ points)[:3], axis=0).max())
