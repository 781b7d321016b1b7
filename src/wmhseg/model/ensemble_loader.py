"""The ensemble, whose loading takes seconds that are better spent meanwhile."""

import logging
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from wmhseg.model.manifest import Manifest
from wmhseg.model.start_keras import set_environment, start_keras
from wmhseg.settings import Settings

if TYPE_CHECKING:
    from wmhseg.model.ensemble import Ensemble

log = logging.getLogger("wmhseg")


def load_ensemble(manifest: Manifest, settings: Settings) -> "Ensemble":
    """Import TensorFlow, verify and read the weights.

    Raises:
        WeightsError: A file is missing, changed, or does not fit the network.
    """
    set_environment()
    from wmhseg.model.ensemble import Ensemble, gpu_missing, use_threads

    if settings.threads:
        use_threads(settings.threads)
    if gpu_missing():
        log.info("no GPU found: computing on the CPU")
    return Ensemble(manifest, settings.precision)


def load_in_background(manifest: Manifest, settings: Settings) -> "Future[Ensemble]":
    """Load in a thread that nobody has to wait for when something else fails first.

    For programs: while Keras is imported, the process's standard error leads nowhere.
    """
    future: Future[Ensemble] = Future()

    def target() -> None:
        try:
            start_keras()
            future.set_result(load_ensemble(manifest, settings))
        except BaseException as error:  # handed to whoever asks for the result
            future.set_exception(error)

    threading.Thread(target=target, daemon=True).start()
    return future
