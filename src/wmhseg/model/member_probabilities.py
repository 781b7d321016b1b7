"""The probabilities of an ensemble's members, and what they amount to together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Members:
    """Each member's probability, arrays of one shape."""

    probabilities: tuple[Array, ...]

    def mean(self) -> Array:
        """Return the mean: the same sums, bit for bit, as `Ensemble.predict` makes."""
        total = np.zeros(self.probabilities[0].shape, np.float32)
        for probability in self.probabilities:
            total += probability
        return total / np.float32(len(self.probabilities))


def disagreement(probabilities: tuple[Array, ...]) -> Array:
    """Return the members' SD (of a population: divided by their number) in each voxel, float32."""
    mean = np.zeros(probabilities[0].shape)
    for probability in probabilities:
        mean += probability
    mean /= len(probabilities)
    squares = np.zeros_like(mean)
    for probability in probabilities:
        squares += (probability - mean) ** 2
    return np.sqrt(squares / len(probabilities)).astype(np.float32)
