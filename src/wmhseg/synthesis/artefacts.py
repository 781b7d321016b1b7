"""Motion ghosts, Gibbs ringing and spikes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Ghosts:
    """Copies of the head along the phase-encoding axis.

    Attributes:
        strength: Of the first copy on either side; 0: none.
        axis: 1 for y, 2 for x.
        period: Distance of the copies, as a fraction of the field of view.
    """

    strength: float
    axis: int
    period: float


@dataclass(frozen=True)
class Spikes:
    """Stripes from a spike in k-space.

    Attributes:
        strength: Amplitude; white matter is 1; 0: none.
        wave_yx: Waves over the field of view.
        share: Share of the slices that have them.
        seed: Of which slices.
    """

    strength: float
    wave_yx: tuple[int, int]
    share: float
    seed: int


def sample_ghosts(rng: np.random.Generator) -> Ghosts:
    """Draw: a third of the images have ghosts."""
    there = rng.random() < 0.33
    return Ghosts(
        strength=float(np.exp(rng.uniform(np.log(0.01), np.log(0.09)))) * there,
        axis=int(rng.integers(1, 3)),
        period=float(rng.uniform(0.04, 0.5)),
    )


def sample_spikes(rng: np.random.Generator) -> Spikes:
    """Draw: one image in 25 has spikes."""
    there = rng.random() < 0.04
    wave = rng.integers(-60, 61, 2)
    return Spikes(
        strength=float(rng.uniform(0.02, 0.12)) * there,
        wave_yx=(int(wave[0]), int(wave[1])),
        share=float(rng.uniform(0.05, 0.5)),
        seed=int(rng.integers(2**31)),
    )


def add_ghosts(slices: Array, parameters: Ghosts) -> Array:
    """Add copies (Z, Y, X) that wrap around, each weaker than the one before."""
    if not parameters.strength:
        return slices
    step = max(1, round(parameters.period * slices.shape[parameters.axis]))
    ghosted = slices.copy()
    for order in (1, 2):
        level = np.float32(parameters.strength / order)
        for sign in (1, -1):
            ghosted += level * sign**order * np.roll(slices, sign * order * step, parameters.axis)
    return np.abs(ghosted)


def ring(slices: Array, kept: tuple[float, float]) -> Array:
    """Cut k-space of each slice along y and x, so that edges ring."""
    if kept == (1.0, 1.0):
        return slices
    spectrum = fft.rfft2(slices)
    along_y = np.abs(fft.fftfreq(slices.shape[1])) > kept[0] / 2
    along_x = np.abs(fft.rfftfreq(slices.shape[2])) > kept[1] / 2
    spectrum[:, along_y] = 0
    spectrum[:, :, along_x] = 0
    return np.abs(fft.irfft2(spectrum, slices.shape[1:])).astype(np.float32)


def add_spikes(slices: Array, parameters: Spikes) -> Array:
    """Add stripes to some slices."""
    if not parameters.strength:
        return slices
    rows, columns = slices.shape[1:]
    phase = parameters.wave_yx[0] * np.arange(rows)[:, None] / rows
    phase = phase + parameters.wave_yx[1] * np.arange(columns) / columns
    stripes = (parameters.strength * np.cos(2 * np.pi * phase)).astype(np.float32)
    hit = np.random.default_rng(parameters.seed).random(len(slices)) < parameters.share
    return np.abs(slices + stripes * hit[:, None, None])
