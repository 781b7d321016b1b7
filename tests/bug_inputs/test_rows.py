"""The table of bug inputs, without the scripts."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from run import ROWS, main


def test_names_are_unique() -> None:
    names = [row.name for row in ROWS]
    assert len(names) == len(set(names)) > 200


def test_without_the_scripts_it_says_so(tmp_path: Path) -> None:
    words = [sys.executable, str(Path(__file__).with_name("run.py")), str(tmp_path / "none"), "cases"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert "there are no scripts of bug inputs" in done.stdout
    assert main(tmp_path / "none", tmp_path) == 0
