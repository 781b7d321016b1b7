"""Make the sample case: synthetic FLAIR, T1 and lesion mask of a whole head, from analytic shapes only.

Usage: python examples/make_sample.py [FOLDER]      (default: the folder `sample` beside this file)

Writes FOLDER/pre/FLAIR.nii.gz, FOLDER/pre/T1.nii.gz and FOLDER/wmh.nii.gz: 240 x 240 x 48 voxels of
0.96 x 0.96 x 3 mm. No scan and no atlas goes in; the same seed gives the same voxels.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from phantom.brain import paint_cerebrum, paint_deep_grey, paint_hindbrain
from phantom.head import Head
from phantom.lesions import paint_lesions
from phantom.shapes import WORK_STEP_MM, Array, Points, moved, waves
from phantom.skull import cranial_cavity, paint_face, paint_skull, paint_soft_tissue

Case = dict[str, NDArray[np.float32] | NDArray[np.int16]]  # (Z, Y, X) arrays by file name

SEED = 2017
LESION_SEED = 6  # chosen so that no stray fragment of a few voxels remains
SIZE_XYZ = (240, 240, 48)
SPACING_MM = (0.96, 0.96, 3.0)
SUB_SLICES = round(SPACING_MM[2] / WORK_STEP_MM[0])  # painted per slice, then averaged: partial volume
SLAB = 12  # slices painted at a time, to save memory
HALO = 1  # extra slices on either side of a slab, cut off afterwards
PAINTED_XY = (192, 216)  # the middle of the slice; the rest is air
HEAD_CENTRE_MM = (1.5, 14.0, 16.0)  # of the field of view, in the head's coordinates
YAW_DEG, ROLL_DEG = 2.0, 1.2  # how the head lies in the coil
TILT_DEG = (-9.0, 2.0, 1.0)  # slices along the commissures: oblique in scanner coordinates, about x, y, z
ISOCENTRE_MM = (-1.8, 21.4, 10.7)  # of the middle of the volume in scanner coordinates


@dataclass(frozen=True)
class Contrast:
    """How a scanner shows the head."""

    white_matter: float  # intensity
    noise: float  # SD, share of white matter
    bias: float  # SD of the log intensity over the head
    quantum: int  # intensities are multiples of this


FLAIR = Contrast(white_matter=110, noise=0.034, bias=0.03, quantum=6)
T1 = Contrast(white_matter=110, noise=0.018, bias=0.025, quantum=5)


def slice_points(slices: range, rows: int, columns: int, per_slice: int) -> Points:
    """Positions (Z, Y, X) in mm from the middle of the volume, in the directions of its axes."""
    counts = (len(slices) * per_slice, rows, columns)
    steps = (SPACING_MM[2] / per_slice, *SPACING_MM[1::-1])
    middles = ((SIZE_XYZ[2] / 2 - slices.start) * per_slice, rows / 2, columns / 2)
    axes = [(np.arange(n) + 0.5 - m) * step for n, m, step in zip(counts, middles, steps, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    return x, y, z


def head_points(points: Points, rng: np.random.Generator) -> Points:
    """The same in the head's coordinates: turned, shifted, and gently bent to break the symmetry."""
    x, y, z = points
    (cy, sy), (cr, sr) = ((np.cos(np.deg2rad(a)), np.sin(np.deg2rad(a))) for a in (YAW_DEG, ROLL_DEG))
    x, y = cy * x - sy * y, sy * x + cy * y
    x, z = cr * x - sr * z, sr * x + cr * z
    straight = moved((x, y, z), HEAD_CENTRE_MM)
    return moved(straight, [1.5 * waves(straight, rng, 120, 6) for _ in range(3)])


def paint_head(points: Points, rng: np.random.Generator) -> tuple[Array, Array]:
    """Image (2, Z, Y, X), white matter = 1, and share of lesion (Z, Y, X); painted from outside in."""
    shape = points[0].shape
    head = Head(points, np.zeros((2, *shape)), np.zeros(shape), np.full(shape, 99.0))
    cavity = cranial_cavity(points)
    # One generator per part: a part that is skipped does not change the others.
    soft, face, skull, cortex, hind = rng.spawn(5)
    paint_soft_tissue(head, soft)
    paint_face(head, face)
    paint_skull(head, cavity, skull)
    paint_cerebrum(head, cavity, cortex)
    paint_hindbrain(head, hind)
    paint_deep_grey(head)
    return head.image, paint_lesions(head, np.random.default_rng(LESION_SEED))


def to_slices(fine: Array) -> Array:
    """Average sub-slices, blur a little in the plane as scanners do, and add the air around: (Z, Y, X)."""
    thick = fine.reshape(-1, SUB_SLICES, *fine.shape[1:]).mean(axis=1)[HALO:-HALO]
    blurred = ndimage.gaussian_filter(thick, (0, 0.55, 0.55))
    margins = [(size - painted) // 2 for size, painted in zip(SIZE_XYZ[1::-1], PAINTED_XY[::-1], strict=True)]
    return np.pad(blurred, ((0, 0), *((margin, margin) for margin in margins)))


def scan(ideal: Array, bias: Array, contrast: Contrast, rng: np.random.Generator) -> NDArray[np.int16]:
    """Bias field, Rician noise, coarse quantisation; the air around the head is 0."""
    signal = ideal * np.exp(contrast.bias * bias)
    real, imaginary = rng.normal(scale=contrast.noise, size=(2, *ideal.shape))
    noisy = np.hypot(signal + real, imaginary) * contrast.white_matter
    head = ndimage.binary_fill_holes(ideal > 0.08, np.ones((1, 3, 3)))
    levels = np.round(noisy / contrast.quantum) * contrast.quantum
    return np.where(head, levels, 0).astype(np.int16)


def make_slab(first: int) -> Case:
    """The three arrays for SLAB slices from `first` on."""
    shape_rng, noise_rng = np.random.default_rng(SEED), np.random.default_rng((SEED, first))
    fine = slice_points(range(first - HALO, first + SLAB + HALO), PAINTED_XY[1], PAINTED_XY[0], SUB_SLICES)
    image, share = paint_head(head_points(fine, shape_rng), shape_rng)
    # float32, as in the challenge: its scoring misreads an integer truth.
    case: Case = {"wmh.nii.gz": (to_slices(share) >= 0.5).astype(np.float32)}
    grid = slice_points(range(first, first + SLAB), SIZE_XYZ[1], SIZE_XYZ[0], 1)
    for name, channel, contrast in (("FLAIR", image[0], FLAIR), ("T1", image[1], T1)):
        bias = waves(grid, shape_rng, 220, 10)
        case[f"pre/{name}.nii.gz"] = scan(to_slices(channel), bias, contrast, noise_rng)
    return case


def make_case() -> Case:
    """The whole case: slabs one after the other."""
    slabs = [make_slab(first) for first in range(0, SIZE_XYZ[2], SLAB)]
    return {name: np.concatenate([slab[name] for slab in slabs]) for name in slabs[0]}


def direction_cosines() -> Array:
    """Rotation (3, 3) from the slices to scanner coordinates."""
    rotation = sitk.Euler3DTransform()
    rotation.SetRotation(*(float(np.deg2rad(angle)) for angle in TILT_DEG))
    return np.array(rotation.GetMatrix()).reshape(3, 3)


def write_case(arrays: Case, folder: Path) -> None:
    """Write the arrays as NIfTI on the oblique grid."""
    direction = direction_cosines()
    middle = (np.array(SIZE_XYZ) - 1) / 2 * SPACING_MM
    for name, array in arrays.items():
        image = sitk.GetImageFromArray(array)
        image.SetSpacing(SPACING_MM)
        image.SetDirection(direction.ravel().tolist())
        image.SetOrigin((ISOCENTRE_MM - direction @ middle).tolist())
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sitk.WriteImage(image, str(path), useCompression=True, compressionLevel=9)


def main() -> None:
    """Make the case and write it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent / "sample")
    write_case(make_case(), parser.parse_args().folder)


if __name__ == "__main__":
    main()
