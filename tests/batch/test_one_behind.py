import threading

import pytest

from wmhseg.batch.one_behind import one_behind


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(one_behind(lambda item: item * 10, iter([1, 2, 3]))) == [10, 20, 30]
    assert list(one_behind(lambda item: item, iter(()))) == []


def test_an_item_is_worked_on_while_the_next_is_made() -> None:
    made_second, began_first = threading.Event(), threading.Event()

    def items():
        yield 1
        assert began_first.wait(10), "the first was not begun while the second was made"
        made_second.set()
        yield 2

    def work(item):
        if item == 1:
            began_first.set()
            assert made_second.wait(10), "the second was not made while the first was worked on"
        return threading.current_thread() is threading.main_thread()

    assert list(one_behind(work, items())) == [False, False]


def test_at_most_two_items_exist() -> None:
    made, done = [], []

    def items():
        for item in range(4):
            assert item - len(done) <= 1
            made.append(item)
            yield item

    assert list(one_behind(done.append, items())) == [None] * 4
    assert made == [0, 1, 2, 3]


def test_an_error_is_raised_and_nothing_more_is_made() -> None:
    made = []

    def items():
        for item in range(5):
            made.append(item)
            yield item

    def work(item):
        if item == 1:
            raise ValueError("second")
        return item

    results = one_behind(work, items())
    assert next(results) == 0
    with pytest.raises(ValueError, match="second"):
        list(results)
    assert made == [0, 1, 2]


def test_closing_ends_what_was_begun() -> None:
    ended = []
    results = one_behind(ended.append, iter([1, 2, 3]))
    next(results)
    results.close()
    assert ended == [1, 2]
