"""Long runs, guided by which lines of wmhseg a file reaches: `python tests/fuzz/fuzz.py CASES [TARGET ...]`.

Atheris (libFuzzer) changes files of each kind. A target's run ends with what breaks the rule: another
error than WmhsegError, a crash, more than 120 seconds or 6 GB for one file. GDCM takes as much memory as
a damaged DICOM file claims, up to 4 GB, which takes seconds, and keeps it: a process reads few of them.
One line for each target on standard output tells what became of its files; one that breaks the rule is
left as crash-*, oom-* or timeout-*.
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

SECONDS, MEGABYTES = 120, 6000
# Cases a process, of the targets that keep memory.
PORTIONS = {"series": 50, "multiframe": 25}


def run_one(name: str, cases: int, start: int) -> None:
    """Fuzz one target in this process, which ends; `start` is what changes are drawn from."""
    home = Path(tempfile.mkdtemp())
    for part in ("seeds", "corpus", "files"):
        (home / part).mkdir()
    with atheris.instrument_imports(include=["wmhseg"]):
        seeds = TARGETS[name].seeds(home / "seeds")
        for index, seed in enumerate(seeds):
            (home / "corpus" / str(index)).write_bytes(seed)
            outcome(TARGETS[name], seed, home / "files")  # what takes time once
    counts: Counter[str] = Counter()

    def one(content: bytes) -> None:
        counts[outcome(TARGETS[name], content, home / "files")] += 1
        if counts.total() >= cases:
            print(counts["read"], flush=True)
            os._exit(0)

    limits = [f"-timeout={SECONDS}", f"-rss_limit_mb={MEGABYTES}", f"-malloc_limit_mb={MEGABYTES}"]
    limits.append(f"-max_len={max(4096, *map(len, seeds))}")
    # The empty file comes first, and would count more than those that differ from it by bytes alone.
    kept = ["-keep_seed=1", "-prefer_small=0", "-reduce_inputs=0"]
    words = [*limits, *kept, f"-seed={start}", "-verbosity=0", str(home / "corpus")]
    atheris.Setup([sys.argv[0], *words], one)
    atheris.Fuzz()


def main(cases: int, names: list[str]) -> int:
    """Fuzz targets one after the other, in processes of their own; return how many broke the rule."""
    broken = 0
    for name in names:
        started, done, read, portion = time.monotonic(), 0, 0, PORTIONS.get(name, cases)
        for start in range(1, 1 + cases // portion):
            command = [sys.executable, __file__, str(portion), name, "--here", str(start)]
            child = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
            broken += child.returncode != 0
            if child.returncode == 0:
                done, read = done + portion, read + int(child.stdout.split()[-1])
        seconds = round(time.monotonic() - started)
        print(f"| {name} | {done} | {read} | {done - read} | {seconds} |", flush=True)
    return broken


if __name__ == "__main__":
    if "--here" in sys.argv:
        run_one(sys.argv[2], int(sys.argv[1]), int(sys.argv[4]))
    sys.exit(main(int(sys.argv[1]), sys.argv[2:] or list(TARGETS)))
