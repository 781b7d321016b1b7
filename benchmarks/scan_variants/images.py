"""Image in, image out: stored otherwise, resampled, thicker, cropped, on another scale."""

from itertools import permutations, product

import numpy as np
import SimpleITK as sitk

# Full width at half maximum of a Gaussian, in SD.
FWHM_SD = 2.3548


def orientations() -> list[str]:
    """Return all 48 ways to store a volume: for each array axis the side of the body it runs towards."""
    names = ["".join(letters) for axes in permutations(("RL", "AP", "IS")) for letters in product(*axes)]
    return sorted(names)


def stored_as(image: sitk.Image, towards: str) -> sitk.Image:
    """Return the same voxels at the same places with array axes that run towards e.g. "RAS"."""
    return sitk.DICOMOrient(image, towards)


def resampled(image: sitk.Image, spacing_mm: tuple[float | None, float | None, float | None]) -> sitk.Image:
    """Return the image with other voxels in the same field of view; None leaves an axis as it is.

    Longer voxels see a Gaussian profile whose full width at half maximum is their length.
    """
    old = np.asarray(image.GetSpacing())
    new = np.array([o if n is None else n for n, o in zip(spacing_mm, old, strict=True)])
    size = np.maximum(1, np.round(image.GetSize() * old / new)).astype(int)
    middle = np.asarray(
        image.TransformContinuousIndexToPhysicalPoint(((np.asarray(image.GetSize()) - 1) / 2).tolist())
    )
    direction = np.asarray(image.GetDirection()).reshape(3, 3)
    grid = _grid(size, new, middle - direction @ ((size - 1) / 2 * new), direction)
    return as_type(on_grid(blurred(image, np.where(new > old, new, 0.0)), grid), image.GetPixelID())


def blurred(image: sitk.Image, fwhm_mm: np.ndarray) -> sitk.Image:
    """Blur along x, y, z so that a voxel's own length and the blur make up `fwhm_mm`; 0 leaves an axis."""
    result = sitk.Cast(image, sitk.sitkFloat32)
    for axis, (wide, own) in enumerate(zip(fwhm_mm, image.GetSpacing(), strict=True)):
        if wide > own:
            smoother = sitk.RecursiveGaussianImageFilter()
            smoother.SetDirection(axis)
            smoother.SetSigma(float(np.sqrt(wide**2 - own**2)) / FWHM_SD)
            result = smoother.Execute(result)
    return result


def on_grid(image: sitk.Image, grid: sitk.Image, motion: sitk.Transform | None = None) -> sitk.Image:
    """Interpolate (cubic B-spline) on another image's grid; the darkest value where there is nothing.

    Args:
        image: What to sample.
        grid: Where.
        motion: Maps points of the grid's world to the image's.
    """
    values = sitk.GetArrayViewFromImage(image)
    low, high = float(values.min()), float(values.max())
    smooth, stay = sitk.Cast(image, sitk.sitkFloat32), sitk.Transform()
    moved = sitk.Resample(smooth, grid, motion or stay, sitk.sitkBSpline, low, sitk.sitkFloat32)
    # Splines overshoot.
    return as_type(sitk.Clamp(moved, sitk.sitkFloat32, low, high), image.GetPixelID())


def oblique(image: sitk.Image, degrees_xyz: tuple[float, float, float]) -> sitk.Image:
    """Return the image sampled on a grid turned about its centre: another angulation of the same head."""
    turn = rotation(image, degrees_xyz)
    matrix = np.asarray(turn.GetMatrix()).reshape(3, 3)
    direction = matrix @ np.asarray(image.GetDirection()).reshape(3, 3)
    grid = _grid(image.GetSize(), image.GetSpacing(), turn.TransformPoint(image.GetOrigin()), direction)
    return on_grid(image, grid)


def turned_header(
    image: sitk.Image,
    degrees_xyz: tuple[float, float, float],
    shift_mm: tuple[float, float, float] = (0, 0, 0),
) -> sitk.Image:
    """Return the same voxels with a header that turns the volume about its centre and shifts it."""
    motion = rotation(image, degrees_xyz)
    motion.SetTranslation(shift_mm)
    matrix = np.asarray(motion.GetMatrix()).reshape(3, 3)
    other = sitk.Image(image)
    other.SetOrigin(motion.TransformPoint(image.GetOrigin()))
    other.SetDirection((matrix @ np.asarray(image.GetDirection()).reshape(3, 3)).ravel().tolist())
    return other


def rotation(image: sitk.Image, degrees_xyz: tuple[float, float, float]) -> sitk.Euler3DTransform:
    """Return a rotation about the image's centre."""
    motion = sitk.Euler3DTransform()
    motion.SetCenter(image.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2 for n in image.GetSize()]))
    motion.SetRotation(*np.deg2rad(degrees_xyz).tolist())
    return motion


def moved_head(
    image: sitk.Image, degrees_xyz: tuple[float, float, float], shift_mm: tuple[float, float, float]
) -> sitk.Image:
    """Return an image on the same grid in which the head lies elsewhere."""
    motion = rotation(image, degrees_xyz)
    motion.SetTranslation(shift_mm)
    return on_grid(image, image, motion)


def without_slices(image: sitk.Image, lower: int, upper: int) -> sitk.Image:
    """Leave out slices at the feet's end and at the top of an axial scan stored from below."""
    return image[:, :, lower : image.GetSize()[2] - upper]


def cropped_to_head(image: sitk.Image, guide: sitk.Image) -> sitk.Image:
    """Cut the field of view down to what is bright in `guide`, an image on the same grid."""
    array = sitk.GetArrayViewFromImage(guide)
    bright = array > array.min() + 0.1 * (np.percentile(array, 99) - array.min())
    box = []
    for axis in (2, 1, 0):
        found = np.flatnonzero(bright.any(axis=tuple(a for a in range(3) if a != axis)))
        box.append(slice(int(found[0]), int(found[-1]) + 1))
    return image[tuple(box)]


def padded(image: sitk.Image, in_plane: int, slices: int) -> sitk.Image:
    """Surround the image with zeros: pixels on each side in x and y, slices at both ends."""
    width = [in_plane, in_plane, slices]
    return sitk.ConstantPad(image, width, width, 0)


def scaled(image: sitk.Image, factor: float, offset: float = 0.0) -> sitk.Image:
    """Return other intensities, float32."""
    return sitk.Cast(image, sitk.sitkFloat32) * factor + offset


def as_type(image: sitk.Image, pixel_type: int, span: tuple[float, float] | None = None) -> sitk.Image:
    """Store intensities, stretched to `span` if one is given, in another number type, rounded."""
    if span is not None:
        image = sitk.RescaleIntensity(sitk.Cast(image, sitk.sitkFloat64), *span)
    integer = pixel_type not in (sitk.sitkFloat32, sitk.sitkFloat64)
    return sitk.Cast(sitk.Round(sitk.Cast(image, sitk.sitkFloat64)) if integer else image, pixel_type)


def _grid(size: object, spacing: object, origin: object, direction: np.ndarray) -> sitk.Image:
    grid = sitk.Image([int(n) for n in np.asarray(size)], sitk.sitkUInt8)
    grid.SetSpacing(np.asarray(spacing).tolist())
    grid.SetOrigin(np.asarray(origin).tolist())
    grid.SetDirection(direction.ravel().tolist())
    return grid
