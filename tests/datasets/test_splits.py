"""Splits by subject, by scanner and by ratio, and their files."""

from pathlib import Path

import pytest

from wmhseg.datasets.cases import Case
from wmhseg.datasets.splits import (
    Split,
    case_id,
    leave_one_site_out,
    leave_one_subject_out,
    load_splits,
    record_splits,
    site_of,
    split_by_ratio,
)
from wmhseg.errors import InputError


def cases(**counts: int) -> list[Case]:
    return [Case(site, str(n), Path(site, str(n))) for site, count in counts.items() for n in range(count)]


def test_each_subject_is_tested_on_all_others() -> None:
    splits = leave_one_subject_out(cases(b=1, a=2))
    assert splits == [
        Split("a/0", ("a/1", "b/0"), test=("a/0",)),
        Split("a/1", ("a/0", "b/0"), test=("a/1",)),
        Split("b/0", ("a/0", "a/1"), test=("b/0",)),
    ]


def test_the_first_subjects_of_each_site_only() -> None:
    splits = leave_one_subject_out(cases(a=3, b=2), per_site=1)
    assert [split.test for split in splits] == [("a/0",), ("b/0",)]
    assert splits[0].train == ("a/1", "a/2", "b/0", "b/1")


def test_each_site_is_tested_on_all_others() -> None:
    splits = leave_one_site_out(cases(a=2, b=1, c=1))
    assert splits[0] == Split("a", ("b/0", "c/0"), test=("a/0", "a/1"))
    assert [split.name for split in splits] == ["a", "b", "c"]


@pytest.mark.parametrize(("ratio", "counts"), [((4, 1, 0), (48, 12, 0)), ((3, 1, 1), (36, 12, 12))])
def test_ratios_of_the_paper_on_sixty_cases(
    ratio: tuple[int, int, int], counts: tuple[int, int, int]
) -> None:
    everyone = cases(a=20, b=20, c=20)
    split = split_by_ratio(everyone, ratio, 0)
    sets = (split.train, split.validation, split.test)
    assert tuple(map(len, sets)) == counts
    assert sorted(sum(sets, ())) == sorted(map(case_id, everyone))
    per_site = [sum(site_of(name) == "b" for name in part) for part in sets]
    assert per_site == [count // 3 for count in counts]


def test_a_ratio_keeps_one_case_at_least_for_each_set() -> None:
    split = split_by_ratio(cases(a=3), (3, 1, 1), 0)
    assert [len(part) for part in (split.train, split.validation, split.test)] == [1, 1, 1]
    with pytest.raises(InputError, match=r"a: expected 3 or more cases for 3:1:1, found 2"):
        split_by_ratio(cases(a=2), (3, 1, 1), 0)


def test_the_draw_follows_the_seed_and_no_other_site() -> None:
    first = split_by_ratio(cases(a=20, b=20), (4, 1, 0), 0)
    assert first == split_by_ratio(cases(a=20, b=20)[::-1], (4, 1, 0), 0)
    assert first != split_by_ratio(cases(a=20, b=20), (4, 1, 0), 1)
    alone = split_by_ratio(cases(a=20), (4, 1, 0), 0)
    assert alone.validation == tuple(name for name in first.validation if site_of(name) == "a")


def test_too_few_cases_or_sites() -> None:
    with pytest.raises(InputError, match="expected cases of two or more sites, found a"):
        leave_one_site_out(cases(a=3))
    with pytest.raises(InputError, match="expected 2 or more different cases, found a/0"):
        leave_one_subject_out(cases(a=1))
    with pytest.raises(InputError, match="different cases, found a/0, a/0"):
        leave_one_subject_out([*cases(a=1), *cases(a=1)])


def test_splits_come_back_from_their_file(tmp_path: Path) -> None:
    path = tmp_path / "splits.json"
    splits = [split_by_ratio(cases(a=5), (3, 1, 1), 0), Split("x", ("a/1",))]
    record_splits(splits, path)
    assert load_splits(path) == splits
    record_splits(splits, path)
    with pytest.raises(InputError, match="another seed were divided here; choose another output folder"):
        record_splits(splits[:1], path)
    assert load_splits(path) == splits


def test_a_file_with_something_else(tmp_path: Path) -> None:
    path = tmp_path / "splits.json"
    path.write_text('[{"name": "a"}]')
    with pytest.raises(InputError, match=r"splits\.json: expected splits as JSON"):
        load_splits(path)
