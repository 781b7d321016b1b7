"""A small head in single files of many kinds, and where its mask has to lie."""

import gzip
import struct
import sys
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import SimpleITK as sitk

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import Head, centred_grid, synthetic_head

# Turned about z and x, so that no axis is the world's.
_A, _B = np.deg2rad([6, -4])
OBLIQUE = np.array([[np.cos(_A), -np.sin(_A), 0], [np.sin(_A), np.cos(_A), 0], [0, 0, 1]]) @ np.array(
    [[1, 0, 0], [0, np.cos(_B), -np.sin(_B)], [0, np.sin(_B), np.cos(_B)]]
)
SPACING_MM = (2.3, 2.3, 12.0)
# NIfTI-1: where a field starts, and what it is.
FIELDS = {
    "dim": (40, "8h"), "bitpix": (72, "h"), "pixdim": (80, "3f"), "vox_offset": (108, "f"),
    "qform_code": (252, "h"), "sform_code": (254, "h"), "qoffset": (268, "3f"), "srow": (280, "12f"),
    "magic": (344, "4s"),
}  # fmt: skip


GRID = centred_grid((64, 72, 12), SPACING_MM, tuple(OBLIQUE.ravel().tolist()))
# To RAS millimetres, from the grid's definition.
AFFINE = np.vstack([np.column_stack([OBLIQUE * SPACING_MM, GRID.origin_mm]), [0, 0, 0, 1]])
AFFINE[:2] *= -1


@cache
def head() -> Head:
    """A small oblique head."""
    return synthetic_head(GRID)


@cache
def whole(unit_mm: float = 1.0, version: int = 1) -> bytes:
    """The head as the bytes of a NIfTI file with both forms."""
    placed = AFFINE / unit_mm
    placed[3] = 0, 0, 0, 1
    array = head().flair.array.transpose(2, 1, 0).astype(np.int16)
    image = (nib.Nifti1Image if version == 1 else nib.Nifti2Image)(array, placed)
    image.set_qform(placed, 1)
    image.set_sform(placed, 1)
    image.header.set_xyzt_units({1.0: "mm", 1000.0: "meter", 0.001: "micron"}[unit_mm])
    return image.to_bytes()


def header(**fields: Any) -> bytes:
    """The head's NIfTI-1 file with other values in its header; pixdim without its sign of handedness."""
    content = bytearray(whole())
    for name, values in fields.items():
        offset, code = FIELDS[name]
        struct.pack_into(f"<{code}", content, offset, *(values if isinstance(values, tuple) else (values,)))
    return bytes(content)


def flair(content: Callable[[], bytes], name: str = "FLAIR.nii.gz") -> Callable[[Path], list[str]]:
    """Write the bytes under a name, compressed where it says so, and segment them."""

    def make(folder: Path) -> list[str]:
        stored = gzip.compress(content(), 1) if name.lower().endswith("gz") else content()
        (folder / name).write_bytes(stored)
        return command(folder / name)

    return make


def command(flair: Path, *more: str) -> list[str]:
    """Return the words that segment a FLAIR."""
    words = ["segment", "--flair", str(flair), "--output", str(flair.parent / "mask.nii.gz")]
    return [*words, "--bias-correction", "off", *more]


def pair(
    change: Callable[[bytes, bytes], tuple[bytes, bytes]], given: str = "hdr"
) -> Callable[[Path], list[str]]:
    """Write the head as .hdr and .img, changed, and segment the one that is given."""

    def make(folder: Path) -> list[str]:
        parts = change(header(magic=b"ni1\0", vox_offset=0.0)[:348], whole()[352:])
        for ending, content in zip(("hdr", "img"), parts, strict=True):
            if content:
                (folder / f"FLAIR.{ending}").write_bytes(content)
        return command(folder / f"FLAIR.{given}")

    return make


def itk(
    name: str, change: Callable[[bytes], bytes] = bytes, *, of: str = "", compressed: bool = False
) -> Callable[[Path], list[str]]:
    """Write the head by ITK, change one file's bytes, and segment it."""

    def make(folder: Path) -> list[str]:
        image = sitk.GetImageFromArray(head().flair.array.astype(np.int16))
        image.SetSpacing(GRID.spacing_mm)
        image.SetOrigin(GRID.origin_mm)
        image.SetDirection(GRID.direction)
        sitk.WriteImage(image, str(folder / name), compressed)
        changed = folder / (of or name)
        changed.write_bytes(change(changed.read_bytes()))
        return command(folder / name)

    return make


def cut(content: bytes) -> bytes:
    """Leave six tenths."""
    return content[: len(content) * 6 // 10]


def without(*names: bytes) -> Callable[[bytes], bytes]:
    """Leave out the lines that start so."""

    def change(content: bytes) -> bytes:
        return b"\n".join(line for line in content.split(b"\n") if not line.startswith(names))

    return change


def in_place(folder: Path, affine: np.ndarray = AFFINE) -> None:
    """Look whether the mask lies where the head does, in mm, and shows the lesions that were drawn."""
    mask = nib.load(folder / "mask.nii.gz")
    np.testing.assert_allclose(mask.affine, affine, rtol=1e-6, atol=1e-4)
    found, truth = np.asarray(mask.dataobj) > 0, head().truth.array.transpose(2, 1, 0) > 0
    assert 2 * np.count_nonzero(found & truth) > 0.8 * (found.sum() + truth.sum())


def as_nibabel(folder: Path) -> None:
    """Look whether the mask lies where nibabel sees the FLAIR."""
    name = next(name for name in ("FLAIR.nii.gz", "FLAIR.hdr") if (folder / name).exists())
    in_place(folder, nib.load(folder / name).affine)


def no_mask(folder: Path) -> None:
    """Look that nothing was written."""
    assert not (folder / "mask.nii.gz").exists()


def by(factor: float) -> bytes:
    """The head with voxels larger by a factor."""
    rows = tuple((AFFINE[:3] * factor).ravel().tolist())
    return header(srow=rows, qform_code=0, pixdim=tuple(size * factor for size in SPACING_MM))


def bomb(folder: Path) -> list[str]:
    """Write 100 MB of zeros behind the voxels, in 100 kB."""
    packed = zlib.compressobj(1, zlib.DEFLATED, 31)
    parts = [packed.compress(whole()), *(packed.compress(bytes(1 << 24)) for _ in range(6)), packed.flush()]
    (folder / "FLAIR.nii.gz").write_bytes(b"".join(parts))
    return command(folder / "FLAIR.nii.gz")


def sparse(folder: Path) -> list[str]:
    """Write all the bytes of 307 billion voxels, and none of them to the disk."""
    with (folder / "FLAIR.nii").open("wb") as file:
        file.write(header(dim=(3, 32000, 32000, 300, 1, 1, 1, 1))[:352])
        file.truncate(352 + 32000 * 32000 * 300 * 2)
    return command(folder / "FLAIR.nii")


def with_t1(content: Callable[[], bytes]) -> Callable[[Path], list[str]]:
    """Write the head as FLAIR, the bytes as T1."""

    def make(folder: Path) -> list[str]:
        (folder / "FLAIR.nii.gz").write_bytes(gzip.compress(whole(), 1))
        (folder / "T1.nii").write_bytes(content())
        return command(folder / "FLAIR.nii.gz", "--t1", str(folder / "T1.nii"))

    return make
