"""How time and memory of a scan grow with slices, pixels, networks and threads.

    python benchmarks/growth.py OUT [--case FOLDER] [--weights DIR] [--only WHAT ...]

A case is resampled: to other numbers of slices over the same head, and to other numbers of pixels. Each
size runs `wmhseg segment` once, a process from start to end. OUT gets growth.tsv (seconds, peak memory) and
growth.png. Scans are slower than the curve where more slices show lesions, and faster where fewer do.
"""

import argparse
import csv
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np

from inference import ensemble_of, measure
from wmhseg.imaging.geometry import resample
from wmhseg.io.volume import Volume, read_volume
from wmhseg.io.write_volume import write_volume
from wmhseg.model.manifest import default_weights
from wmhseg.processors import processors

ROOT = Path(__file__).parents[1]
SIZES = {
    "slices": (20, 40, 80, 160, 320),
    "pixels": (128, 256, 512, 1024),
    "networks": (1, 2, 3, 5, 10),
    "threads": tuple(range(1, processors() + 1)),
}


def main() -> int:
    """Measure every size, print and write the table, draw the curves."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--case", type=Path, default=ROOT / "examples" / "sample", help="folder with pre/")
    parser.add_argument("--weights", type=Path, default=default_weights())
    parser.add_argument("--only", nargs="+", choices=SIZES, default=list(SIZES))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for row in measured(options, Path(folder)):
            print(*row.values(), sep="\t", flush=True)
            rows.append(row)
    with (options.out / "growth.tsv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0], delimiter="\t", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    draw(rows, options.out / "growth.png")
    return 0


def measured(options: argparse.Namespace, folder: Path) -> Iterator[dict[str, object]]:
    """Yield a row for each size."""
    pre = options.case / "pre"
    images = {name: read_volume(pre / f"{name}.nii.gz") for name in ("FLAIR", "T1")}
    for what in options.only:
        for size in SIZES[what]:
            place = folder / f"{what}-{size}"
            place.mkdir()
            for name, volume in images.items():
                write_volume(place / f"{name}.nii.gz", resized(volume, what, size))
            weights = options.weights
            if what == "networks":
                weights = ensemble_of(options.weights, size, place / "weights")
            command = [sys.executable, "-m", "wmhseg", "segment", "-q", "--weights", weights]
            command += ["--flair", place / "FLAIR.nii.gz", "--t1", place / "T1.nii.gz"]
            command += ["--output", place / "mask.nii.gz"]
            command += ["--threads", str(size)] if what == "threads" else []
            seconds, peak_gb = measure([str(part) for part in command])
            yield {
                "what": what,
                "size": size,
                "seconds": round(seconds, 1),
                "memory_mb": round(1000 * peak_gb),
            }


def resized(volume: Volume, what: str, size: int) -> Volume:
    """Return the volume with another number of slices, or of rows and columns, over the same space."""
    axes = {"slices": (2,), "pixels": (0, 1)}.get(what, ())
    grid = volume.grid
    (nx, sx), (ny, sy), (nz, sz) = (
        (size, spacing * count / size) if axis in axes else (count, spacing)
        for axis, (count, spacing) in enumerate(zip(grid.size_xyz, grid.spacing_mm, strict=True))
    )
    # The first voxel's centre moves with its size; the edge of the field of view stays.
    shift = np.asarray(grid.direction).reshape(3, 3) @ (np.subtract((sx, sy, sz), grid.spacing_mm) / 2)
    x, y, z = (np.asarray(grid.origin_mm) + shift).tolist()
    target = replace(grid, size_xyz=(nx, ny, nz), spacing_mm=(sx, sy, sz), origin_mm=(x, y, z))
    return resample(volume, target, outside=float(volume.array.min()))


def draw(rows: list[dict[str, object]], path: Path) -> None:
    """Draw time and memory against each size."""
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    whats = list(dict.fromkeys(str(row["what"]) for row in rows))
    figure, axes = plt.subplots(2, len(whats), figsize=(3 * len(whats), 5), squeeze=False, sharex="col")
    for column, what in enumerate(whats):
        own = [row for row in rows if row["what"] == what]
        for line, (key, label) in enumerate((("seconds", "seconds"), ("memory_mb", "peak memory, MB"))):
            axes[line][column].plot([row["size"] for row in own], [row[key] for row in own], "o-")
            axes[line][column].set_ylim(bottom=0)
            axes[line][column].set_ylabel(label if column == 0 else "")
        axes[1][column].set_xlabel("rows and columns" if what == "pixels" else what)
        axes[1][column].set_xlim(left=0)
    figure.tight_layout()
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    raise SystemExit(main())
