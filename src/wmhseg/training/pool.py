"""The slices that batches are drawn from: on the device as one array, and what the host knows of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.datasets.slices import WMH, SliceSet
from wmhseg.errors import InputError
from wmhseg.training.windows import Windows

# A pool that grows has room for half as many slices again: a new size is a new graph to build.
ROOM, LEAST_ROOM = 1.5, 1024


@dataclass(frozen=True)
class Case:
    """Where a case's slices are in the pool.

    Attributes:
        site: Its site.
        first: Number of its first slice.
        lesions: Rows and columns (K, 2) of WMH in each slice.
    """

    site: str
    first: int
    lesions: tuple[NDArray[np.int16], ...]


class Pool:
    """Slices of training cases; more can join.

    Args:
        patch: Rows and columns of the windows that are cut from them.
        grows: Leave room for more.
    """

    windows: Windows

    def __init__(self, patch: int, *, grows: bool) -> None:
        self._patch, self._grows = patch, grows
        self._sets: list[SliceSet] = []
        self._count = 0
        self.cases: list[Case] = []

    @property
    def size_yx(self) -> tuple[int, int]:
        """Return the rows and columns of every slice."""
        rows, columns = self._sets[0].labels.shape[1:]
        return rows, columns

    def add(self, sets: Sequence[SliceSet]) -> bool:
        """Put cases behind those that are there; return whether `windows` is another layer, with more room.

        Raises:
            InputError: Slices differ in size.
        """
        if not sets:
            return False
        first = self._count
        for one in sets:
            self._sets.append(one)
            self._require_size(one)
            lesions = tuple(np.argwhere(labels == WMH).astype(np.int16) for labels in one.labels)
            self.cases.append(Case(one.site, self._count, lesions))
            self._count += len(one.images)
        if first and self._count <= self.windows.capacity:
            self.windows.write(first, joined(sets, self._count - first))
            return False
        room = max(LEAST_ROOM, int(ROOM * self._count)) if self._grows else self._count
        self.windows = Windows(joined(self._sets, room), self._patch)
        return True

    def _require_size(self, one: SliceSet) -> None:
        if one.labels.shape[1:] != self.size_yx:
            raise InputError(
                f"{one.site}/{one.name}: expected slices of {self.size_yx} pixels as in "
                f"{self._sets[0].site}/{self._sets[0].name}, found {one.labels.shape[1:]}; "
                "prepare all cases with one recipe"
            )


def joined(sets: Sequence[SliceSet], room: int) -> NDArray[np.float16]:
    """Return (room, rows, columns, 3): FLAIR, T1 and label, one after the other, then zeros."""
    joined = np.zeros((room, *sets[0].labels.shape[1:], 3), np.float16)
    start = 0
    for one in sets:
        part = joined[start : start + len(one.images)]
        part[..., :2], part[..., 2] = one.images, one.labels
        start += len(part)
    return joined
