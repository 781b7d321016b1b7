"""Processes that work ahead: answers, deaths, how far ahead, and that none is left."""

import os
import time
from pathlib import Path
from types import ModuleType

import pytest

from wmhseg.batch.workers import Died, work_ahead


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("count", [1, 2])
def test_each_task_has_its_answer(tasks: ModuleType, count: int) -> None:
    found = dict(work_ahead(tasks.square, [1, 2, 3, 4, 5], count))
    assert found == {1: 1, 2: 4, 3: 9, 4: 16, 5: 25}


def test_more_processes_than_tasks_and_no_task(tasks: ModuleType) -> None:
    assert list(work_ahead(tasks.square, [7], 3)) == [(7, 49)]
    assert list(work_ahead(tasks.square, [], 3)) == []


def test_a_death_costs_one_task(tasks: ModuleType) -> None:
    found = list(work_ahead(tasks.die_at_three, [1, 2, 3, 4, 5], 1))
    assert found == [(1, 1), (2, 2), (3, Died(-9)), (4, 4), (5, 5)]


def test_a_death_at_the_last_task_ends_the_loop(tasks: ModuleType) -> None:
    assert list(work_ahead(tasks.die_at_three, [3], 2)) == [(3, Died(-9))]


def test_processes_do_not_import_tensorflow(tasks: ModuleType) -> None:
    assert list(work_ahead(tasks.heavy_modules, [0], 1)) == [(0, [])]


def test_no_process_is_further_ahead_than_one_answer(tasks: ModuleType, tmp_path: Path) -> None:
    answers = work_ahead(tasks.note_start, [(tmp_path, number) for number in range(6)], 1)
    assert next(answers)[1] == 0
    time.sleep(1)
    # 0 is here, 1 is being worked on or waits; 2 would be one too many.
    assert not (tmp_path / "2").exists()
    assert [answer for _, answer in answers] == [1, 2, 3, 4, 5]


def test_closing_ends_processes_at_work(tasks: ModuleType, tmp_path: Path) -> None:
    (slow := tmp_path / "slow").mkdir()
    answers = work_ahead(_either(tasks), [slow, tmp_path / "gone"], 2)
    assert next(answers)[1] == Died(1)
    deadline = time.monotonic() + 120
    while not list(slow.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.1)
    (pid,) = [int(path.name) for path in slow.iterdir()]
    assert is_alive(pid)
    answers.close()
    assert not is_alive(pid)


def _either(tasks: ModuleType):
    # touch() in a folder that is not there raises: a death by an unforeseen error.
    return tasks.note_and_wait
