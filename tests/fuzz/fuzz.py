"""Long runs, guided by which lines of wmhseg a file reaches: `python tests/fuzz/fuzz.py CASES [TARGET ...]`.

Atheris (libFuzzer) changes files of each kind. A run ends with what breaks the rule: another error than
WmhsegError, a crash, more than 30 seconds or 6 GB for one file. (GDCM takes as much memory as a damaged DICOM
file claims: up to 4 GB.) One line for each target on standard output tells what became of its files; a file
that breaks the rule is left as crash-*, oom-* or timeout-*.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["wmhseg"]):
    sys.path.insert(0, str(Path(__file__).parent))
    from targets import TARGETS, outcome

SECONDS, MEGABYTES = 30, 6000


def run_one(name: str, cases: int) -> None:
    """Fuzz one target in this process, which ends."""
    home = Path(tempfile.mkdtemp())
    for part in ("seeds", "corpus", "files"):
        (home / part).mkdir()
    seeds = TARGETS[name].seeds(home / "seeds")
    for index, seed in enumerate(seeds):
        (home / "corpus" / str(index)).write_bytes(seed)
        outcome(TARGETS[name], seed, home / "files")  # what takes time once
    counts: Counter[str] = Counter()
    started = time.monotonic()

    def one(content: bytes) -> None:
        counts[outcome(TARGETS[name], content, home / "files")] += 1
        if counts.total() >= cases:
            seconds = round(time.monotonic() - started)
            print(f"| {name} | {cases} | {counts['read']} | {counts['refused']} | {seconds} |", flush=True)
            os._exit(0)

    limits = [f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}", f"-malloc_limit_mb={MEGABYTES}"]
    limits.append(f"-max_len={max(4096, *map(len, seeds))}")
    atheris.Setup([sys.argv[0], *limits, "-seed=1", "-verbosity=0", str(home / "corpus")], one)
    atheris.Fuzz()


def main(cases: int, names: list[str]) -> int:
    """Fuzz targets one after the other, each in a process of its own; return how many broke the rule."""
    broken = 0
    for name in names:
        command = [sys.executable, __file__, str(cases), name, "--here"]
        broken += subprocess.run(command, check=False).returncode != 0
    return broken


if __name__ == "__main__":
    if sys.argv[-1] == "--here":
        run_one(sys.argv[2], int(sys.argv[1]))
    sys.exit(main(int(sys.argv[1]), sys.argv[2:] or list(TARGETS)))
