"""`wmhseg batch` with many scans: do memory and open files grow from scan to scan?

Small scans, cut from one that is given, are segmented with one thread and one worker. Whenever the report of
a scan has been written, memory (RSS) and open files of the main process and the worker are read from /proc.
At the end the slope of each is printed, by least squares over all scans but the first ten and the last one.

    python benchmarks/many_scans.py examples/sample/pre/FLAIR.nii.gz [--scans 200]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk

ROOT = Path(__file__).parents[1]
SLICES = 8
WARMING_UP = 10
PAUSE_S = 0.01


def main() -> int:
    """Run the batch and print the slopes; 1 when scans failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("flair", type=Path, metavar="FLAIR", help="scan to cut small ones from")
    parser.add_argument("--scans", type=int, default=200)
    parser.add_argument("--weights", type=Path, default=ROOT / "weights")
    options = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        scans, output = Path(folder) / "scans", Path(folder) / "out"
        cut_scans(options.flair, scans, options.scans)
        command = [sys.executable, "-m", "wmhseg", "batch", str(scans), str(output), "-q"]
        command += ["--threads", "1", "--workers", "1", "--weights", str(options.weights)]
        with subprocess.Popen(command) as process:
            rows = watch(process, output)
    names = ("main process, MB", "main process, open files", "worker, MB", "worker, open files")
    # After the last scan the worker is ended.
    for name, values in zip(names, np.transpose(rows[WARMING_UP:-3]), strict=True):
        halves = [np.polyfit(np.arange(len(half)), half, 1)[0] for half in np.array_split(values, 2)]
        slope = np.polyfit(np.arange(len(values)), values, 1)[0]
        print(
            f"{name:25} first {values[0]:7.1f}  last {values[-1]:7.1f}  slope a scan {slope:+.4f} "
            f"(first half {halves[0]:+.4f}, second half {halves[1]:+.4f})"
        )
    print(f"{len(rows)} scans, {time.monotonic() - start:.0f} s, exit code {process.returncode}")
    return process.returncode


def cut_scans(flair: Path, folder: Path, count: int) -> None:
    """Write scans of a few slices each, from the middle of one."""
    image = sitk.ReadImage(str(flair))
    middle = image.GetSize()[2] // 2
    for number in range(count):
        first = middle + number % 10
        (folder / f"{number:04}").mkdir(parents=True)
        path = folder / f"{number:04}" / "FLAIR.nii.gz"
        sitk.WriteImage(image[:, :, first : first + SLICES], str(path), useCompression=True)


def watch(process: subprocess.Popen[bytes], output: Path) -> list[tuple[float, ...]]:
    """Return memory (MB) and open files of the process and of its worker after each scan."""
    rows: list[tuple[float, ...]] = []
    seen: set[Path] = set()
    while process.poll() is None:
        new = set(output.glob("*/report.json")) - seen
        if new:
            seen |= new
            rows.append((*usage(process.pid), *usage(worker_of(process.pid))))
        time.sleep(PAUSE_S)
    return rows


def worker_of(parent: int) -> int:
    """Return the child that uses most memory: the other one keeps account of semaphores."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return max(map(int, children), key=lambda one: usage(one)[0], default=parent)


def usage(process: int) -> tuple[float, float]:
    """Return memory in MB and the number of open files."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, float(
            len(list(Path(f"/proc/{process}/fd").iterdir()))
        )
    except OSError:  # it has ended meanwhile
        return float("nan"), float("nan")


if __name__ == "__main__":
    sys.exit(main())
