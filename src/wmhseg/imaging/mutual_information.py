"""Mattes mutual information of two images: measured at a position, and climbed to its peak."""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from wmhseg.imaging.itk_threads import single_threaded
from wmhseg.io.volume import Grid, Volume, to_image

Mask = NDArray[np.bool_]

BINS = 32
_SEED = 1


@dataclass(frozen=True)
class Pair:
    """Two images on one level of the pyramid.

    Attributes:
        fixed: Image that stays.
        moving: Image that is moved.
        inside: Where in `fixed` to compare, uint8.
        samples: Voxels to draw from `inside`; all when there are fewer.
    """

    fixed: sitk.Image
    moving: sitk.Image
    inside: sitk.Image
    samples: int

    def information(self, transform: sitk.Euler3DTransform) -> float:
        """Return the information (nats) when `transform` maps fixed points; 0 without overlap."""
        try:
            with single_threaded():
                method = self._method()
                method.SetInitialTransform(transform, inPlace=False)
                return -float(method.MetricEvaluate(self.fixed, self.moving))
        except RuntimeError:  # "all samples map outside moving image buffer"
            return 0.0

    def climb(self, transform: sitk.Euler3DTransform, step_mm: float) -> sitk.Euler3DTransform:
        """Return the position of the peak near `transform`: the better of the start and where steps end.

        Args:
            transform: Where to start.
            step_mm: Length of the first step; the last is 1 % of it.
        """
        method = self._method()
        method.SetOptimizerAsRegularStepGradientDescent(
            step_mm, step_mm / 100, 80, relaxationFactor=0.5, gradientMagnitudeTolerance=1e-7
        )
        method.SetOptimizerScalesFromPhysicalShift()
        # The default blurs gradients by the largest voxel side: with thick slices, steps lead away (5.4).
        method.MetricUseMovingImageGradientFilterOff()
        found = sitk.Euler3DTransform(transform)
        method.SetInitialTransform(found, inPlace=True)
        try:
            with single_threaded():
                method.Execute(self.fixed, self.moving)
        except RuntimeError:  # left the image: the start is as good as it gets
            return transform
        return max(transform, found, key=self.information)

    def _method(self) -> sitk.ImageRegistrationMethod:
        method = sitk.ImageRegistrationMethod()
        method.SetMetricAsMattesMutualInformation(BINS)
        method.SetInterpolator(sitk.sitkLinear)
        method.SetMetricFixedMask(self.inside)
        voxels = int(np.count_nonzero(sitk.GetArrayViewFromImage(self.inside)))
        if self.samples < voxels:
            method.SetMetricSamplingStrategy(method.RANDOM)
            method.SetMetricSamplingPercentage(self.samples / voxels, seed=_SEED)
        return method


def mask_on(mask: Mask, grid: Grid, target: Grid) -> Mask:
    """Return a mask (Z, Y, X) on another grid, nearest voxel."""
    reference = to_image(Volume(np.zeros(target.shape_zyx, np.uint8), target))
    source = to_image(Volume(mask.astype(np.uint8), grid))
    moved = sitk.Resample(source, reference, sitk.Transform(), sitk.sitkNearestNeighbor)
    return np.asarray(sitk.GetArrayFromImage(moved) > 0)
