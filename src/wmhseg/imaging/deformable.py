"""Registration of one head to another: an affine motion, then a smooth shift of every place."""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.imaging.coarser import coarser
from wmhseg.imaging.itk_threads import single_threaded
from wmhseg.io.volume import Grid, Volume, from_image, to_image

_COARSE_MM, _FINE_MM = 4.0, 2.0
# Of the shifts: iterations at 4 and 2 mm; SDs, in voxels, that smooth each step and the sum of all.
_ITERATIONS = (60, 30)
_STEP_SD, _SUM_SD = 1.0, 1.25
_LONGEST_STEP = 1.0
# What is pressed together to less than this share is smoothed until nothing is, or so often.
_LEAST_EXPANSION, _MOST_ROUNDS, _ROUND_SD = 0.05, 30, 1.5
# Around what is not 0 in the fixed image: beyond, nothing is compared.
_MARGIN_MM = 10.0


@dataclass(frozen=True)
class Warp:
    """Where the places of one head lie in another.

    Attributes:
        transform: From places of the fixed image to places of the moving one (LPS, mm).
        expansion: By how much a piece of the fixed image is larger in the moving one, the affine motion left
            out; 0 or less where the shift folds. At 2 mm, about the fixed image's content.
        scales: How much longer the affine motion makes the fixed image, least and most of all directions.
    """

    transform: sitk.Transform
    expansion: Volume
    scales: tuple[float, float]

    def bring(self, volume: Volume, grid: Grid) -> Volume:
        """Return a volume of the moving head on a grid of the fixed one: linear, float32, 0 outside."""
        return _resampled(volume, _reference(grid), self.transform)


def warp_to(fixed: Volume, moving: Volume) -> Warp:
    """Find where the places of `fixed` lie in `moving`; the same images give the same warp.

    An affine motion by least squares at 4 mm, from the images' centres of mass; then diffeomorphic demons
    (Vercauteren et al., NeuroImage 2009;45:S61) at 4 and 2 mm.

    Args:
        fixed: A head in shades from 0 to 1, 0 outside.
        moving: Another in the same shades, on any grid.
    """
    with single_threaded():
        affine = _affine(to_image(coarser(fixed, _COARSE_MM)), to_image(coarser(moving, _COARSE_MM)))
        content = _cut_to_content(fixed)

        def shift_at(spacing_mm: float, iterations: int, start: sitk.Image | None) -> sitk.Image:
            level = to_image(coarser(content, spacing_mm))
            moved = to_image(_resampled(coarser(moving, spacing_mm), level, affine))
            return _demons(level, moved, start, iterations)

        coarse = shift_at(_COARSE_MM, _ITERATIONS[0], None)
        field = _unfolded(shift_at(_FINE_MM, _ITERATIONS[1], coarse))
        expansion = from_image(sitk.DisplacementFieldJacobianDeterminant(field))
        # The transform takes the field over, and leaves nothing in its place.
        shift = sitk.DisplacementFieldTransform(field)
    lengths = np.linalg.svd(np.asarray(affine.GetMatrix()).reshape(3, 3), compute_uv=False)
    scales = float(lengths.min()), float(lengths.max())
    return Warp(sitk.CompositeTransform([affine, shift]), expansion, scales)


def _affine(fixed: sitk.Image, moving: sitk.Image) -> sitk.AffineTransform:
    start = sitk.CenteredTransformInitializer(
        fixed, moving, sitk.AffineTransform(3), sitk.CenteredTransformInitializerFilter.MOMENTS
    )
    centre = sitk.AffineTransform(start).GetCenter()
    # Its axes of inertia would turn the head.
    affine = sitk.AffineTransform(3)
    affine.SetCenter(centre)
    affine.SetTranslation((np.asarray(start.TransformPoint(centre)) - centre).tolist())
    search = sitk.ImageRegistrationMethod()
    search.SetMetricAsMeanSquares()
    search.SetInterpolator(sitk.sitkLinear)
    search.SetOptimizerAsRegularStepGradientDescent(4.0, 1e-2, 300, 0.8, 1e-8)
    search.SetOptimizerScalesFromPhysicalShift()
    search.SetInitialTransform(affine, True)
    search.Execute(fixed, moving)
    return affine


def _demons(fixed: sitk.Image, moving: sitk.Image, start: sitk.Image | None, iterations: int) -> sitk.Image:
    """Return the shift of each voxel in mm, found from that of a coarser level on."""
    demons = sitk.DiffeomorphicDemonsRegistrationFilter()
    demons.SetNumberOfIterations(iterations)
    demons.SetMaximumUpdateStepLength(_LONGEST_STEP)
    # Steps are so short that more of their exponential changes nothing, but takes half as much time again.
    demons.UseFirstOrderExpOn()
    demons.SetUseGradientType(demons.Symmetric)
    demons.SmoothDisplacementFieldOn()
    demons.SetStandardDeviations(_SUM_SD)
    demons.SmoothUpdateFieldOn()
    demons.SetUpdateFieldStandardDeviations(_STEP_SD)
    if start is None:
        return demons.Execute(fixed, moving)
    finer = sitk.Resample(start, fixed, sitk.Transform(), sitk.sitkLinear, 0.0, sitk.sitkVectorFloat64)
    return demons.Execute(fixed, moving, finer)


def _unfolded(field: sitk.Image) -> sitk.Image:
    """Return a shift (mm) that is smoother where it folds, and the same elsewhere."""
    shift = sitk.GetArrayFromImage(field)
    for _ in range(_MOST_ROUNDS):
        expansion = sitk.GetArrayFromImage(sitk.DisplacementFieldJacobianDeterminant(_like(shift, field)))
        folded = expansion < _LEAST_EXPANSION
        if not folded.any():
            break
        # Whole where it folds, and less and less around it, so that no new edge comes up.
        weight = ndimage.gaussian_filter(ndimage.binary_dilation(folded, iterations=2).astype(float), 1.0)
        smooth = ndimage.gaussian_filter(shift, (_ROUND_SD,) * 3 + (0,), mode="nearest")
        shift += weight[..., np.newaxis] * (smooth - shift)
    return _like(shift, field)


def _like(shift: NDArray[np.float64], field: sitk.Image) -> sitk.Image:
    image = sitk.GetImageFromArray(shift, isVector=True)
    image.CopyInformation(field)
    return image


def _cut_to_content(volume: Volume) -> Volume:
    """Return what is not 0, with a margin."""
    image = to_image(volume)
    where = np.argwhere(volume.array > 0)[:, ::-1]
    margin = np.ceil(_MARGIN_MM / np.asarray(volume.grid.spacing_mm)).astype(int)
    low = np.maximum(where.min(axis=0) - margin, 0)
    high = np.minimum(where.max(axis=0) + margin + 1, volume.grid.size_xyz)
    return from_image(sitk.RegionOfInterest(image, (high - low).tolist(), low.tolist()))


def _resampled(volume: Volume, reference: sitk.Image, transform: sitk.Transform) -> Volume:
    image = sitk.Cast(to_image(volume), sitk.sitkFloat32)
    return from_image(sitk.Resample(image, reference, transform, sitk.sitkLinear, 0.0, sitk.sitkFloat32))


def _reference(grid: Grid) -> sitk.Image:
    reference = sitk.Image(grid.size_xyz, sitk.sitkUInt8)
    reference.SetSpacing(grid.spacing_mm)
    reference.SetOrigin(grid.origin_mm)
    reference.SetDirection(grid.direction)
    return reference
