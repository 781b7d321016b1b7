"""Contrast, brightness, gamma, blur, noise and a missing T1, for scanners nobody trained on."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class IntensityRange:
    """How far normalised intensities (median 0, MAD-SD 1) are changed."""

    contrast: float = 0.2
    brightness: float = 0.3
    gamma: float = 0.25
    blur_px: float = 1.0
    blur_probability: float = 0.3
    noise: float = 0.2
    noise_blur_px: float = 1.0
    t1_missing_probability: float = 0.15


@dataclass(frozen=True)
class IntensityParameters:
    """One draw; a value per channel (FLAIR, T1) where both are changed independently."""

    contrast: tuple[float, float]
    brightness: tuple[float, float]
    gamma: tuple[float, float]
    blur_px: tuple[float, float]
    noise: tuple[float, float]
    noise_blur_px: float
    noise_seed: int
    t1_missing: bool


def sample_intensity(rng: np.random.Generator, limits: IntensityRange) -> IntensityParameters:
    """Draw parameters."""

    def pair(low: float, high: float) -> tuple[float, float]:
        values = rng.uniform(low, high, 2)
        return float(values[0]), float(values[1])

    blurred = rng.random(2) < limits.blur_probability
    blur = pair(0.3, limits.blur_px)
    return IntensityParameters(
        contrast=pair(1 - limits.contrast, 1 + limits.contrast),
        brightness=pair(-limits.brightness, limits.brightness),
        gamma=pair(-limits.gamma, limits.gamma),
        blur_px=(blur[0] * bool(blurred[0]), blur[1] * bool(blurred[1])),
        noise=pair(0.0, limits.noise),
        noise_blur_px=float(rng.uniform(0.0, limits.noise_blur_px)),
        noise_seed=int(rng.integers(2**31)),
        t1_missing=bool(rng.random() < limits.t1_missing_probability),
    )
