"""The workflow's plan, which lies outside the package."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

WORKFLOW = Path(__file__).parents[2] / "workflow"


@pytest.fixture(scope="session")
def plan() -> ModuleType:
    """workflow/plan.py."""
    spec = importlib.util.spec_from_file_location("workflow_plan", WORKFLOW / "plan.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module
