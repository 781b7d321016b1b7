"""Where the structures of a head come from: the one place that knows the anatomy network."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from wmhseg.io.volume import Volume
from wmhseg.model.provenance import HashedFile
from wmhseg.segmentation.prepare_scan import PreparedScan


@dataclass(frozen=True)
class Structures:
    """The structures of a head.

    Attributes:
        volume: Values of `Structure`, uint8, on the FLAIR's own grid.
        weights: Of the network that found them.
    """

    volume: Volume
    weights: HashedFile


@dataclass(frozen=True)
class Anatomist:
    """What finds structures.

    Attributes:
        weights: Of its network.
        find: From a prepared scan to values of `Structure`, uint8, on the FLAIR's own grid.
    """

    weights: HashedFile
    find: Callable[[PreparedScan], Volume]

    def look_at(self, prepared: PreparedScan) -> Structures:
        """Return the structures of a prepared scan."""
        return Structures(self.find(prepared), self.weights)


def anatomy_weights() -> HashedFile:
    """Return name and SHA-256 of the anatomy network's weights, without loading them.

    Raises:
        WeightsError: They are missing or changed.
    """
    weights: HashedFile = import_module("wmhseg.model.anatomy_network").anatomy_weights()
    return weights


def load_anatomist() -> Anatomist:
    """Load the anatomy network; TensorFlow is imported.

    Raises:
        WeightsError: The weights are missing, changed or unfit.
    """
    network = import_module("wmhseg.model.anatomy_network").AnatomyNetwork()
    find_anatomy = import_module("wmhseg.segmentation.find_anatomy").find_anatomy

    def find(prepared: PreparedScan) -> Volume:
        structures: Volume = find_anatomy(prepared, network)
        return structures

    return Anatomist(anatomy_weights(), find)
