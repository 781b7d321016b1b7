"""The networks that many scans go through, each loaded once and only where a scan needs it."""

from concurrent.futures import Future
from typing import TYPE_CHECKING

from wmhseg.model import ensemble_loader
from wmhseg.model.manifest import Manifest
from wmhseg.segmentation import anatomist
from wmhseg.segmentation.anatomist import Anatomist, Structures
from wmhseg.segmentation.prepare_scan import PreparedScan
from wmhseg.settings import Settings

if TYPE_CHECKING:
    from wmhseg.model.ensemble import Ensemble


class LoadedNetworks:
    """The ensemble, loaded in the background, and the network of the structures.

    Attributes:
        manifest: The ensemble's.
        settings: How to compute.
    """

    def __init__(self, manifest: Manifest, settings: Settings) -> None:
        self.manifest = manifest
        self.settings = settings
        self._starting: Future[Ensemble] | None = None
        self._anatomist: Anatomist | None = None

    def start(self) -> "Future[Ensemble]":
        """Return the ensemble that is being loaded; the first call begins."""
        if self._starting is None:
            self._starting = ensemble_loader.load_in_background(self.manifest, self.settings)
        return self._starting

    def structures(self, prepared: PreparedScan) -> Structures | None:
        """Return those of a head, where something needs them; the network is loaded for the first."""
        if not self.settings.need_structures:
            return None
        if self._anatomist is None:
            self._anatomist = anatomist.load_anatomist(self.settings.threads)
        return self._anatomist.look_at(prepared, self.manifest.recipe)
