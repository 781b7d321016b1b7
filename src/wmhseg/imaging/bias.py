"""Slow changes of brightness across the head (bias field): measured, and divided out by N4."""

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from wmhseg.errors import BrainMaskError
from wmhseg.imaging.geometry import shrunk, to_axial_lps
from wmhseg.imaging.head import MAD_TO_SD, core_mask, head_mask
from wmhseg.imaging.itk_threads import single_threaded
from wmhseg.io.volume import Volume, from_image, to_image

# A brain whose brightest part is more than 1.5 times as bright as its darkest is corrected. Nine real
# cases measure 0.02 to 0.39 as they are (N4-corrected ones 0.02 to 0.04), and 0.65 or more with a
# field of that strength put on them; two FLAIRs straight from the scanner 0.57 and 0.59.
BIAS_LIMIT = 0.5

# Slow changes need no more; N4 takes eight times as long at 4 mm, for the same field.
_MEASURE_MM, _N4_MM = 4.0, 6.0
_ITERATIONS = (30, 30, 20)
_CONVERGENCE = 1e-3
_ROUNDS = 8
_DARK_LOG = 1.0  # CSF is darker than the median by more
_OUTLIER_SD = 2.0


def bias_strength(volume: Volume, name: str) -> float:
    """Measure how uneven a scan is: cheap, so that most scans need no correction.

    A quadratic in x, y, z is fitted to the logarithm of the deep head's intensities; what lies off
    it (CSF, lesions) is left out in turns.

    Args:
        volume: The scan on any grid.
        name: The image's name in errors.

    Returns:
        By what factor, less 1, the quadratic's 95th percentile in the brain exceeds its 5th.

    Raises:
        BrainMaskError: No head was found, or none at least 32 mm wide.
    """
    small, head = _small(volume, name, _MEASURE_MM)
    core = core_mask(head, _spacing_yx(small))
    if not core.any():
        raise BrainMaskError(f"{name}: expected a head at least 32 mm wide, found none; look at the image")
    where = np.argwhere(core) * np.array(small.grid.spacing_mm)[::-1]
    terms = _quadratic((where - where.mean(axis=0)) / 60.0)
    values = np.log(_positive(small, head)[core].astype(np.float64))
    kept = values > np.median(values) - _DARK_LOG
    for _ in range(_ROUNDS):
        fit = terms @ _least_squares(terms[kept], values[kept])
        off = values - fit
        middle = np.median(off[kept])
        spread = MAD_TO_SD * np.median(np.abs(off[kept] - middle))
        kept = np.abs(off - middle) <= _OUTLIER_SD * spread
    low, high = np.percentile(fit, (5, 95))
    return float(np.exp(high - low) - 1)


def without_bias(volume: Volume, name: str) -> Volume:
    """Divide out the field that N4 (Tustison et al., IEEE TMI 2010) finds on the shrunk image.

    Args:
        volume: The scan on any grid.
        name: The image's name in errors.

    Raises:
        BrainMaskError: No head was found.
    """
    small, head = _small(volume, name, _N4_MM)
    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetMaximumNumberOfIterations(list(_ITERATIONS))
    n4.SetConvergenceThreshold(_CONVERGENCE)
    grid = small.grid
    image, mask = Volume(_positive(small, head), grid), Volume(head.astype(np.uint8), grid)
    with single_threaded():
        n4.Execute(to_image(image), to_image(mask))
    # Far outside the head the splines' values mean nothing.
    field = from_image(n4.GetLogBiasFieldAsImage(to_image(small))).array
    low, high = float(field[head].min()), float(field[head].max())
    clipped = to_image(Volume(np.clip(field, low, high), grid))
    # Half a small voxel at the volume's edge lies outside the small one: the nearest value goes on.
    full = sitk.Resample(
        clipped, to_image(volume), sitk.Transform(), sitk.sitkLinear, 0.0, sitk.sitkFloat32, True
    )
    return Volume(volume.array * np.exp(-sitk.GetArrayFromImage(full)), volume.grid)


def _least_squares(terms: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the coefficients by the normal equations: ten terms of about 1, so that they lose nothing.

    In a few slices some terms say the same; of the solutions the smallest is returned.
    """
    return np.asarray(np.linalg.lstsq(terms.T @ terms, terms.T @ values, rcond=None)[0])


def _small(volume: Volume, name: str, spacing_mm: float) -> tuple[Volume, NDArray[np.bool_]]:
    """Return the shrunk axial image and its head."""
    small = shrunk(to_axial_lps(volume)[0], spacing_mm)
    return small, head_mask(small.array, _spacing_yx(small), name)


def _spacing_yx(volume: Volume) -> tuple[float, float]:
    return volume.grid.spacing_mm[1], volume.grid.spacing_mm[0]


def _positive(small: Volume, head: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return intensities of which a logarithm can be taken, whatever the image's offset and scale."""
    array = small.array - min(0.0, float(np.percentile(small.array, 0.5)))
    scaled = array / float(np.median(array[head]))
    return np.maximum(scaled, 1e-3).astype(np.float32)


def _quadratic(where: NDArray[np.float64]) -> NDArray[np.float64]:
    z, y, x = where.T
    return np.stack([np.ones_like(x), x, y, z, x * x, y * y, z * z, x * y, x * z, y * z], axis=1)
