"""Weights from elsewhere, written as an ensemble of ours: the authors' released networks, and bare arrays."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import InputError
from wmhseg.io.files import file_sha256
from wmhseg.model.export import Trained, write_ensemble
from wmhseg.model.manifest import PAPER_WIDTHS, Manifest
from wmhseg.model.unet import CONVOLUTIONS, build_unet, widths_of
from wmhseg.recipe import Recipe

Arrays = list[NDArray[np.float32]]

ABOUT = "about"
_WITHOUT_BN, _WITH_BN = 2 * len(CONVOLUTIONS), 2 * len(CONVOLUTIONS) + 4 * (len(CONVOLUTIONS) - 1)


def import_networks(
    files: Sequence[str | Path], recipe: Recipe, output: str | Path, name: str, cases: Sequence[str] = ()
) -> Manifest:
    """Write an ensemble from weight files, one network each.

    HDF5 files are Keras 2's of the published network. `.npz` files hold the arrays w000, w001, ... in the
    order of `build_unet(...).get_weights()`, of any widths, with batch normalisation or without, and
    perhaps `about`: what is known of the training, as JSON in bytes.

    Args:
        files: The networks.
        recipe: Recipe that they were trained with.
        output: Folder to write.
        name: What the ensemble is called.
        cases: Real cases that they were trained on, as "site/case".

    Raises:
        InputError: A file is missing, unreadable, or holds another network.
        OutputError: The folder cannot be written or holds an ensemble already.
    """
    networks = []
    half = True
    for path in map(Path, files):
        if not path.is_file():
            raise InputError(f"{path}: expected a weights file, found none; check the path")
        arrays, about = _read_npz(path) if path.suffix == ".npz" else (_read_keras2(path), {})
        # Others' weights are kept to the last bit: float16 only where they are.
        half = half and all(values.dtype == np.float16 for values in arrays if values.ndim == 4)
        origin = {"imported_from": path.name, "imported_sha256": file_sha256(path)}
        normalised = len(arrays) == _WITH_BN
        model = build_unet(widths=_widths(path, arrays), batch_normalisation=normalised)
        _require_shapes(path, arrays, [tuple(weight.shape) for weight in model.weights])
        model.set_weights([values.astype(np.float32) for values in arrays])
        known = {"cases": sorted(cases)} if cases else {}
        networks.append(Trained(model, normalised, {**about, **origin, **known}))
    return write_ensemble(output, name, recipe, networks, half_kernels=half)


def _widths(path: Path, arrays: Arrays) -> Any:
    kernels = sum(values.ndim == 4 for values in arrays)
    if kernels != len(CONVOLUTIONS) or len(arrays) not in (_WITH_BN, _WITHOUT_BN):
        expected = [tuple(weight.shape) for weight in build_unet(batch_normalisation=False).weights]
        _require_shapes(path, arrays, expected)
    return widths_of(arrays)


def _require_shapes(path: Path, arrays: Arrays, expected: Sequence[tuple[int, ...]]) -> None:
    found = [array.shape for array in arrays]
    if found != list(expected):
        raise InputError(
            f"{path}: expected the published U-Net ({len(expected)} weights, the first {expected[0]}), "
            f"found {len(found)} weights {found[:1]}; were the files made for another network?"
        )
    if not all(np.isfinite(array).all() for array in arrays):
        raise InputError(f"{path}: expected numbers, found NaN or infinite weights; training diverged")


def _read_npz(path: Path) -> tuple[Arrays, dict[str, Any]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            names = sorted(name for name in file if name != ABOUT)
            arrays = [file[name] for name in names]
            about = json.loads(file[ABOUT].tobytes()) if ABOUT in file else {}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: expected arrays (.npz), found something else ({error})") from None
    if names != [f"w{index:03d}" for index in range(len(names))] or not isinstance(about, dict):
        raise InputError(f"{path}: expected arrays w000, w001, ... and about, found {names[:3]}")
    return arrays, about


def _read_keras2(path: Path) -> Arrays:
    """Return all weights in layer order: what counts is the order of the layers, not their names."""
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
    published = build_unet(widths=PAPER_WIDTHS, batch_normalisation=False)
    _require_shapes(path, arrays, [tuple(weight.shape) for weight in published.weights])
    return arrays


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)
