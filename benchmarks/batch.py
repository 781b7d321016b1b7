"""Many scans: `wmhseg segment`, one process a scan, against `wmhseg batch`, side by side.

Both segment the same scans to files with the same weights; the masks must be identical. Scans that cannot be
segmented may be among them: the same ones must fail both ways. Beside them, the networks alone: every slice
of the same scans, prepared in memory before the clock starts, in one process with all processors.

    python benchmarks/batch.py CASES [--weights DIR] [--workers N] [--repeats 1]
"""

import argparse
import contextlib
import gzip
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from wmhseg.batch.find import find_jobs
from wmhseg.batch.jobs import Job
from wmhseg.errors import WmhsegError
from wmhseg.model.ensemble_loader import load_ensemble
from wmhseg.model.manifest import read_manifest
from wmhseg.segmentation.prepare_scan import prepare_files
from wmhseg.segmentation.segment_scan import predict_slices
from wmhseg.segmentation.stopwatch import Stopwatch
from wmhseg.settings import InputOptions, Settings

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run both ways and print times and their ratio; 1 when the masks or failures differ, or all fail."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", type=Path, metavar="CASES", help="folder as for `wmhseg batch`")
    parser.add_argument("--weights", type=Path, default=ROOT / "weights")
    parser.add_argument("--workers", help="as for `wmhseg batch`")
    parser.add_argument("--repeats", type=int, default=1, help="of each way, alternating; the fastest counts")
    options = parser.parse_args()
    seconds: dict[str, list[float]] = {"one by one": [], "batch": [], "networks": []}
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder)
        jobs = find_jobs(options.cases, output / "batch")
        more = ["--workers", options.workers] if options.workers else []
        for _ in range(options.repeats):
            start = time.monotonic()
            for job in jobs:
                if segment(job, output / "one.nii.gz", options.weights):
                    (output / "one.nii.gz").rename(one_by_one(output, job))
            seconds["one by one"].append(time.monotonic() - start)
            seconds["networks"].append(network_seconds(jobs, options.weights))
            start = time.monotonic()
            wmhseg("batch", options.cases, output / "batch", "--again", "--weights", options.weights, *more)
            seconds["batch"].append(time.monotonic() - start)
        pairs = {job.name: (voxels(job.files.mask), voxels(one_by_one(output, job))) for job in jobs}
    failed = [name for name, pair in pairs.items() if pair == (None, None)]
    differing = [name for name, (batch, alone) in pairs.items() if batch != alone]
    for name, taken in seconds.items():
        print(f"{name:10} {min(taken):7.1f} s   {min(taken) / len(jobs):6.1f} s a scan, {len(jobs)} scans")
    print(f"ratio      {min(seconds['one by one']) / min(seconds['batch']):7.2f} x")
    print(f"networks   {min(seconds['networks']) / min(seconds['batch']):7.0%} of batch")
    print(f"masks      {len(differing)} of {len(jobs)} differ {' '.join(differing)}")
    print(f"failed     {len(failed)} of {len(jobs)} both ways {' '.join(failed)}")
    return bool(differing) or len(failed) == len(jobs)


def network_seconds(jobs: Sequence[Job], weights: Path) -> float:
    """Return what the networks alone need for all scans that can be prepared."""
    manifest = read_manifest(weights)
    ensemble = load_ensemble(manifest, Settings(weights))
    seconds = 0.0
    for job in jobs:
        with contextlib.suppress(WmhsegError):
            prepared = prepare_files(job.flair, job.t1, manifest.recipe, InputOptions(), Stopwatch())
            # A model is built for each size of window that was not seen before.
            predict_slices(ensemble, prepared.windows.slices[:1], None)
            start = time.monotonic()
            predict_slices(ensemble, prepared.windows.slices, None)
            seconds += time.monotonic() - start
    return seconds


def segment(job: Job, output: Path, weights: Path) -> bool:
    """Segment one scan in a process of its own, with a report and a picture as the batch makes them.

    Returns:
        Whether it could be.
    """
    command: list[str | Path] = ["segment", "--flair", job.flair, "--output", output, "--weights", weights]
    command += ["--report", output.with_suffix(".json"), "--overlay", output.with_suffix(".png")]
    command += [] if job.t1 is None else ["--t1", job.t1]
    return wmhseg(*command) == 0


def one_by_one(output: Path, job: Job) -> Path:
    """Return where the mask of the process of its own is kept."""
    return output / f"{job.name.replace('/', '__')}.nii.gz"


def wmhseg(*arguments: str | Path) -> int:
    """Run one command quietly; return its exit code."""
    return subprocess.run(
        [sys.executable, "-m", "wmhseg", *map(str, arguments), "-q"], check=False
    ).returncode


def voxels(path: Path) -> bytes | None:
    """Return a mask's header and voxels, None where there is no mask."""
    return gzip.decompress(path.read_bytes()) if path.exists() else None


if __name__ == "__main__":
    sys.exit(main())
