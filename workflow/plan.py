"""What the workflow runs: chunks of scans, and the memory and minutes of each, from the images' headers.

Only Python's own library: Snakemake's environment need not hold wmhseg.
"""

import argparse
import csv
import gzip
import hashlib
import math
import shlex
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

# Measured with one thread and one worker, see docs/use/cluster.md.
START_S, SCAN_S, SCAN_S_PER_MVOXEL = 6.0, 2.0, 5.5
BASE_MB, MB_PER_MVOXEL = 600.0, 90.0
# Snakemake itself, which runs once more inside every job of a cluster.
SNAKEMAKE_MB = 500
# Slower processors, busy disks.
RESERVE = 3.0
# Of a scan without a readable header, such as a folder of DICOM slices: that of 1 mm.
USUAL_MVOXELS = 7.2
# Regions take a fifth more, MNI space twice as long; a change (not measured) each scan again and registers.
NEED_REGIONS = ("--regions", "--mni", "--filled-t1")
REGIONS_FACTOR, CHANGE_FACTOR = 2.0, 2.0


@dataclass(frozen=True)
class Chunk:
    """What one job segments.

    Attributes:
        name: Of its files.
        words: Arguments of wmhseg that choose it.
        sizes: Millions of voxels of each FLAIR.
        state: Digest of all images' names, sizes and times: another one is another chunk.
        has_sessions: Whether somebody has more than one session.
    """

    name: str
    words: str
    sizes: tuple[float, ...]
    state: str
    has_sessions: bool = False

    def mem_mb(self, attempt: int, factor: float = 1.0) -> int:
        """Return the memory to ask for; half as much again in each further attempt."""
        need = (BASE_MB + MB_PER_MVOXEL * max(self.sizes, default=0.0)) * factor + SNAKEMAKE_MB
        return math.ceil(need * (1 + 0.5 * (attempt - 1)) / 100) * 100

    def minutes(self, attempt: int, factor: float = 1.0) -> int:
        """Return the time to ask for; as much again in each further attempt."""
        seconds = START_S + factor * sum(SCAN_S + SCAN_S_PER_MVOXEL * size for size in self.sizes)
        return math.ceil(RESERVE * seconds / 60 + 2) * attempt


def chunks_of_table(path: Path, scans_a_chunk: int) -> list[Chunk]:
    """Return the chunks of a table with the columns flair and, if there is one, t1.

    Rows are dealt out as `wmhseg batch --part I/N` does it; wmhseg itself judges them.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if any(map(str.strip, _texts(row)))]
    count = math.ceil(len(rows) / scans_a_chunk)
    chunks = []
    for index in range(1, count + 1):
        some = rows[index - 1 :: count]
        images = [
            [path.parent / row[key].strip() for key in ("flair", "t1") if (row.get(key) or "").strip()]
            for row in some
        ]
        names = [*chain.from_iterable(_texts(row) for row in some)]
        sizes = tuple(mvoxels(found[0]) if found else 0.0 for found in images)
        state = digest(names, chain.from_iterable(images))
        chunks.append(Chunk(f"{index}-of-{count}", f"--part {index}/{count}", sizes, state))
    return chunks


def chunks_of_bids(root: Path, scans_a_chunk: int) -> list[Chunk]:
    """Return the chunks of a BIDS data set: participants in the order of their names, never divided."""
    chunks: list[Chunk] = []
    some: list[tuple[str, list[Path], list[Path]]] = []
    for subject in sorted(path for path in root.glob("sub-*") if path.is_dir()):
        images = sorted([*subject.glob("anat/*.nii*"), *subject.glob("ses-*/anat/*.nii*")])
        flairs = [image for image in images if image.name.endswith(("_FLAIR.nii", "_FLAIR.nii.gz"))]
        if not flairs:
            continue
        if some and sum(len(one[1]) for one in some) + len(flairs) > scans_a_chunk:
            chunks.append(_bids_chunk(some))
            some = []
        some.append((subject.name.removeprefix("sub-"), flairs, images))
    return [*chunks, _bids_chunk(some)] if some else chunks


def _bids_chunk(subjects: list[tuple[str, list[Path], list[Path]]]) -> Chunk:
    labels = [label for label, _, _ in subjects]
    flairs = [flair for _, found, _ in subjects for flair in found]
    images = [image for _, _, found in subjects for image in found]
    return Chunk(
        f"sub-{labels[0]}-{len(labels)}",
        f"--participant-label {' '.join(labels)}",
        tuple(map(mvoxels, flairs)),
        digest(labels, images),
        any(len({flair.parent for flair in found}) > 1 for _, found, _ in subjects),
    )


def options_of_change(options: str) -> str:
    """Return the options of `wmhseg batch` that `wmhseg change` has, too."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("--mni", "--filled-t1", "--dicom"):
        parser.add_argument(name, action="store_true")
    for name in ("--parcellation-names", "--workers"):
        parser.add_argument(name)
    return shlex.join(parser.parse_known_args(shlex.split(options))[1])


def _texts(row: dict[str, str]) -> Iterator[str]:
    return (text for text in row.values() if isinstance(text, str))


def mvoxels(path: Path) -> float:
    """Return the millions of voxels that a NIfTI header says; of anything else, those of a usual scan."""
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
            header = file.read(64)
        for order in "<>":
            if struct.unpack_from(order + "i", header)[0] == 348:
                return _product(struct.unpack_from(order + "8h", header, 40))
            if struct.unpack_from(order + "i", header)[0] == 540:
                return _product(struct.unpack_from(order + "6q", header, 16))
    except (OSError, EOFError, struct.error):
        pass
    return USUAL_MVOXELS


def _product(dim: tuple[int, ...]) -> float:
    return max(0, dim[1]) * max(0, dim[2]) * max(0, dim[3]) / 1e6


def digest(names: list[str], images: Iterator[Path] | list[Path]) -> str:
    """Return a digest of names, and of size and time of each image."""
    state = hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape"))
    for path in images:
        try:
            found = path.stat()
            state.update(f"\0{path}\0{found.st_size}\0{found.st_mtime_ns}".encode("utf-8", "surrogateescape"))
        except OSError:
            state.update(f"\0{path}\0none".encode("utf-8", "surrogateescape"))
    return state.hexdigest()[:16]
