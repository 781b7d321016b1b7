"""Holes of an image filled with the tissue around them."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.errors import InputError
from wmhseg.imaging.head import MAD_TO_SD

# SDs of the Gaussian that the local mean is taken with: the first that reaches enough tissue.
_REACHES_MM = (3.0, 6.0, 12.0, 24.0)
# Share of the Gaussian that has to lie on tissue.
_LEAST_SHARE = 0.1
# Farther from the median, in robust SDs, a voxel is hardly the tissue that it is said to be.
_MOST_SDS = 3.0
_MOST_TEXTURE_SDS = 2.5
# Texture is drawn from tissue this near to a hole.
_NEAR_MM = 10.0
_LEAST_VOXELS = 100
_SEED = 2018


def fill(
    image: NDArray[np.generic],
    hole: NDArray[np.bool_],
    tissue: NDArray[np.bool_],
    spacing_zyx_mm: tuple[float, float, float],
) -> NDArray[np.generic]:
    """Return the image with its holes filled; outside of them it is the same, bit for bit.

    Each voxel gets the mean of the tissue around it, weighted by a Gaussian (normalised convolution), plus
    what a voxel of tissue near a hole, drawn at random with a fixed seed, differs from its own such mean.
    Voxels that touch a hole are no tissue, and neither are outliers.

    Args:
        image: (Z, Y, X), any number type.
        hole: What to fill.
        tissue: What to fill it with.
        spacing_zyx_mm: Voxel size.

    Raises:
        InputError: There are fewer than 100 voxels of tissue.
    """
    if not hole.any():
        return image
    values = image.astype(np.float64)
    source = tissue & np.isfinite(values) & ~ndimage.binary_dilation(hole, np.ones((3, 3, 3), bool))
    source = _without_outliers(values, source)
    if source.sum() < _LEAST_VOXELS:
        raise InputError(
            f"T1: expected {_LEAST_VOXELS} voxels or more of white matter to fill WMH with, "
            f"found {source.sum()}; look at the image"
        )
    mean = _local_mean(values, source, spacing_zyx_mm)
    near = source & (ndimage.distance_transform_edt(~hole, spacing_zyx_mm) <= _NEAR_MM)
    if near.sum() < _LEAST_VOXELS:
        near = source
    texture = values[near] - mean[near]
    # Edges of white matter, thinly strewn over what is filled, would be specks.
    texture = texture[np.abs(texture) <= _MOST_TEXTURE_SDS * MAD_TO_SD * np.median(np.abs(texture))]
    drawn = np.random.default_rng(_SEED).choice(texture - texture.mean(), int(hole.sum()))
    filled = image.copy()
    filled[hole] = _as_type(mean[hole] + drawn, image.dtype)
    return filled


def _without_outliers(values: NDArray[np.float64], source: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if not source.any():
        return source
    middle = np.median(values[source])
    spread = MAD_TO_SD * np.median(np.abs(values[source] - middle))
    return np.asarray(source & (np.abs(values - middle) <= _MOST_SDS * spread))


def _local_mean(
    values: NDArray[np.float64], source: NDArray[np.bool_], spacing_zyx_mm: tuple[float, float, float]
) -> NDArray[np.float64]:
    """Return the mean of the source around each voxel; that of all where none is near."""
    overall = float(values[source].mean())
    # About the overall mean, so that what is constant stays so to the last bit but rounding.
    weighted, weight = np.where(source, values - overall, 0.0), source.astype(np.float64)
    mean = np.full(values.shape, overall)
    missing = np.ones(values.shape, bool)
    for reach_mm in _REACHES_MM:
        sds = [reach_mm / spacing for spacing in spacing_zyx_mm]
        share = ndimage.gaussian_filter(weight, sds, mode="constant")
        found = missing & (share >= _LEAST_SHARE)
        mean[found] += ndimage.gaussian_filter(weighted, sds, mode="constant")[found] / share[found]
        missing &= ~found
    return mean


def _as_type(values: NDArray[np.float64], kind: np.dtype) -> NDArray[np.generic]:
    if kind.kind not in "iu":
        return values.astype(kind)
    limits = np.iinfo(kind)
    return np.clip(np.rint(values), limits.min, limits.max).astype(kind)
