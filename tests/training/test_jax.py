"""The same training code on Keras' JAX backend: what the other tests of it say holds there too."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PROGRAM = """
import sys, keras, pytest
assert keras.backend.backend() == "jax"
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
"""
TESTS = (
    "test_windows.py::test_the_same_as_scipy_does_window_by_window",
    "test_windows.py::test_noise_has_the_drawn_size_and_correlation_and_replays",
    "test_growing.py::test_a_run_with_cases_that_join_ends_the_same_when_interrupted_and_when_repeated",
)


def test_training_on_jax(tmp_path: Path) -> None:
    # What one run compiles, the next one finds.
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_COMPILATION_CACHE_DIR": str(tmp_path)}
    arguments = [str(HERE / test) for test in TESTS]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout
