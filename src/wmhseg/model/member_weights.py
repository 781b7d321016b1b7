"""A member's weights from its file to what every runtime takes: verified, and without batch normalisation."""

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from wmhseg.errors import WeightsError
from wmhseg.model.architecture import CONVOLUTIONS, kernel_shapes
from wmhseg.model.manifest import Manifest, Member, verify
from wmhseg.model.weights_file import UNREADABLE, others, own_arrays, require_shapes

Array = NDArray[np.float32]

# Keras numbers layers of a kind, the first without a number.
_CONVOLUTION, _NORMALISATION = "conv2d", "batch_normalization"
# Keras' default, which no network here changes.
EPSILON = 1e-3


def load_members(manifest: Manifest, outputs: int = 1) -> list[list[Array]]:
    """Verify and read all members; batch normalisation is folded into the convolutions.

    Args:
        manifest: Which files.
        outputs: Probabilities per pixel.

    Returns:
        For each member kernel and bias of each of `CONVOLUTIONS`, in order.

    Raises:
        WeightsError: A file is missing, changed, does not fit the network, or holds NaN.
    """
    members = []
    for member in manifest.members:
        verify(member)
        arrays = _read(member, outputs)
        with np.errstate(all="ignore"):
            members.append(fold(arrays) if member.batch_normalisation else arrays)
        if not all(np.isfinite(values).all() for values in members[-1]):
            raise WeightsError(f"{member.path}: expected numbers, found NaN or infinite weights")
    return members


def fold(arrays: Sequence[Array]) -> list[Array]:
    """Return the weights of the same network without batch normalisation, folded in exactly.

    kernel' = kernel * gamma / sqrt(variance + eps); bias' = (bias - mean) * gamma / sqrt(...) + beta.

    Args:
        arrays: Kernel, bias, gamma, beta, mean and variance of each convolution but the last, in order; then
            its kernel and bias.
    """
    folded: list[Array] = []
    for place in range(0, len(arrays) - 2, 6):
        kernel, bias, gamma, beta, mean, variance = arrays[place : place + 6]
        factor = gamma / np.sqrt(variance + EPSILON)
        folded += [kernel * factor, (bias - mean) * factor + beta]
    return [*folded, *arrays[-2:]]


def _read(member: Member, outputs: int) -> list[Array]:
    """Return all arrays of a file as float32, layer by layer."""
    shapes = _shapes(member, outputs)
    try:
        with h5py.File(member.path, "r") as file:
            found = own_arrays(file)
            require_shapes(found, shapes.values())
            arrays = []
            for name, shape in shapes.items():
                if found[name].shape != shape:
                    raise ValueError(f"{name} is {found[name].shape} instead of {shape}")
                # NumPy widens float16 thirty times as fast as HDF5 does.
                arrays.append(found[name][()].astype(np.float32))
            return arrays
    except UNREADABLE as error:
        raise others(Path(member.path), error) from None


def _shapes(member: Member, outputs: int) -> dict[str, tuple[int, ...]]:
    """Return the arrays that a file holds, by Keras' name, in the order of the layers."""
    shapes: dict[str, tuple[int, ...]] = {}
    for number, kernel in enumerate(kernel_shapes(member.widths, outputs)):
        own = [kernel, kernel[-1:]]
        shapes |= {f"{_layer(_CONVOLUTION, number)}/{i}": shape for i, shape in enumerate(own)}
        if member.batch_normalisation and number < len(CONVOLUTIONS) - 1:
            name = _layer(_NORMALISATION, number)
            shapes |= {f"{name}/{i}": kernel[-1:] for i in range(4)}
    return shapes


def _layer(kind: str, number: int) -> str:
    return f"/layers/{kind}{f'_{number}' if number else ''}/vars"
