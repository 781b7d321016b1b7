import numpy as np

from wmhseg.change.lesion_groups import Group, group_lesions


def row(*values: int) -> np.ndarray:
    return np.array(values, np.int32).reshape(1, 1, -1)


def groups(first: np.ndarray, second: np.ndarray) -> set[Group]:
    numbers = {int(n) for n in first.ravel() if n}, {int(n) for n in second.ravel() if n}
    return set(group_lesions(first, second, numbers))


def test_overlap_makes_a_group_and_a_touch_does_not():
    assert groups(row(1, 1, 0, 2), row(0, 1, 1, 0)) == {Group((1,), (1,)), Group((2,), ())}


def test_lesions_alone_are_groups_of_their_own():
    assert groups(row(1, 0, 0), row(0, 0, 1)) == {Group((1,), ()), Group((), (1,))}


def test_two_that_one_covers_are_one_group():
    assert groups(row(1, 0, 2), row(3, 3, 3)) == {Group((1, 2), (3,))}
    assert groups(row(3, 3, 3), row(1, 0, 2)) == {Group((3,), (1, 2))}


def test_a_chain_of_overlaps_is_one_group():
    assert groups(row(1, 1, 0, 2, 2), row(0, 1, 1, 1, 0)) == {Group((1, 2), (1,))}
    assert groups(row(1, 1, 2, 2, 0), row(0, 4, 4, 5, 5)) == {Group((1, 2), (4, 5))}


def test_a_lesion_without_voxels_here_is_compared_too():
    assert group_lesions(row(0, 0), row(0, 1), ({5}, {1})) == (Group((5,), ()), Group((), (1,)))


def test_no_lesions_are_no_groups():
    assert group_lesions(row(0, 0), row(0, 0), (set(), set())) == ()
