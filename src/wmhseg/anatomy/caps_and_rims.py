"""Caps and rims: WMH that line the lateral ventricles thinly, slice by slice as readers see them."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.anatomy.nearest_voxels import nearest_voxels

Mask = NDArray[np.bool_]

# Thickness up to which readers grade a cap or a band as the least (Scheltens et al. 1993: 5 mm or less).
MOST_THICK_MM = 5.0
# What is no further from the ventricle than this lines it (Kim et al. 2008: juxtaventricular, 3 mm).
LINING_MM = 3.0
# How much further WMH must be seen to go on, and how far along the ventricle that makes them thick.
_BEYOND_MM, _ALONG_MM = 2.5, 2.0


def caps_and_rims(wmh: Mask, ventricles: Mask, spacing_zyx_mm: tuple[float, float, float]) -> Mask:
    """Return the WMH that are caps and rims.

    In each axial slice, from every place on the ventricles' edge, WMH that end within 5 mm of it are thin;
    where they go on, they are part of a larger lesion from the ventricle on. What is thin and joined to the
    lining (3 mm) is a cap or a rim.

    Args:
        wmh: (Z, Y, X), axial; without infratentorial WMH.
        ventricles: Lateral ventricles, same shape.
        spacing_zyx_mm: Voxel size.
    """
    found = np.zeros(wmh.shape, bool)
    for z in np.flatnonzero(wmh.any(axis=(1, 2)) & ventricles.any(axis=(1, 2))):
        found[z] = _in_slice(wmh[z], ventricles[z], spacing_zyx_mm[1:])
    return found


def _in_slice(wmh: Mask, ventricles: Mask, spacing_yx_mm: tuple[float, float]) -> Mask:
    points = np.argwhere(wmh)
    distances, feet = nearest_voxels(points, ventricles, spacing_yx_mm)
    step_mm = float(np.hypot(*spacing_yx_mm))
    beyond = (distances > MOST_THICK_MM) & (distances <= MOST_THICK_MM + max(_BEYOND_MM, step_mm))
    thin = distances <= MOST_THICK_MM
    if beyond.any():
        from scipy.spatial import KDTree  # a tenth of a second that masks alone need not wait for

        along, _ = KDTree(feet[beyond]).query(feet)
        thin &= along > max(_ALONG_MM, step_mm)
    picture = np.zeros(wmh.shape, bool)
    picture[tuple(points[thin].T)] = True
    labels, _ = ndimage.label(picture, np.ones((3, 3)))
    lining = labels[tuple(points[thin & (distances <= max(LINING_MM, step_mm))].T)]
    return picture & np.isin(labels, lining)
