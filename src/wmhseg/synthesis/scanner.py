"""What a scanner and its software do to an image: coils, motion, k-space, noise, filters, scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.augmentation.noise import correlated_noise
from wmhseg.synthesis.artefacts import (
    Ghosts,
    Spikes,
    add_ghosts,
    add_spikes,
    ring,
    sample_ghosts,
    sample_spikes,
)
from wmhseg.synthesis.fields import smooth_field

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Scanner:
    """One draw for one image.

    Attributes:
        bias: SD of the logarithm of the coils' sensitivity.
        bias_mm: Size of its hills.
        ghosts: Motion.
        spikes: Spikes in k-space.
        gibbs: Fraction of k-space that was measured, along y and x; 1: all.
        noise: SD of the Rician noise's two parts; white matter is 1.
        noise_blur_px: SD of the Gaussian that correlates the noise in-plane; 0: white.
        sharpen: Amount of unsharp masking; negative blurs.
        gamma: Exponent of the intensities.
        scale: Of the stored values.
        offset: Added to them, in units of white matter.
        seed: Of bias and noise.
    """

    bias: float
    bias_mm: float
    ghosts: Ghosts
    spikes: Spikes
    gibbs: tuple[float, float]
    noise: float
    noise_blur_px: float
    sharpen: float
    gamma: float
    scale: float
    offset: float
    seed: int


def sample_scanner(rng: np.random.Generator, noise: tuple[float, float]) -> Scanner:
    """Draw; most artefacts are absent in most images.

    Differences of pixels two apart are 1.4 to 1.6 times those of neighbours in real scans, whose
    k-space is filled up with zeros: noise blurred by 0.6 to 0.8 pixels. White noise would give 1.

    Args:
        rng: The generator.
        noise: Least and most noise; log-uniform between.
    """
    ringing = rng.random(2) < 0.35
    kept = rng.uniform(0.6, 0.95, 2)
    return Scanner(
        bias=float(rng.uniform(0.0, 0.13)),
        bias_mm=float(rng.uniform(60, 120)),
        ghosts=sample_ghosts(rng),
        spikes=sample_spikes(rng),
        gibbs=(float(kept[0]) if ringing[0] else 1.0, float(kept[1]) if ringing[1] else 1.0),
        noise=float(np.exp(rng.uniform(*np.log(noise)))),
        noise_blur_px=float(rng.uniform(0.4, 1.0)) * bool(rng.random() < 0.85),
        sharpen=float(rng.uniform(-0.5, 1.0)) * bool(rng.random() < 0.5),
        gamma=float(np.exp(rng.normal(0, 0.1))),
        scale=float(np.exp(rng.uniform(np.log(0.5), np.log(3000)))),
        offset=float(rng.uniform(-0.3, 0.5)) * bool(rng.random() < 0.25),
        seed=int(rng.integers(2**31)),
    )


def coil_sensitivity(shape: tuple[int, int, int], parameters: Scanner) -> Array:
    """Return the bias field (Z, Y, X) at 1 mm, about 1."""
    return np.exp(parameters.bias * smooth_field(shape, parameters.bias_mm, parameters.seed))


def scan_slices(slices: Array, parameters: Scanner) -> Array:
    """Return slices (Z, Y, X) with artefacts and noise; white matter stays about 1."""
    slices = add_ghosts(slices, parameters.ghosts)
    slices = ring(slices, parameters.gibbs)
    slices = add_spikes(slices, parameters.spikes)
    slices = _rician(slices, parameters)
    if parameters.sharpen:
        smooth = ndimage.gaussian_filter(slices, (0, 0.8, 0.8), truncate=2.5)
        slices = slices + np.float32(parameters.sharpen) * (slices - smooth)
    return np.maximum(slices, 0) ** np.float32(parameters.gamma)


def store(slices: Array, parameters: Scanner) -> Array:
    """Return the values as they would be stored."""
    return np.asarray((slices + parameters.offset) * parameters.scale, np.float32)


def _rician(slices: Array, parameters: Scanner) -> Array:
    rng = np.random.default_rng(parameters.seed + 1)
    real = correlated_noise(rng, slices.shape, parameters.noise_blur_px)
    imaginary = correlated_noise(rng, slices.shape, parameters.noise_blur_px)
    level = np.float32(parameters.noise)
    return np.hypot(slices + level * real, level * imaginary)
