"""Move the T1 of real scans by known motions and see whether registration undoes them.

    python benchmarks/registration.py [../shared/data] [--trials 40] [--seed 5]

Each trial displaces one scan's T1 by up to 20 mm and 15 degrees, by its header, and registers it to the
FLAIR. Its error is the mean distance over the brain to where the T1 was: the header's position for
labelled cases, whose T1 is on the FLAIR's grid, and that of the undisplaced T1 for raw pairs. Raw pairs
are first compared with the transform that their authors give. Prints a row a trial and the pass rate.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from wmhseg.imaging.registration import brain_points_mm, distances_mm, moved, register
from wmhseg.io.volume import Volume, read_volume

MAX_SHIFT_MM, MAX_TURN_DEGREES = 20.0, 15.0
LIMIT_MM, TRUTH_LIMIT_MM, LIMIT_SECONDS, PASS_RATE = 1.0, 1.5, 20.0, 0.95


@dataclass(frozen=True)
class Scan:
    """A scan and where its T1 belongs.

    Attributes:
        name: Folder.
        flair: FLAIR.
        t1: T1.
        truth: Maps FLAIR points to T1 points.
    """

    name: str
    flair: Volume
    t1: Volume
    truth: sitk.Transform


def displacement(rng: np.random.Generator, centre_mm: np.ndarray) -> sitk.Euler3DTransform:
    """Draw a motion: a shift of any direction and a turn about any axis through `centre_mm`."""
    axis, way = rng.normal(size=(2, 3))
    turn = sitk.VersorRigid3DTransform()
    angle = np.deg2rad(MAX_TURN_DEGREES) * rng.uniform()
    turn.SetRotation((axis / np.linalg.norm(axis)).tolist(), float(angle))
    motion = sitk.Euler3DTransform()
    motion.SetCenter(centre_mm.tolist())
    motion.SetMatrix(turn.GetMatrix())
    motion.SetTranslation((way / np.linalg.norm(way) * MAX_SHIFT_MM * rng.uniform()).tolist())
    return motion


def read_scans(data: Path) -> list[Scan]:
    """Read all scans; register raw pairs once and compare them with their authors' transform."""
    scans = []
    for flair_path in sorted(data.glob("cases/*/*/pre/FLAIR.nii.gz")):
        flair, t1 = read_volume(flair_path), read_volume(flair_path.with_name("T1.nii.gz"))
        scans.append(Scan(flair_path.parents[1].name, flair, t1, sitk.Transform()))
    for flair_path in sorted(data.glob("raw_pairs/*/FLAIR.nii.gz")):
        flair, t1 = read_volume(flair_path), read_volume(flair_path.with_name("T1.nii.gz"))
        found = register(flair, t1)
        theirs = sitk.ReadTransform(str(flair_path.with_name("T1_to_FLAIR.txt")))
        error = distances_mm(brain_points_mm(flair), found.transform, theirs).mean()
        verdict = "pass" if error <= TRUTH_LIMIT_MM else "FAIL"
        print(f"{flair_path.parent.name}: {error:.2f} mm from the authors' transform  {verdict}", flush=True)
        scans.append(Scan(flair_path.parent.name, flair, t1, found.transform))
    return scans


def trial(scan: Scan, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Displace and register once; return mean distance before and after (mm), wall and CPU seconds."""
    points = brain_points_mm(scan.flair)
    motion = displacement(rng, points.mean(axis=0))
    t1 = moved(scan.t1, motion)
    truth = sitk.CompositeTransform([motion.GetInverse(), scan.truth])
    wall, cpu = time.perf_counter(), time.process_time()
    found = register(scan.flair, t1).transform
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    before = float(distances_mm(points, truth, sitk.Transform()).mean())
    return before, float(distances_mm(points, truth, found).mean()), wall, cpu


def main() -> None:
    """Run the trials and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = Path(__file__).parents[2] / "shared" / "data"
    parser.add_argument(
        "data", type=Path, nargs="?", default=default, help="folder with cases/ and raw_pairs/"
    )
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    scans = read_scans(options.data)
    print("trial  scan            before mm  after mm  seconds  CPU s")
    rows = []
    for index in range(options.trials):
        scan = scans[index % len(scans)]
        before, after, wall, cpu = trial(scan, rng)
        rows.append((after, cpu))
        print(f"{index + 1:5}  {scan.name:14} {before:10.1f} {after:9.2f} {wall:8.1f} {cpu:6.1f}", flush=True)
    passed = np.mean([after < LIMIT_MM for after, _ in rows])
    slowest = max(cpu for _, cpu in rows)
    verdict = "pass" if passed >= PASS_RATE and slowest < LIMIT_SECONDS else "FAIL"
    print(
        f"under {LIMIT_MM:g} mm: {passed:.1%} of {len(rows)} trials, slowest {slowest:.1f} CPU s  {verdict}"
    )


if __name__ == "__main__":
    main()
