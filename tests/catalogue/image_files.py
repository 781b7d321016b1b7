"""A small head whose images are not what they are said to be, and what its mask must be."""

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import Head, centred_grid, synthetic_head
from wmhseg.io.volume import Volume

Array = NDArray[np.float32]
GRID = centred_grid((64, 72, 12), (2.3, 2.3, 12.0))
# Another grid over the same head.
OTHER = centred_grid((80, 92, 24), (1.8, 1.8, 6.5))


@cache
def head() -> Head:
    """The head."""
    return synthetic_head(GRID)


@cache
def elsewhere() -> Head:
    """The head on another grid, with the same noise per voxel."""
    return synthetic_head(OTHER)


def pair(
    flair: Callable[[], Volume], t1: Callable[[], Volume] | None, *words: str
) -> Callable[[Path], list[str]]:
    """Write a FLAIR and perhaps a T1 and segment them."""

    def make(folder: Path) -> list[str]:
        command = [
            "segment",
            "--flair",
            str(folder / "FLAIR.nii.gz"),
            "--output",
            str(folder / "mask.nii.gz"),
        ]
        command += ["--bias-correction", "off", *words]
        save(folder / "FLAIR.nii.gz", flair())
        if t1 is not None:
            save(folder / "T1.nii.gz", t1())
            command += ["--t1", str(folder / "T1.nii.gz")]
        return command

    return make


def save(path: Path, volume: Volume) -> None:
    """Write an axial volume with nibabel."""
    spacing, origin = volume.grid.spacing_mm, volume.grid.origin_mm
    affine = np.diag([-spacing[0], -spacing[1], spacing[2], 1.0])
    affine[:3, 3] = -origin[0], -origin[1], origin[2]
    image = nib.Nifti1Image(volume.array.transpose(2, 1, 0), affine)
    image.set_qform(affine, 1)
    image.set_sform(affine, 1)
    nib.save(image, path)


def flair() -> Volume:
    """The head's FLAIR."""
    return head().flair


def t1() -> Volume:
    """Its T1."""
    return head().t1


def changed(image: Callable[[], Volume], change: Callable[[Array], NDArray]) -> Callable[[], Volume]:
    """Return what draws the image and changes its voxels (Z, Y, X)."""
    return lambda: Volume(change(image().array.copy()), image().grid)


def bright_fluid(array: Array) -> Array:
    """Return the image with fluid as bright as in a T2."""
    seen = head().t1.array
    return np.where((seen > 33) & (seen < 62), np.float32(260), array)


def without(axis: int, part: slice) -> Callable[[Array], Array]:
    """Return what empties a part of the image along an axis."""

    def change(array: Array) -> Array:
        array[(slice(None),) * axis + (part,)] = 0
        return array

    return change


def as_drawn(folder: Path) -> None:
    """Look whether the mask lies on the FLAIR's grid and shows the lesions that were drawn."""
    mask, scan = nib.load(folder / "mask.nii.gz"), nib.load(folder / "FLAIR.nii.gz")
    np.testing.assert_allclose(mask.affine, scan.affine, atol=1e-5)
    found, truth = np.asarray(mask.dataobj) > 0, head().truth.array.transpose(2, 1, 0) > 0
    assert 2 * np.count_nonzero(found & truth) > 0.8 * (found.sum() + truth.sum())


def on_the_grid(folder: Path) -> None:
    """Look whether the mask lies on the FLAIR's grid."""
    mask, scan = nib.load(folder / "mask.nii.gz"), nib.load(folder / "FLAIR.nii.gz")
    np.testing.assert_allclose(mask.affine, scan.affine, atol=1e-5)
    assert mask.shape == scan.shape


def no_mask(folder: Path) -> None:
    """Look that nothing was written."""
    assert not (folder / "mask.nii.gz").exists()
