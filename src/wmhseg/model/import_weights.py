"""Weights from elsewhere, written as an ensemble of ours: the authors' released networks, and bare arrays."""

import json
import math
import posixpath
import reprlib
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import WeightsError
from wmhseg.io.files import file_sha256
from wmhseg.model.architecture import CONVOLUTIONS, widths_of
from wmhseg.model.export import Trained, write_ensemble
from wmhseg.model.manifest import PAPER_WIDTHS, Manifest, Widths, require_widths
from wmhseg.model.unet import build_unet
from wmhseg.model.weights_file import UNREADABLE, own_arrays
from wmhseg.recipe import Recipe

Arrays = list[NDArray[np.float32]]

ABOUT = "about"
# The published networks have 35 MB.
_MOST_BYTES = 2**30
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
        WeightsError: A file is missing, unreadable, or holds another network.
        OutputError: The folder cannot be written or holds an ensemble already.
    """
    networks = []
    half = True
    for path in map(Path, files):
        if not path.is_file():
            raise WeightsError(f"{path}: expected a weights file, found none; check the path")
        arrays, about = _read_npz(path) if path.suffix == ".npz" else (_read_keras2(path), {})
        # Others' weights are kept to the last bit: float16 only where they are.
        half = half and all(values.dtype == np.float16 for values in arrays if values.ndim == 4)
        origin = {"imported_from": path.name, "imported_sha256": file_sha256(path)}
        normalised = len(arrays) == _WITH_BN
        model = build_unet(widths=_widths_of(path, arrays), batch_normalisation=normalised)
        _require_shapes(path, arrays, [tuple(weight.shape) for weight in model.weights])
        with np.errstate(over="ignore"):
            weights = [values.astype(np.float32) for values in arrays]
        if not all(np.isfinite(values).all() for values in weights):
            raise WeightsError(f"{path}: expected numbers, found NaN or infinite weights; training diverged")
        model.set_weights(weights)
        known = {"cases": sorted(cases)} if cases else {}
        networks.append(Trained(model, normalised, {**about, **origin, **known}))
    return write_ensemble(output, name, recipe, networks, half_kernels=half)


def _widths_of(path: Path, arrays: Arrays) -> Widths:
    kernels = sum(values.ndim == 4 for values in arrays)
    if kernels != len(CONVOLUTIONS) or len(arrays) not in (_WITH_BN, _WITHOUT_BN):
        expected = [tuple(weight.shape) for weight in build_unet(batch_normalisation=False).weights]
        _require_shapes(path, arrays, expected)
    return require_widths(path, widths_of(arrays))


def _require_shapes(
    path: Path, arrays: Sequence[NDArray | h5py.Dataset], expected: Sequence[tuple[int, ...]]
) -> None:
    found = [array.shape for array in arrays]
    if found != list(expected):
        raise WeightsError(
            f"{path}: expected the published U-Net ({len(expected)} weights, the first {expected[0]}), "
            f"found {len(found)} weights {found[:1]}; were the files made for another network?"
        )


def _read_npz(path: Path) -> tuple[Arrays, dict[str, Any]]:
    try:
        _require_honest_sizes(path)
        with np.load(path, allow_pickle=False) as file:
            names = sorted(name for name in file if name != ABOUT)
            arrays = [file[name] for name in names]
            about = json.loads(file[ABOUT].tobytes()) if ABOUT in file else {}
    except (*UNREADABLE, EOFError, NotImplementedError, zlib.error, zipfile.BadZipFile) as error:
        raise WeightsError(f"{path}: expected arrays (.npz), found something else ({_line(error)})") from None
    if names != [f"w{index:03d}" for index in range(len(names))] or not isinstance(about, dict):
        raise WeightsError(
            f"{path}: expected arrays w000, w001, ... and about, found {reprlib.repr(names[:3])}"
        )
    if not all(values.dtype.kind == "f" for values in arrays):
        raise WeightsError(f"{path}: expected arrays of real numbers, found others")
    return arrays, about


def _require_honest_sizes(path: Path) -> None:
    """Compare what each array's header claims with the bytes that are there, before memory is taken for it.

    Raises:
        ValueError: An array claims more, all of them are too large, or one holds Python objects.
        BadZipFile: This is no archive.
    """
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > _MOST_BYTES:
            raise ValueError(f"more than {_MOST_BYTES} bytes")
        for part in parts:
            with archive.open(part) as file:
                version = np.lib.format.read_magic(file)
                read = (
                    np.lib.format.read_array_header_1_0
                    if version == (1, 0)
                    else (np.lib.format.read_array_header_2_0)
                )
                shape, _, kind = read(file)
            if kind.hasobject or math.prod(shape) * kind.itemsize > part.file_size:
                raise ValueError(f"{part.filename!r:.40} claims more than it holds, or Python objects")


def _read_keras2(path: Path) -> Arrays:
    """Return all weights in layer order: what counts is the order of the layers, not their names."""
    published = build_unet(widths=PAPER_WIDTHS, batch_normalisation=False)
    try:
        with h5py.File(path, "r") as file:
            is_model = isinstance(file.get("model_weights", getlink=True), h5py.HardLink)
            group = file["model_weights"] if is_model else file
            stored = own_arrays(group)
            found = [
                stored[posixpath.join(group.name, _text(layer), _text(name))]
                for layer in group.attrs["layer_names"]
                for name in group[_text(layer)].attrs["weight_names"]
            ]
            # Nothing is read before the shapes fit.
            _require_shapes(path, found, [tuple(weight.shape) for weight in published.weights])
            arrays = [np.asarray(values, np.float32) for values in found]
    except UNREADABLE as error:
        raise WeightsError(
            f"{path}: expected a Keras 2 weights file (HDF5), found something else ({_line(error)})"
        ) from None
    return arrays


def _text(name: bytes | str) -> str:
    text = name.decode() if isinstance(name, bytes) else str(name)
    if text.startswith("/"):
        raise ValueError(f"{text!r:.40} lies elsewhere")
    return text


def _line(error: Exception) -> str:
    return (str(error).splitlines() or ["unreadable"])[0][:120]
