"""Every script of a folder of bug inputs: right, found. `python tests/bug_inputs/run.py SHARED CASES`.

The scripts write into /tmp/bug_inputs; nothing of them is kept here.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from cohort_rows import COHORT_ROWS
from dicom_rows import DICOM_ROWS
from hostile_rows import HOSTILE_ROWS
from nifti_rows import NIFTI_ROWS
from row import HOME, OUT
from run_row import run_row, share_networks

from wmhseg.cli import main as wmhseg

ROOT = Path(__file__).parents[2]
ROWS = (*NIFTI_ROWS, *DICOM_ROWS, *HOSTILE_ROWS, *COHORT_ROWS)


def main(shared: Path, cases: Path, only: Sequence[str] = ()) -> int:
    """Build all inputs, run all rows, print the table; return 1 if a row is not right."""
    if not shared.is_dir():
        print(f"{shared}: there are no scripts of bug inputs; only the project's own kinds were run")
        return 0
    if os.geteuid():
        print("expected root, for a full disk and for folders of somebody else; run it in a container")
        return 1
    _make(shared, cases)
    rows = [row for row in ROWS if not only or row.name.startswith(tuple(only))]
    print("| input | expected | found | right |\n|---|---|---|---|")
    started, wrong = time.monotonic(), 0
    for row in rows:
        found = run_row(row)
        wrong += bool(found.wrong)
        verdict = f"NO: {found.wrong}" if found.wrong else "yes"
        print(f"| {_cell(row.name)} | {row.right} | {found.text} | {_cell(verdict)} |", flush=True)
    print(f"{len(rows)} rows, {wrong} wrong, {time.monotonic() - started:.0f} s")
    return int(wrong > 0)


def _make(shared: Path, cases: Path) -> None:
    """Run the scripts, and segment the plain scans that the others are compared with."""
    share_networks()
    if (disk := HOME / "11-full-disk" / "mnt").is_mount():  # of a run that was ended
        _run("umount", disk)
    _run("bash", shared / "setup.sh", ROOT, cases)
    base = HOME / "base"
    for case, words in (("a639", True), ("a639_f", False), ("b755", True), ("b755_f", False)):
        pre = base / case.removesuffix("_f") / "pre"
        t1 = ("--t1", str(pre / "T1.nii.gz")) if words else ()
        flair = ("--flair", str(pre / "FLAIR.nii.gz"), *t1)
        wmhseg(["segment", "-q", *flair, "--output", str(base / f"{case}.nii.gz")])
    for script in sorted(HOME.glob("[0-9]*/*.py")):
        _run(sys.executable, script)
    OUT.mkdir()


def _run(*words: object) -> None:
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{words[1]} failed:\n{done.stderr[-2000:]}")


def _cell(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
    return printable.replace("|", "\\|").encode("utf-8", "backslashreplace").decode()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
