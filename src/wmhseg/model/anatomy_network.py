"""The network that tells the structures of a head apart: verified weights, loaded once."""

import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import WeightsError
from wmhseg.model.ensemble import load_members
from wmhseg.model.graph import Graph
from wmhseg.model.manifest import Manifest
from wmhseg.model.unet import widths_of
from wmhseg.model.upsampling import split_weights

Array = NDArray[np.float32]

# Those of `wmhseg.anatomy.structure.Structure`, in its order.
CLASSES = 8


class AnatomyNetwork:
    """A network with a probability for each structure; always float32, as it takes little time.

    Args:
        manifest: Which file; it is verified before it is opened.

    Attributes:
        recipe: How its slices are prepared.

    Raises:
        WeightsError: The file is missing, changed, or does not fit the network, or is not the only one.
    """

    def __init__(self, manifest: Manifest) -> None:
        if len(manifest.members) != 1:
            raise WeightsError(
                f"weights {manifest.name}: expected one network of the anatomy, found "
                f"{len(manifest.members)}; copy the weights again"
            )
        weights = load_members(manifest, CLASSES)[0]
        self.recipe = manifest.recipe
        self._name, self._widths, self._by_layer = manifest.name, widths_of(weights), split_weights(weights)
        self._graphs: dict[tuple[int, int], Graph] = {}

    def predict(self, slices: Array) -> Array:
        """Return the structures' probabilities, which sum to 1.

        Args:
            slices: (N, Y, X, 2) FLAIR and T1 (0 without), prepared with the recipe.

        Returns:
            (N, Y, X, 8) float32, in the order of `Structure`.

        Raises:
            WeightsError: The network computes NaN.
        """
        size_yx = (slices.shape[1], slices.shape[2])
        if size_yx not in self._graphs:
            self._graphs[size_yx] = Graph(size_yx, self._widths, "float32", CLASSES)
            self._graphs[size_yx].set_weights(self._by_layer)
        try:
            return self._graphs[size_yx].predict(slices)
        except WeightsError as error:
            raise WeightsError(f"weights {self._name}: {error}") from None
