"""The files of a cohort of thousands: time and memory of writing them, and their sizes.

RESULT is a scan's folder that `wmhseg batch` wrote. For each size, a list of that many scans and a folder for
each is made: the report with another name, volume and numbers, links to the picture, no image. Then
`wmhseg batch LIST OUT --gather` is timed; with --bids, `wmhseg bids ... group` on the same as derivatives.

    python benchmarks/cohort.py RESULT [--scans 1000 10000] [--bids] [--keep FOLDER]
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from wmhseg.bids.dataset import Selection, find_scans
from wmhseg.bids.derivatives import describe, job_of

FAILED_EVERY, FLAGGED_EVERY = 500, 40


def main() -> int:
    """Make each cohort, write its files and print what that took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("result", type=Path, metavar="RESULT", help="folder with report.json, thumbnail.jpg")
    parser.add_argument("--scans", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--bids", action="store_true", help="as a BIDS data set with participants.tsv")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the largest cohort there")
    options = parser.parse_args()
    make = make_bids if options.bids else make_batch
    for count in options.scans:
        with tempfile.TemporaryDirectory(dir=options.result.parent) as temporary:
            is_kept = options.keep and count == max(options.scans)
            folder = options.keep if is_kept else Path(temporary)
            output, words = make(folder, options.result, count)
            start = time.monotonic()
            process = subprocess.Popen([sys.executable, "-m", "wmhseg", *words, "-q"])
            _, status, used = os.wait4(process.pid, 0)
            wall = time.monotonic() - start
            print(
                f"{count:6} scans: {used.ru_utime + used.ru_stime:6.1f} s of processor time, {wall:6.1f} s "
                f"in all, {used.ru_maxrss / 1000:5.0f} MB, exit code {os.waitstatus_to_exitcode(status)}"
            )
            for path in sorted(output.glob("cohort*")):
                print(f"       {path.name:16} {path.stat().st_size / 1e6:7.2f} MB")
    return 0


def make_batch(folder: Path, result: Path, count: int) -> tuple[Path, list[str]]:
    """Write a list of scans and their results; return where, and the command's words."""
    lines, output = ["flair\tname"], folder / "out"
    for number, report in enumerate(reports(result, count)):
        name = f"site-{number % 20:02}/{number:06}"
        lines.append(f"{name}/FLAIR.nii.gz\t{name}")
        (output / name).mkdir(parents=True)
        (output / name / "wmh.nii.gz").touch()
        put(output / name / "report.json", report, output / name / "thumbnail.jpg", result)
        if number % FAILED_EVERY == 0:
            (output / name / "error.txt").write_text("FLAIR.nii.gz: not a readable image\n")
    (folder / "scans.tsv").write_text("\n".join(lines) + "\n")
    return output, ["batch", str(folder / "scans.tsv"), str(output), "--gather"]


def make_bids(folder: Path, result: Path, count: int) -> tuple[Path, list[str]]:
    """Write a BIDS data set of empty images and its derivatives; return where, and the command's words."""
    root, output = folder / "data", folder / "out"
    people = ["participant_id\tage\tsex"]
    for number in range(count):
        anat = root / f"sub-{number:06}" / "anat"
        anat.mkdir(parents=True)
        (anat / f"sub-{number:06}_FLAIR.nii.gz").touch()
        people.append(f"sub-{number:06}\t{50 + number % 40}\t{'FM'[number % 2]}")
    (root / "participants.tsv").write_text("\n".join(people) + "\n")
    (root / "dataset_description.json").write_text('{"Name": "made", "BIDSVersion": "1.10.0"}')
    output.mkdir()
    describe(root, output)
    for scan, report in zip(find_scans(root, Selection()).scans, reports(result, count), strict=True):
        files = job_of(scan, root, output).files
        for path in (files.mask, files.thumbnail):
            path.parent.mkdir(parents=True, exist_ok=True)
        files.mask.touch()
        put(files.report, report, files.thumbnail, result)
    return output, ["bids", str(root), str(output), "group"]


def reports(result: Path, count: int) -> list[dict[str, Any]]:
    """Return that many reports: log-normal volumes, one in 40 with a warning."""
    real = json.loads((result / "report.json").read_text())
    draw = random.Random(0)
    made = []
    for number in range(count):
        volume = round(draw.lognormvariate(1.5, 1.0), 3)
        changed = {
            "volume_ml": volume,
            "volume_interval_ml": [round(0.9 * volume, 3), round(1.1 * volume, 3)],
            "lesion_count": (lesions := draw.randrange(1, 60)),
            "lesions": real["lesions"][:1] * lesions,
            "expected_dsc": round(draw.uniform(0.5, 0.9), 3),
            "warnings": ["no T1: segmenting with FLAIR alone"] if number % FLAGGED_EVERY == 0 else [],
            "flags": [],
        }
        made.append(real | changed)
    return made


def put(path: Path, report: dict[str, Any], thumbnail: Path, result: Path) -> None:
    """Write a report and link the picture."""
    path.write_text(json.dumps(report, indent=2))
    os.link(result / "thumbnail.jpg", thumbnail)


if __name__ == "__main__":
    sys.exit(main())
