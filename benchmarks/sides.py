"""How well sides and the intracranial volume are told, on label maps of heads whose halves are known.

    python benchmarks/sides.py [../shared/data/head_label_maps]

Structures are the maps' own FreeSurfer labels, so that nothing is measured but the arithmetic, on slices of
1 mm and on every sixth of them. Prints for each head the share of each half's voxels that lie on its side of
the midsagittal plane, and by how much the intracranial volume exceeds brain, ventricles and CSF.
"""

import argparse
from pathlib import Path

import numpy as np

from wmhseg.anatomy.intracranial import intracranial
from wmhseg.anatomy.midsagittal_plane import find_midsagittal_plane
from wmhseg.anatomy.structure import BRAIN, Structure
from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.io.volume import read_mask

# FreeSurfer's labels of the left half; those of the right are 39 more, or as given.
LEFT_OF = {
    Structure.WHITE_MATTER: (2, 25),  # 25 and 57 are lesions
    Structure.CORTEX: (3, 17, 18),
    Structure.DEEP_GREY: (10, 11, 12, 13, 26, 28),
    Structure.VENTRICLES: (4, 5),
    Structure.CEREBELLUM: (7, 8),
}
RIGHT = {10: 49, 11: 50, 12: 51, 13: 52, 17: 53, 18: 54, 25: 57, 26: 58, 28: 60}
MIDLINE = {Structure.CSF: (14, 15, 24), Structure.BRAINSTEM: (16,)}
# As far below the brain as CSF is inside the skull.
BELOW_BRAIN_MM = 3
EVERY = (1, 6)


def right_of(label: int) -> int:
    """Return the label of the same structure on the right."""
    return RIGHT.get(label, label + 39)


def structures_of(labels: np.ndarray, slice_mm: float) -> np.ndarray:
    """Return the structure of each voxel (Z, Y, X)."""
    table = np.zeros(int(labels.max()) + 1, np.uint8)
    for structure, numbers in LEFT_OF.items():
        for number in numbers:
            table[[number, right_of(number)]] = structure
    for structure, numbers in MIDLINE.items():
        table[list(numbers)] = structure
    found = table[labels]
    lowest = int(np.flatnonzero(np.isin(found, BRAIN).any(axis=(1, 2)))[0])
    found[: max(0, lowest - int(BELOW_BRAIN_MM / slice_mm))] = Structure.OUTSIDE
    return found


def measure(labels: np.ndarray, spacing_mm: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return the share of left and of right voxels on their side, and the excess of the ICV (share)."""
    structures = structures_of(labels, spacing_mm[0])
    plane = find_midsagittal_plane(structures, spacing_mm)
    left = [number for numbers in LEFT_OF.values() for number in numbers]
    shares = []
    for numbers in (left, [right_of(number) for number in left]):
        places = np.argwhere(np.isin(labels, numbers)) * np.array(spacing_mm)
        shares.append(float(np.mean(plane.left_of(places))))
    inside = structures != Structure.OUTSIDE
    excess = np.count_nonzero(intracranial(inside, spacing_mm)) / np.count_nonzero(inside) - 1
    return shares[0], 1 - shares[1], float(excess)


def main() -> None:
    """Measure all heads."""
    parser = argparse.ArgumentParser()
    parser.add_argument("heads", type=Path, nargs="?", default=Path("../shared/data/head_label_maps"))
    rows: dict[int, list[tuple[float, float, float]]] = {every: [] for every in EVERY}
    for path in sorted(parser.parse_args().heads.glob("*.nii.gz")):
        volume, _ = to_axial_lps(read_mask(path))
        x, y, z = volume.grid.spacing_mm
        for every in EVERY:
            rows[every].append(measure(volume.array[::every].astype(int), (z * every, y, x)))
            left, right, excess = rows[every][-1]
            print(f"{path.name} slices of {every} mm: left {left:.2%}, right {right:.2%}, ICV {excess:+.1%}")
    for every, found in rows.items():
        sides = np.array(found)[:, :2]
        excesses = np.array(found)[:, 2]
        print(
            f"slices of {every} mm: sides {sides.min():.2%} to {sides.max():.2%}, mean {sides.mean():.2%}; "
            f"ICV {excesses.min():+.1%} to {excesses.max():+.1%}"
        )


if __name__ == "__main__":
    main()
