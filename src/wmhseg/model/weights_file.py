"""Weights in HDF5 from anywhere: no link is followed, and no array is read before its shape fits."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import h5py

from wmhseg.errors import WeightsError

if TYPE_CHECKING:
    import keras

# What h5py and Keras raise for files that are not what they should be; deep recursion is a RuntimeError.
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, OverflowError)
# A network has 110 arrays in about 230 groups.
_MOST_ITEMS = 2000


def own_arrays(group: h5py.Group) -> dict[str, h5py.Dataset]:
    """Return all arrays below a group by name, without reading them.

    Raises:
        ValueError: A link leads elsewhere or round in a circle, or an item is no array of real numbers that
            lies in this file.
    """
    found: dict[str, h5py.Dataset] = {}
    waiting, seen = [group], {h5py.h5o.get_info(group.id).addr}
    while waiting:
        here = waiting.pop()
        for name in here:
            if not isinstance(here.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{name!r:.40} is a link")
            item = here[name]
            place = h5py.h5o.get_info(item.id).addr
            if place in seen or len(seen) > _MOST_ITEMS:
                raise ValueError("groups that hold one another, or too many")
            seen.add(place)
            if isinstance(item, h5py.Group):
                waiting.append(item)
            elif _is_plain(item):
                found[item.name] = item
            else:
                raise ValueError(f"{name!r:.40} is no array of real numbers")
    return found


def load_weights(model: "keras.Model", path: Path) -> None:
    """Read a network's weights, as Keras saves them, into a model.

    Raises:
        WeightsError: The file holds something else.
    """
    try:
        # Keras takes what it knows and leaves the rest: batch normalisation would vanish unnoticed.
        with h5py.File(path, "r") as file:
            require_shapes(own_arrays(file), [tuple(weight.shape) for weight in model.weights])
        model.load_weights(path)
    except UNREADABLE as error:
        raise others(path, error) from None


def require_shapes(arrays: Mapping[str, h5py.Dataset], expected: Iterable[tuple[int, ...]]) -> None:
    """Check that arrays have these shapes, in any order.

    Raises:
        ValueError: They have others.
    """
    found, wanted = sorted(item.shape for item in arrays.values()), sorted(expected)
    if found != wanted:
        sizes = [sum(map(math.prod, shapes)) for shapes in (found, wanted)]
        raise ValueError(
            f"{len(found)} arrays with {sizes[0]} values instead of {len(wanted)} with {sizes[1]}"
        )


def others(path: Path, error: Exception) -> WeightsError:
    """Return the error for a file that holds something else than the network's weights."""
    reason = (str(error).splitlines() or ["unreadable"])[0][:120]
    return WeightsError(f"{path}: expected weights of the U-Net, found others ({reason})")


def _is_plain(item: object) -> bool:
    return (
        isinstance(item, h5py.Dataset)
        and item.shape is not None
        and item.dtype.kind == "f"
        and not item.external
        and not item.is_virtual
    )
