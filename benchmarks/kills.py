"""`wmhseg batch` and `bids` killed at random moments: does the next run give what an undisturbed one gives?

Small scans, cut from one that is given, are segmented by a process that is killed: by SIGTERM to it and its
children, as Slurm does, or by SIGKILL to it alone. Half of the kills come at any time between start and end,
half up to 0.2 s after a file of the results has changed. After every third the command runs to its end, and
all files are compared byte by byte with those of a run that nothing disturbed; in JSON and TSV without the
field `seconds`, which is how long the work took.

    python benchmarks/kills.py examples/sample/pre/FLAIR.nii.gz [--kills 30] [--scans 3] [--seed 0]
"""

import argparse
import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import SimpleITK as sitk

ROOT = Path(__file__).parents[1]
PROGRAM = (sys.executable, "-m", "wmhseg")
KILLS_BEFORE_A_WHOLE_RUN = 3
FILES_A_SCAN = 6
PAUSE_S = 0.002


@dataclass(frozen=True)
class Command:
    """A command to kill: its words up to the folder of results, those after it, and what it reads."""

    program: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]

    def words(self, output: Path) -> list[str]:
        """Return the whole command."""
        return [*self.program, *self.before, str(output), *self.after, "-q"]


@dataclass
class Count:
    """What came of the kills of one command."""

    killed: int = 0
    ended_before: int = 0
    half_written: int = 0
    differing: int = 0
    left: int = 0


def main() -> int:
    """Kill both commands, print what came of it; 1 when a file differs or something is left."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("flair", type=Path, metavar="FLAIR", help="scan to cut small ones from")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--scans", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--weights", type=Path, default=ROOT / "weights")
    options = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        scans = cut_scans(options.flair, Path(folder), options.scans)
        computing = ("--threads", "1", "--workers", "1", "--weights", str(options.weights))
        commands = commands_for(PROGRAM, scans, computing)
        counts = {
            name: disturb(command, Path(folder) / name, options.kills // 2, options.seed)
            for name, command in commands.items()
        }
    for name, count in counts.items():
        print(
            f"{name:6} {count.killed} kills, {count.half_written} of them within a scan's files, "
            f"{count.ended_before} came too late; {count.differing} files differ, {count.left} are left over"
        )
    print(f"{time.monotonic() - start:.0f} s")
    return any(count.differing or count.left for count in counts.values())


def cut_scans(flair: Path, folder: Path, count: int) -> tuple[Path, Path]:
    """Write scans of 8 slices each, as a folder of scans and as a BIDS data set; return both."""
    image = sitk.ReadImage(str(flair))
    middle = image.GetSize()[2] // 2
    batch, bids = folder / "scans", folder / "dataset"
    for number in range(count):
        part = image[:, :, middle - 4 + number : middle + 4 + number]
        (batch / str(number)).mkdir(parents=True)
        sitk.WriteImage(part, str(batch / str(number) / "FLAIR.nii.gz"), useCompression=True)
        anat = bids / f"sub-{number}" / "anat"
        anat.mkdir(parents=True)
        shutil.copy(batch / str(number) / "FLAIR.nii.gz", anat / f"sub-{number}_FLAIR.nii.gz")
    (bids / "dataset_description.json").write_text('{"Name": "kills", "BIDSVersion": "1.10.0"}\n')
    return batch, bids


def commands_for(
    program: Sequence[str], scans: tuple[Path, Path], computing: Sequence[str]
) -> dict[str, Command]:
    """Return the commands to kill by name."""
    batch, bids = scans
    return {
        "batch": Command((*program,), ("batch", str(batch)), (*computing,)),
        "bids": Command((*program,), ("bids", str(bids)), ("participant", *computing)),
    }


def disturb(command: Command, folder: Path, kills: int, seed: int) -> Count:
    """Kill a command many times; after every third it may end, and what it wrote is compared.

    Args:
        command: What to run.
        folder: A folder to be made, for results.
        kills: How many times.
        seed: Of the moments.
    """
    folder.mkdir()
    undisturbed, output = folder / "undisturbed", folder / "out"
    start = time.monotonic()
    subprocess.run(command.words(undisturbed), check=True)
    duration = time.monotonic() - start
    expected = contents(undisturbed)
    chance, count = random.Random(seed), Count()
    for number in range(kills):
        moment = chance.uniform(0, duration)
        changes = chance.randrange(1, FILES_A_SCAN * 3) if number % 2 else None
        if kill_at(command.words(output), output, moment, changes):
            count.killed += 1
        else:
            count.ended_before += 1
        count.half_written += any(output.rglob(".unfinished-wmhseg-*"))
        if number % KILLS_BEFORE_A_WHOLE_RUN == KILLS_BEFORE_A_WHOLE_RUN - 1 or number == kills - 1:
            subprocess.run(command.words(output), check=True)
            found = contents(output)
            count.differing += sum(found.get(name) != expected.get(name) for name in {*found, *expected})
            count.left += len(found.keys() - expected.keys())
            shutil.rmtree(output)
    return count


def kill_at(words: Sequence[str], output: Path, moment_s: float, changes: int | None) -> bool:
    """Start a process and kill it; tell whether it had not ended before.

    Args:
        words: The command.
        output: The folder whose files change.
        moment_s: When to kill it, seconds after the start; or a part of 0.2 s after a change.
        changes: After how many changes; None: at the moment.
    """
    seen: set[tuple[str, int]] = set()
    start = time.monotonic()
    with subprocess.Popen(words, start_new_session=True, stderr=subprocess.DEVNULL) as process:
        before = states(output)
        while process.poll() is None:
            seen |= states(output) - before
            if changes is not None and len(seen) >= changes:
                time.sleep(moment_s % 0.2)
                break
            if changes is None and time.monotonic() - start > moment_s:
                break
            time.sleep(PAUSE_S)
        if process.poll() is not None:
            return False
        if int(moment_s * 1000) % 2:
            os.killpg(process.pid, signal.SIGTERM)
        else:
            process.kill()
    return True


def states(folder: Path) -> set[tuple[str, int]]:
    """Return every file's name and time, those of temporary ones too."""
    found = set()
    for root, _, files in os.walk(folder):
        for name in files:
            try:
                found.add((name, os.stat(os.path.join(root, name)).st_mtime_ns))  # noqa: PTH116, PTH118 - fast
            except FileNotFoundError:
                continue
    return found


def contents(folder: Path) -> dict[str, object]:
    """Return what each file holds, less the seconds that the work took."""
    found: dict[str, object] = {}
    for path in (one for one in folder.rglob("*") if one.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".json":
            found[name] = json.loads(path.read_text()) | {"seconds": None}
        elif path.suffix == ".tsv":
            with path.open(newline="") as file:
                rows = [row | {"seconds": ""} for row in csv.DictReader(file, delimiter="\t")]
            found[name] = [row for row in rows if row.get("measure") != "seconds"]
        else:
            found[name] = path.read_bytes()
    return found


if __name__ == "__main__":
    sys.exit(main())
