"""Where the structures of a head come from: the one place that knows the anatomy network."""

from collections.abc import Callable
from dataclasses import dataclass

from wmhseg.io.volume import Volume
from wmhseg.model.manifest import Manifest, anatomy_folder, read_manifest, verify
from wmhseg.model.provenance import HashedFile
from wmhseg.recipe import Recipe
from wmhseg.segmentation.find_anatomy import find_anatomy
from wmhseg.segmentation.prepare_scan import PreparedScan, prepare_scan


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
        recipe: How its slices are prepared.
        find: From a prepared scan to values of `Structure`, uint8, on the FLAIR's own grid.
    """

    weights: HashedFile
    recipe: Recipe
    find: Callable[[PreparedScan], Volume]

    def look_at(self, prepared: PreparedScan, recipe: Recipe) -> Structures:
        """Return the structures of a scan that was prepared with `recipe`.

        Raises:
            WeightsError: The network computes NaN.
            BrainMaskError: No head or brain was found, where the scan has to be prepared otherwise.
        """
        if not recipe.prepares_as(self.recipe):
            prepared = prepare_scan(prepared.scan, self.recipe)
        return Structures(self.find(prepared), self.weights)


def anatomy_weights() -> HashedFile:
    """Return name and SHA-256 of the anatomy network's weights, verified but not loaded.

    Raises:
        WeightsError: They are missing or changed.
    """
    return _hashed(read_manifest(anatomy_folder()))


def load_anatomist(threads: int | None = None) -> Anatomist:
    """Load the anatomy network.

    Args:
        threads: Threads to compute with; None for all.

    Raises:
        WeightsError: The weights are missing, changed or unfit.
    """
    from wmhseg.model.anatomy_network import AnatomyNetwork

    manifest = read_manifest(anatomy_folder())
    network = AnatomyNetwork(manifest, threads)
    return Anatomist(_hashed(manifest), manifest.recipe, lambda prepared: find_anatomy(prepared, network))


def _hashed(manifest: Manifest) -> HashedFile:
    for member in manifest.members:
        verify(member)
    return HashedFile(manifest.name, manifest.members[0].sha256)
