"""Gaussians of several widths as kernels of one length, so that those of a batch are one array."""

import numpy as np
from numpy.typing import NDArray

# After how many SDs a kernel ends: of a blur, and of noise that is correlated.
BLUR_TRUNCATE, NOISE_TRUNCATE = 4.0, 2.5


def gaussian_kernels(sd_px: NDArray[np.float64], largest_px: float, truncate: float) -> NDArray[np.float32]:
    """Return Gaussians (..., K) that sum to 1, each cut as `scipy.ndimage.gaussian_filter` cuts it.

    Args:
        sd_px: Their SDs, any shape; 0 leaves what it is applied to as it is.
        largest_px: No SD is larger; K depends on it alone.
        truncate: After how many SDs they are cut.
    """
    radius = int(truncate * largest_px + 0.5)
    steps, sd = np.arange(-radius, radius + 1), sd_px[..., np.newaxis]
    kernels = np.exp(-0.5 * (steps / np.maximum(sd, 1e-6)) ** 2) * (
        abs(steps) <= np.floor(truncate * sd + 0.5)
    )
    return (kernels / kernels.sum(axis=-1, keepdims=True)).astype(np.float32)
