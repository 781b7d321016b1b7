"""What the processes of test_workers do; importable by name."""

import os
import signal
import sys
import time
from pathlib import Path

import wmhseg.batch.ahead


def square(number: int) -> int:
    return number * number


def die_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def heavy_modules(_: int) -> list[str]:
    assert wmhseg.batch.ahead.prepare_ahead
    return sorted({"tensorflow", "keras"} & set(sys.modules))


def note_and_wait(folder: Path) -> None:
    (folder / str(os.getpid())).touch()
    time.sleep(600)


def note_start(task: tuple[Path, int]) -> int:
    folder, number = task
    (folder / str(number)).touch()
    return number
