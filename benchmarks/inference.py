"""End-to-end time and memory of one scan: the plain way against `wmhseg segment`, side by side.

The plain way: for each member build the network at the paper's width and load its file, Keras `predict`
with batch 1, float32, every slice, batch normalisation not folded. The wide networks compute what the
shipped narrower ones do, so masks can be compared; `--same-width` takes the shipped ones. Both read,
prepare, postprocess and write the same scan, each in a process of its own from start to end.

    python benchmarks/inference.py [--case FOLDER] [--weights DIR] [--members 3] [--repeats 1] [--same-width]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run both ways and print times, peak memory, their ratio and the masks' Dice."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--case", type=Path, default=ROOT / "examples" / "sample", help="folder with pre/")
    parser.add_argument("--weights", type=Path, default=ROOT / "weights")
    parser.add_argument("--members", type=int, default=3, help="repeat members up to this ensemble size")
    parser.add_argument("--repeats", type=int, default=1, help="of each way, alternating; the fastest counts")
    parser.add_argument("--same-width", action="store_true", help="the plain way at the shipped width, too")
    parser.add_argument("--plain", type=Path, metavar="OUTPUT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.plain:
        plain(options.case, options.weights, options.plain)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        compare(options, Path(folder))
    return 0


def compare(options: argparse.Namespace, folder: Path) -> None:
    """Time both ways in turn and print what came out."""
    weights = ensemble_of(options.weights, options.members, folder / "weights")
    plain_weights = weights if options.same_width else at_paper_width(weights, folder / "wide")
    pre = options.case / "pre"
    results = {"plain": folder / "plain.nii.gz", "wmhseg": folder / "wmhseg.nii.gz"}
    plain_way = [__file__, "--case", options.case, "--weights", plain_weights, "--plain", results["plain"]]
    ours = ["-m", "wmhseg", "segment", "-q", "--weights", weights, "--output", results["wmhseg"]]
    ours += ["--flair", pre / "FLAIR.nii.gz", "--t1", pre / "T1.nii.gz"]
    commands = {"plain": [sys.executable, *plain_way], "wmhseg": [sys.executable, *ours]}
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    memory = dict.fromkeys(commands, 0.0)
    for _ in range(options.repeats):
        for name, command in commands.items():
            taken, peak = measure([str(part) for part in command])
            seconds[name].append(taken)
            memory[name] = max(memory[name], peak)
    for name in commands:
        print(f"{name:8} {min(seconds[name]):7.1f} s   peak {memory[name]:5.2f} GB")
    ratio = min(seconds["plain"]) / min(seconds["wmhseg"])
    print(f"ratio    {ratio:7.2f} x   (plain / wmhseg, start to file written)")
    print(f"Dice between the two masks: {dice(results['plain'], results['wmhseg']):.4f}")


def measure(command: list[str]) -> tuple[float, float]:
    """Run a command and return its wall time (s) and peak resident memory (GB)."""
    script = (
        "import resource,subprocess,sys; code=subprocess.call(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"
    )
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script, *command], check=True, stdout=subprocess.PIPE, text=True
    )
    return time.monotonic() - start, int(done.stdout.splitlines()[-1]) / 1024**2


def ensemble_of(weights: Path, size: int, folder: Path) -> Path:
    """Write an ensemble of `size` members, repeating those there are."""
    manifest = json.loads((weights / "manifest.json").read_text(encoding="utf-8"))
    there = manifest["members"]
    folder.mkdir()
    manifest["members"] = [{**there[i % len(there)], "file": f"{i}.weights.h5"} for i in range(size)]
    for i in range(size):
        (folder / f"{i}.weights.h5").symlink_to((weights / there[i % len(there)]["file"]).resolve())
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def at_paper_width(weights: Path, folder: Path) -> Path:
    """Write the same ensemble with every network widened to the paper's channels; it computes the same."""
    from wmhseg.io.files import file_sha256
    from wmhseg.model.manifest import PAPER_WIDTHS, read_manifest
    from wmhseg.model.unet import build_unet
    from wmhseg.training.widen import widen, widening_factor

    fields = json.loads((weights / "manifest.json").read_text(encoding="utf-8"))
    folder.mkdir()
    for number, member in enumerate(read_manifest(weights).members):
        narrow = build_unet(widths=member.widths, batch_normalisation=member.batch_normalisation)
        narrow.load_weights(member.path)
        wide = build_unet(widths=PAPER_WIDTHS, batch_normalisation=member.batch_normalisation)
        widen(narrow, wide, widening_factor(member.widths, PAPER_WIDTHS), seed=number)
        path = folder / f"{number}.weights.h5"
        wide.save_weights(path)
        fields["members"][number] |= {
            "file": path.name,
            "sha256": file_sha256(path),
            "widths": PAPER_WIDTHS,
        }
    (folder / "manifest.json").write_text(json.dumps(fields), encoding="utf-8")
    return folder


def plain(case: Path, weights: Path, output: Path) -> None:
    """Segment a case the plain way."""
    import numpy as np

    from wmhseg.imaging.geometry import to_axial_lps
    from wmhseg.io.volume import read_volume
    from wmhseg.io.write_volume import write_volume
    from wmhseg.model.manifest import read_manifest
    from wmhseg.model.unet import build_unet
    from wmhseg.segmentation.read_scan import Scan
    from wmhseg.segmentation.segment_scan import segment_scan

    manifest = read_manifest(weights)
    recipe = replace(manifest.recipe, min_patch=manifest.recipe.patch)
    flair, t1 = read_volume(case / "pre" / "FLAIR.nii.gz"), read_volume(case / "pre" / "T1.nii.gz")
    slice_count = to_axial_lps(flair)[0].grid.size_xyz[2] if recipe.axial_lps else len(flair.array)

    def predict(slices: "np.ndarray") -> "np.ndarray":
        # Every slice of the scan is computed, also those that are emptied afterwards.
        left_out = np.zeros((slice_count - len(slices), *slices.shape[1:]), np.float32)
        every = np.concatenate([slices, left_out])
        total = np.zeros(every.shape[:3], np.float32)
        for member in manifest.members:
            model = build_unet(widths=member.widths, batch_normalisation=member.batch_normalisation)
            model.load_weights(member.path)
            total += model.predict(every, batch_size=1, verbose=0)[..., 0]
        return total[: len(slices)] / len(manifest.members)

    write_volume(output, segment_scan(Scan(flair, t1), recipe, predict).mask)


def dice(first: Path, second: Path) -> float:
    """Return the Dice of two masks; 1 when both are empty."""
    import numpy as np

    from wmhseg.io.volume import read_volume

    a, b = (read_volume(path, may_be_constant=True).array > 0 for path in (first, second))
    total = np.count_nonzero(a) + np.count_nonzero(b)
    return 1.0 if total == 0 else 2 * np.count_nonzero(a & b) / total


if __name__ == "__main__":
    sys.exit(main())
