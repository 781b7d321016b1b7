"""Noise as scanners store it: correlated from pixel to pixel, because k-space is filled up with zeros."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage


def correlated_noise(rng: np.random.Generator, shape: tuple[int, ...], blur_px: float) -> NDArray[np.float32]:
    """Return normal noise (..., Y, X) of mean about 0 and SD about 1.

    Args:
        rng: The generator.
        shape: Of the noise.
        blur_px: SD of the Gaussian that correlates it along the last two axes; 0: white.
    """
    noise = rng.standard_normal(shape, dtype=np.float32)
    if not blur_px:
        return noise
    noise = ndimage.gaussian_filter(noise, (blur_px, blur_px), truncate=2.5, axes=(-2, -1))
    noise /= noise.std()
    return noise
