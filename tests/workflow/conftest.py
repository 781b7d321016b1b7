"""The workflow's plan, which lies outside the package, and Snakemake, which has an environment of its own."""

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / "workflow"


@pytest.fixture(scope="session")
def plan() -> ModuleType:
    """workflow/plan.py."""
    spec = importlib.util.spec_from_file_location("workflow_plan", WORKFLOW / "plan.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def program() -> str:
    """Snakemake, from the environment that the Makefile makes, or from PATH."""
    found = shutil.which("snakemake", path=ROOT / ".venv/snakemake/bin") or shutil.which("snakemake")
    if found is None:
        pytest.skip("no snakemake: make .venv/snakemake, with Python 3.11 or newer")
    return found
