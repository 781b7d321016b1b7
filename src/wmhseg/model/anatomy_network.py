"""The network that tells the structures of a head apart: verified weights, loaded once."""

import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import WeightsError
from wmhseg.model.manifest import Manifest
from wmhseg.model.member_weights import load_members
from wmhseg.model.network import make_networks

Array = NDArray[np.float32]

# Those of `wmhseg.anatomy.structure.Structure`, in its order.
CLASSES = 8


class AnatomyNetwork:
    """A network with a probability for each structure; always float32, as it takes little time.

    Args:
        manifest: Which file; it is verified before it is opened.
        threads: Threads to compute with; None for all.

    Attributes:
        recipe: How its slices are prepared.

    Raises:
        WeightsError: The file is missing, changed, or does not fit the network, or is not the only one.
    """

    def __init__(self, manifest: Manifest, threads: int | None = None) -> None:
        if len(manifest.members) != 1:
            raise WeightsError(
                f"weights {manifest.name}: expected one network of the anatomy, found "
                f"{len(manifest.members)}; copy the weights again"
            )
        self.recipe, self._name = manifest.recipe, manifest.name
        (self._network,) = make_networks(load_members(manifest, CLASSES), "float32", threads)

    def predict(self, slices: Array) -> Array:
        """Return the structures' probabilities, which sum to 1.

        Args:
            slices: (N, Y, X, 2) FLAIR and T1 (0 without), prepared with the recipe.

        Returns:
            (N, Y, X, 8) float32, in the order of `Structure`.

        Raises:
            WeightsError: The network computes NaN.
        """
        try:
            return self._network.predict(slices)
        except WeightsError as error:
            raise WeightsError(f"weights {self._name}: {error}") from None
