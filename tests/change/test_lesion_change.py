import pytest

from wmhseg.change.lesion_change import MIRRORED, Judged, Kind, LesionChange, Lesions
from wmhseg.change.lesion_change import judge as judge_by_noise
from wmhseg.change.lesion_groups import Group
from wmhseg.change.noise import Noise

NOISE = Noise("same", constant_ml=0.0, share=0.0, lesion=0.5, least_ml=0.03)


def judge(group: Group, first: Lesions, second: Lesions) -> Judged:
    return judge_by_noise(group, first, second, NOISE)


def lesions(volumes: dict[int, float], **other: float) -> Lesions:
    return Lesions(volumes, {int(name[1:]): probability for name, probability in other.items()})


@pytest.mark.parametrize(("highest", "sure"), [(0.05, True), (0.09, True), (0.11, False), (0.6, False)])
def test_new_where_the_earlier_probability_is_low_and_unsure_where_it_is_not(highest: float, sure: bool):
    one, none = lesions({3: 0.5}, _3=highest), lesions({})
    assert judge(Group((), (3,)), none, one) == Judged(Kind.NEW, sure, (0, 0.5), highest)
    assert judge(Group((3,), ()), one, none) == Judged(Kind.GONE, sure, (0.5, 0), highest)


def test_a_lesion_without_halfway_voxels_is_never_sure():
    assert judge(Group((), (3,)), lesions({}), lesions({3: 0.5})) == Judged(Kind.NEW, False, (0, 0.5), None)


def test_a_very_small_lesion_of_one_time_is_never_sure():
    for volume, sure in ((0.029, False), (0.03, True)):
        found = judge(Group((), (1,)), lesions({}), lesions({1: volume}, _1=0.01))
        assert (found.kind, found.sure) == (Kind.NEW, sure)


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [(1.0, 1.0, Kind.UNCHANGED), (1.0, 3.0, Kind.GROWN), (3.0, 1.0, Kind.SHRUNK)],
)
def test_one_and_one_by_volume(first: float, second: float, kind: Kind):
    found = judge(Group((1,), (1,)), lesions({1: first}), lesions({1: second}))
    assert found == Judged(kind, True, (first, second), None)


def test_grown_begins_beyond_noise_of_the_mean_volume():
    just = 0.5  # of a mean of 1 ml: 0.5 * 1^(2/3)
    for factor, kind in ((0.98, Kind.UNCHANGED), (1.02, Kind.GROWN)):
        change = just * factor
        found = judge(Group((1,), (1,)), lesions({1: 1 - change / 2}), lesions({1: 1 + change / 2}))
        assert found.kind is kind


def test_merged_and_split_by_the_pieces_that_are_no_crumbs():
    three, one = lesions({1: 0.5, 2: 0.4, 3: 0.05}), lesions({1: 1.2})
    assert judge(Group((1, 2, 3), (1,)), three, one) == Judged(Kind.MERGED, True, (0.95, 1.2), None)
    assert judge(Group((1,), (1, 2, 3)), one, three) == Judged(Kind.SPLIT, True, (1.2, 0.95), None)
    # The third alone is a crumb of 5 %.
    crumb = lesions({1: 0.95, 3: 0.05})
    assert judge(Group((1, 3), (1,)), crumb, lesions({1: 1.0})).kind is Kind.UNCHANGED
    assert judge(Group((1, 3), (1,)), crumb, lesions({1: 3.0})).kind is Kind.GROWN


def test_two_and_two_go_by_volume():
    two = lesions({1: 0.5, 2: 0.5})
    assert judge(Group((1, 2), (1, 2)), two, two).kind is Kind.UNCHANGED
    assert judge(Group((1, 2), (1, 2)), two, lesions({1: 2.0, 2: 1.0})).kind is Kind.GROWN


def test_a_mirrored_change_goes_the_other_way_and_twice_is_the_same():
    one = LesionChange(
        Kind.MERGED, True, (1.0, 1.5), ((1, 2), (7,)), None, ((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)), 9
    )
    other = one.mirrored()
    assert (other.kind, other.volumes_ml, other.numbers) == (Kind.SPLIT, (1.5, 1.0), ((7,), (1, 2)))
    assert (one.change_ml, other.change_ml) == (0.5, -0.5)
    assert other.centres_ras_mm == ((4.0, 5.0, 6.0), (1.0, 2.0, 3.0))
    assert other.mirrored() == one
    assert {MIRRORED[MIRRORED[kind]] is kind for kind in Kind} == {True}
