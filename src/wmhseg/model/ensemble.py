"""The ensemble: verified weights, loaded once, and the mean probability of all members."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import WeightsError
from wmhseg.model.manifest import Manifest
from wmhseg.model.member_weights import load_members
from wmhseg.model.network import Network, make_networks
from wmhseg.model.precision import used_precision
from wmhseg.settings import Precision

Array = NDArray[np.float32]

# Sums of a few float32 probabilities are off by less.
ROUNDING = 1e-5


class Ensemble:
    """Networks whose probabilities are averaged (Li et al. 2018, section 3.3).

    Args:
        manifest: Which files; each is verified before it is opened.
        precision: Arithmetic of the convolutions; "auto" takes bfloat16 where the processor (or
            a GPU) is faster with it, float32 elsewhere.
        threads: Threads to compute with; None for all.

    Raises:
        WeightsError: A file is missing, changed, or does not fit the network.
    """

    def __init__(self, manifest: Manifest, precision: Precision = "auto", threads: int | None = None) -> None:
        self.precision = used_precision(precision)
        self._name = manifest.name
        self._members: Sequence[Network] = make_networks(load_members(manifest), self.precision, threads)

    def predict(self, slices: Array, only_above: float | None = None) -> Array:
        """Return the mean probability.

        Args:
            slices: (N, Y, X, 2) FLAIR and T1, prepared with the manifest's recipe.
            only_above: Where only "mean above this, or not" is wanted: a slice in which no pixel can
                get above it any more, whatever the remaining members say, is not computed further,
                and its values are a lower bound of the mean.

        Returns:
            (N, Y, X) float32.

        Raises:
            WeightsError: A member computes NaN.
        """
        count = len(self._members)
        total = np.zeros(slices.shape[:3], np.float32)
        undecided = np.arange(len(slices))
        for done, member in enumerate(self._members, start=1):
            total[undecided] += self._predict_one(member, slices[undecided])
            if only_above is not None:
                highest = total[undecided].max(axis=(1, 2), initial=0) + (count - done)
                undecided = undecided[highest > count * only_above - ROUNDING]
        return total / np.float32(count)

    def predict_members(self, slices: Array) -> list[Array]:
        """Return each member's probability, (N, Y, X) float32."""
        return [self._predict_one(member, slices) for member in self._members]

    def _predict_one(self, member: Network, slices: Array) -> Array:
        try:
            return member.predict(slices)[..., 0]
        except WeightsError as error:
            raise WeightsError(f"weights {self._name}: {error}") from None
