"""Tasks for worker processes, under a name that they can import."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`tasks.py` beside this file; spawned processes get the same sys.path."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    yield importlib.import_module("tasks")
    sys.modules.pop("tasks", None)
