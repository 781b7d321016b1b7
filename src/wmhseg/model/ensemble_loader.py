"""The ensemble, whose loading takes time that is better spent meanwhile."""

import logging
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from wmhseg.extras import require_packages
from wmhseg.model.manifest import Manifest
from wmhseg.model.network import needs_keras
from wmhseg.model.precision import used_precision
from wmhseg.model.start_keras import set_environment, start_keras, start_litert
from wmhseg.settings import Settings

if TYPE_CHECKING:
    from wmhseg.model.ensemble import Ensemble

log = logging.getLogger("wmhseg")


def require_runtime(settings: Settings, purpose: str) -> None:
    """Find out before hours of work whether what computes the network is installed.

    Raises:
        InputError: It is not.
    """
    if _by_keras(settings):
        require_packages("tensorflow", extra="cpu", purpose=purpose)


def load_ensemble(manifest: Manifest, settings: Settings) -> "Ensemble":
    """Verify and read the weights; where Keras computes, TensorFlow is imported.

    Raises:
        WeightsError: A file is missing, changed, or does not fit the network.
    """
    from wmhseg.model.ensemble import Ensemble

    if _by_keras(settings):
        set_environment()
        from wmhseg.model.keras_network import gpu_missing, use_threads

        if settings.threads:
            use_threads(settings.threads)
        if gpu_missing():
            log.info("no GPU found: computing on the CPU")
    return Ensemble(manifest, settings.precision, settings.threads)


def load_in_background(manifest: Manifest, settings: Settings) -> "Future[Ensemble]":
    """Load in a thread that nobody has to wait for when something else fails first.

    For programs: while Keras or LiteRT starts, the process's standard error leads nowhere.
    """
    future: Future[Ensemble] = Future()

    def target() -> None:
        try:
            start = start_keras if _by_keras(settings) else start_litert
            start()
            future.set_result(load_ensemble(manifest, settings))
        except BaseException as error:  # handed to whoever asks for the result
            future.set_exception(error)

    threading.Thread(target=target, daemon=True).start()
    return future


def _by_keras(settings: Settings) -> bool:
    return needs_keras(used_precision(settings.precision))
