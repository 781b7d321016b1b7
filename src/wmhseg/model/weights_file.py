"""Weights in HDF5 from anywhere: no link is followed, and no array is read before its shape fits."""

import math
from pathlib import Path

import h5py
import keras

from wmhseg.errors import WeightsError

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


def load_weights(model: keras.Model, path: Path) -> None:
    """Read a network's weights, as Keras saves them, into a model.

    Raises:
        WeightsError: The file holds something else.
    """
    try:
        # Keras takes what it knows and leaves the rest: batch normalisation would vanish unnoticed.
        expected = sorted(tuple(weight.shape) for weight in model.weights)
        with h5py.File(path, "r") as file:
            found = sorted(item.shape for item in own_arrays(file).values())
        if found != expected:
            sizes = [sum(map(math.prod, shapes)) for shapes in (found, expected)]
            raise ValueError(
                f"{len(found)} arrays with {sizes[0]} values instead of {len(expected)} with {sizes[1]}"
            )
        model.load_weights(path)
    except UNREADABLE as error:
        reason = (str(error).splitlines() or ["unreadable"])[0][:120]
        raise WeightsError(f"{path}: expected weights of the U-Net, found others ({reason})") from None


def _is_plain(item: object) -> bool:
    return (
        isinstance(item, h5py.Dataset)
        and item.shape is not None
        and item.dtype.kind == "f"
        and not item.external
        and not item.is_virtual
    )
