"""Read the authors' released networks (Keras 2 HDF5) and write them as an ensemble of ours."""

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import InputError
from wmhseg.io.files import file_sha256
from wmhseg.model.export import Trained, write_ensemble
from wmhseg.model.manifest import Manifest
from wmhseg.model.unet import build_unet
from wmhseg.recipe import Recipe


def import_keras2(files: Sequence[str | Path], recipe: Recipe, output: str | Path) -> Manifest:
    """Write an ensemble from Keras 2 weight files of the published network.

    What counts is the order of the layers, not their names: 19 convolutions, kernel and bias
    each, without batch normalisation.

    Raises:
        InputError: A file is missing, unreadable, or holds another network.
        OutputError: The folder cannot be written or holds an ensemble already.
    """
    networks = []
    for path in map(Path, files):
        model = build_unet(batch_normalisation=False)
        model.set_weights(_read(path, [weight.shape for weight in model.weights]))
        networks.append(
            Trained(model, False, {"imported_from": path.name, "imported_sha256": file_sha256(path)})
        )
    # Others' weights are kept to the last bit: float16 would move probabilities by 1e-3.
    return write_ensemble(output, recipe.name, recipe, networks, half_kernels=False)


def _read(path: Path, expected: list[tuple[int, ...]]) -> list[NDArray[np.float32]]:
    """Return all weights in layer order and compare their shapes with the network's."""
    if not path.is_file():
        raise InputError(f"{path}: expected a Keras 2 weights file, found none; check the path")
    try:
        with h5py.File(path, "r") as file:
            group = file.get("model_weights", file)
            arrays = [
                np.asarray(group[_text(layer)][_text(name)], np.float32)
                for layer in group.attrs["layer_names"]
                for name in group[_text(layer)].attrs["weight_names"]
            ]
    except (OSError, KeyError) as error:
        raise InputError(
            f"{path}: expected a Keras 2 weights file (HDF5), found something else ({error})"
        ) from None
    found = [array.shape for array in arrays]
    if found != expected:
        raise InputError(
            f"{path}: expected the published U-Net ({len(expected)} weights, the first {expected[0]}), "
            f"found {len(found)} weights {found[:1]}; were the files made for another network?"
        )
    return arrays


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)
