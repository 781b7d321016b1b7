"""Which lesions of two times belong together: those that overlap, directly or through others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Labels = NDArray[np.int32]


@dataclass(frozen=True)
class Group:
    """Lesions that overlap: their numbers at the first and the second time; one of the two may be empty."""

    first: tuple[int, ...]
    second: tuple[int, ...]


def group_lesions(first: Labels, second: Labels, numbers: tuple[set[int], set[int]]) -> tuple[Group, ...]:
    """Return the connected parts of the graph whose nodes are lesions and whose edges are overlaps.

    Args:
        first: Lesions of the first time (Z, Y, X), 0 outside.
        second: Lesions of the second time on the same voxels.
        numbers: The lesions of each time that are compared, whether or not they have voxels here.

    Returns:
        The groups: by the smallest number at the first time, then those of the second time alone.
    """
    nodes = [(0, number) for number in sorted(numbers[0])] + [(1, number) for number in sorted(numbers[1])]
    place = {node: index for index, node in enumerate(nodes)}
    both = (first > 0) & (second > 0)
    pairs = np.unique(np.stack([first[both], second[both]]), axis=1) if both.any() else np.zeros((2, 0), int)
    rows = [place[0, int(number)] for number in pairs[0]]
    columns = [place[1, int(number)] for number in pairs[1]]
    edges = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(nodes), len(nodes)))
    count, part = connected_components(edges, directed=False)
    members: list[tuple[list[int], list[int]]] = [([], []) for _ in range(count)]
    for (time, number), index in zip(nodes, part, strict=True):
        members[index][time].append(number)
    return tuple(Group(tuple(one), tuple(other)) for one, other in members)
