"""A trained network's probabilities on a case, computed once and kept beside the network."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wmhseg.experiments.material import Input
from wmhseg.io.writing import make_folder, replacing
from wmhseg.model.manifest import PAPER_WIDTHS
from wmhseg.model.start_keras import start_keras
from wmhseg.training.files import WEIGHTS

_BATCH = 8
_DIGEST_LENGTH = 12


class Predictor:
    """Networks of one architecture; one is in memory at a time.

    Args:
        widths: Channels of the encoder and decoder levels; None for the paper's.
    """

    def __init__(self, widths: tuple[tuple[int, ...], tuple[int, ...]] | None) -> None:
        self._widths = widths
        self._networks: dict[tuple[int, int], Any] = {}
        self._loaded: dict[tuple[int, int], Path] = {}

    def probability(self, folder: Path, case: Input) -> NDArray[np.float32]:
        """Return the probability on every slice, (N, rows, columns); kept as float16.

        Args:
            folder: Of the trained network.
            case: The case's slices, of the variant that the network was trained with.

        Raises:
            OutputError: The result cannot be kept.
        """
        name = f"{case.slices.site}__{case.slices.name}-{case.digest[:_DIGEST_LENGTH]}.npy"
        path = folder / "predictions" / name
        if not path.is_file():
            make_folder(path.parent)
            computed = self._compute(folder, np.asarray(case.slices.images, np.float32))
            with replacing(path) as temporary:
                np.save(temporary, computed.astype(np.float16))
        return np.load(path, allow_pickle=False).astype(np.float32)

    def _compute(self, folder: Path, slices: NDArray[np.float32]) -> NDArray[np.float32]:
        network = self._network(folder, (slices.shape[1], slices.shape[2]))
        # One batch size, one graph: the last batch is filled up with empty slices.
        padded = np.zeros((-(-len(slices) // _BATCH) * _BATCH, *slices.shape[1:]), np.float32)
        padded[: len(slices)] = slices
        return np.asarray(network.predict(padded, batch_size=_BATCH, verbose=0)[: len(slices), ..., 0])

    def _network(self, folder: Path, size_yx: tuple[int, int]) -> Any:
        start_keras()
        from wmhseg.model.unet import build_unet

        if size_yx not in self._networks:
            self._networks[size_yx] = build_unet(size_yx, widths=self._widths or PAPER_WIDTHS)
        if self._loaded.get(size_yx) != folder:
            self._networks[size_yx].load_weights(folder / WEIGHTS)
            self._loaded[size_yx] = folder
        return self._networks[size_yx]
