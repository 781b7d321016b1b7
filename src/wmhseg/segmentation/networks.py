"""The networks that a scan goes through: the ensemble and, where it is needed, that of the structures."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wmhseg.model import ensemble_loader
from wmhseg.model.manifest import Manifest, chosen_manifest
from wmhseg.model.precision import UsedPrecision
from wmhseg.segmentation import anatomist
from wmhseg.segmentation.anatomist import Anatomist, Structures
from wmhseg.segmentation.prepare_scan import PreparedScan
from wmhseg.segmentation.segment_scan import Predicted, predict_slices
from wmhseg.settings import Settings

if TYPE_CHECKING:
    from wmhseg.model.ensemble import Ensemble

log = logging.getLogger("wmhseg")


@dataclass(frozen=True)
class Seen:
    """What the networks saw in a scan.

    Attributes:
        predicted: Probabilities of its slices.
        structures: Those of the head; None where nothing needs them.
        manifest: The ensemble.
        precision: Arithmetic of its convolutions.
    """

    predicted: Predicted
    structures: Structures | None
    manifest: Manifest
    precision: UsedPrecision


class Networks:
    """Networks that are verified now and loaded once, when asked for.

    Args:
        settings: How to compute.
        purpose: What for, in errors.

    Attributes:
        settings: How to compute.
        manifest: The ensemble's.
        anatomy: Weights that find the structures of the head, where something needs them.

    Raises:
        InputError: TensorFlow is needed and not installed.
        WeightsError: The weights are missing, changed or unfit.
    """

    def __init__(self, settings: Settings, purpose: str) -> None:
        ensemble_loader.require_runtime(settings, purpose)
        self.settings = settings
        self.manifest = chosen_manifest(settings)
        self.anatomy = anatomist.anatomy_weights() if settings.need_structures else None
        self._starting: Future[Ensemble] | None = None
        self._anatomist: Anatomist | None = None

    def start(self) -> "Future[Ensemble]":
        """Begin to load the ensemble in the background, unless that was done: meanwhile, images are read.

        For programs: while Keras or LiteRT starts, the process's standard error leads nowhere.
        """
        if self._starting is None:
            self._starting = ensemble_loader.load_in_background(self.manifest, self.settings)
        return self._starting

    def load(self) -> None:
        """Load them all now."""
        self._starting = Future()
        self._starting.set_result(ensemble_loader.load_ensemble(self.manifest, self.settings))
        if self.settings.need_structures:
            self._load_anatomist()

    def see(
        self, prepared: PreparedScan, *, in_full: bool, lap: Callable[[str], object] = lambda step: None
    ) -> Seen:
        """Show a scan to the networks.

        Args:
            prepared: The scan.
            in_full: Ask every member for every slice, not only for what decides the mask.
            lap: Called after each step with its name.

        Raises:
            WeightsError: The weights do not fit the network, or it computes NaN.
            BrainMaskError: No head or brain was found, where the structures need it prepared otherwise.
        """
        ensemble = self.start().result()
        lap("wait_for_networks")
        recipe, slices = self.manifest.recipe, prepared.windows.slices
        log.debug("%d slices to compute in %s", len(slices), ensemble.precision)
        predicted = predict_slices(ensemble, slices, None if in_full else recipe.threshold)
        lap("network")
        structures = None
        if self.settings.need_structures:
            structures = self._load_anatomist().look_at(prepared, recipe)
            lap("anatomy")
        return Seen(predicted, structures, self.manifest, ensemble.precision)

    def _load_anatomist(self) -> Anatomist:
        if self._anatomist is None:
            self._anatomist = anatomist.load_anatomist(self.settings.threads)
        return self._anatomist
