"""Write an ensemble: its members and their manifest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from wmhseg.errors import OutputError, WeightsError
from wmhseg.io.files import file_sha256
from wmhseg.model.architecture import widths_of
from wmhseg.model.manifest import MANIFEST, Manifest, Member, write_manifest
from wmhseg.recipe import Recipe


@dataclass(frozen=True)
class Trained:
    """A network to be written, and what the manifest says about its training."""

    model: keras.Model
    batch_normalisation: bool
    training: dict[str, Any]


def write_ensemble(
    folder: str | Path, name: str, recipe: Recipe, networks: Sequence[Trained], *, half_kernels: bool = True
) -> Manifest:
    """Write one `.weights.h5` per network and `manifest.json`.

    Args:
        folder: Where to.
        name: What the ensemble is called.
        recipe: Recipe that the networks were trained with.
        networks: The members, in order.
        half_kernels: Store convolution kernels as float16: half the size, and probabilities change
            by some 1e-3. Biases and batch normalisation, whose range is wider, stay float32.

    Raises:
        OutputError: The folder cannot be written or holds an ensemble already.
        WeightsError: A kernel does not fit into float16.
    """
    folder = Path(folder)
    if (folder / MANIFEST).exists():
        raise OutputError(
            f"{folder}: expected a folder without an ensemble, found {MANIFEST}; choose another"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        members = [
            _write_member(folder / f"member-{index}.weights.h5", network, half_kernels)
            for index, network in enumerate(networks)
        ]
        manifest = Manifest(name, recipe, tuple(members), {})
        write_manifest(folder, manifest)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error})") from None
    return manifest


def _write_member(path: Path, network: Trained, half_kernels: bool) -> Member:
    full = path.with_name(f".float32-{path.name}")
    try:
        network.model.save_weights(full)
        if half_kernels:
            _halve_kernels(full, path)
        else:
            full.replace(path)
    finally:
        full.unlink(missing_ok=True)
    widths = widths_of(network.model.get_weights())
    return Member(path, file_sha256(path), network.batch_normalisation, widths, network.training)


def _halve_kernels(source: Path, target: Path) -> None:
    """Copy an HDF5 file, with 4D data sets (convolution kernels) as float16."""
    with h5py.File(source, "r") as old, h5py.File(target, "w") as new:
        new.attrs.update(old.attrs)

        def copy(name: str, item: h5py.Group | h5py.Dataset) -> None:
            if isinstance(item, h5py.Group):
                new.require_group(name).attrs.update(item.attrs)
                return
            values = item[()]
            if np.ndim(values) == 4:
                # Written so that NaN fails too.
                if not np.abs(values).max(initial=0) <= np.finfo(np.float16).max:
                    raise WeightsError(
                        f"{target}: expected kernels below 65504, found larger ones or NaN; training diverged"
                    )
                values = values.astype(np.float16)
            new.create_dataset(name, data=values).attrs.update(item.attrs)

        old.visititems(copy)
