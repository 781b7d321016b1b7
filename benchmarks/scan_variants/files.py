"""Images to files: every format and header that a scan may come with."""

import random
from pathlib import Path

import nibabel as nib
import numpy as np
import SimpleITK as sitk

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def nifti_gz(stem: Path, image: sitk.Image) -> Path:
    """Write NIfTI-1, compressed; return its path."""
    return _by_itk(stem, image, ".nii.gz")


def nifti(stem: Path, image: sitk.Image) -> Path:
    """Write NIfTI-1, not compressed; return its path."""
    return _by_itk(stem, image, ".nii")


def nrrd(stem: Path, image: sitk.Image) -> Path:
    """Write NRRD; return its path."""
    return _by_itk(stem, image, ".nrrd")


def mha(stem: Path, image: sitk.Image) -> Path:
    """Write MetaImage in one file; return its path."""
    return _by_itk(stem, image, ".mha")


def mhd(stem: Path, image: sitk.Image) -> Path:
    """Write MetaImage in two files; return the header's path."""
    return _by_itk(stem, image, ".mhd")


def nifti_2(stem: Path, image: sitk.Image) -> Path:
    """Write NIfTI-2; return its path."""
    return _by_nibabel(stem, nib.Nifti2Image(_xyz(image), affine(image)))


def nifti_big_endian(stem: Path, image: sitk.Image) -> Path:
    """Write NIfTI-1 with the most significant byte first, as old scanners' computers did."""
    header = nib.Nifti1Header(endianness=">")
    array = _xyz(image)
    header.set_data_dtype(array.dtype)
    return _by_nibabel(stem, nib.Nifti1Image(array, affine(image), header))


def nifti_4d(stem: Path, image: sitk.Image) -> Path:
    """Write NIfTI-1 with a fourth axis of one volume; return its path."""
    return _by_nibabel(stem, nib.Nifti1Image(_xyz(image)[..., np.newaxis], affine(image)))


def nifti_slope(stem: Path, image: sitk.Image) -> Path:
    """Write NIfTI-1 of int16 with slope and intercept: the same values to half a slope."""
    array = _xyz(image).astype(np.float64)
    slope = (array.max() - array.min()) / 60000
    intercept = array.min() + 30000 * slope
    header = nib.Nifti1Header()
    header.set_data_dtype(np.int16)
    header.set_slope_inter(slope, intercept)
    return _by_nibabel(stem, nib.Nifti1Image(array, affine(image), header))


def nifti_qform_only(stem: Path, image: sitk.Image) -> Path:
    """Write NIfTI-1 whose sform code is 0; return its path."""
    nifti_1 = nib.Nifti1Image(_xyz(image), affine(image))
    nifti_1.set_qform(affine(image), code=1)
    nifti_1.set_sform(None, code=0)
    return _by_nibabel(stem, nifti_1)


def nifti_qform_off(stem: Path, image: sitk.Image) -> Path:
    """Write NIfTI-1 whose qform lies 20 mm beside its sform, which is right; return its path."""
    nifti_1 = nib.Nifti1Image(_xyz(image), affine(image))
    off = affine(image)
    off[:3, 3] += (20, 0, 0)
    nifti_1.set_qform(off, code=1)
    nifti_1.set_sform(affine(image), code=1)
    return _by_nibabel(stem, nifti_1)


def nifti_skewed(stem: Path, image: sitk.Image) -> Path:
    """Write NIfTI-1 whose second axis leans 0.4 degrees towards the first; return its path."""
    nifti_1 = nib.Nifti1Image(_xyz(image), None)
    nifti_1.header.set_zooms(image.GetSpacing())
    leaning = affine(image)
    x, y, _ = image.GetSpacing()
    leaning[:3, 1] += leaning[:3, 0] * np.tan(np.deg2rad(0.4)) * y / x
    nifti_1.set_qform(None, code=0)
    nifti_1.set_sform(leaning, code=1)
    return _by_nibabel(stem, nifti_1)


def dicom(stem: Path, image: sitk.Image) -> Path:
    """Write a folder with a DICOM series whose names are in no order; return it."""
    stem.mkdir()
    names = list(range(image.GetSize()[2]))
    random.Random(7).shuffle(names)
    direction = np.asarray(image.GetDirection()).reshape(3, 3)
    for index, name in enumerate(names):
        part = image[:, :, index : index + 1]
        tags = {
            "0008|0060": "MR",
            "0020|000d": "1.2.3.4",
            "0020|000e": f"1.2.3.4.{sum(map(ord, stem.name))}",
            "0020|0013": str(index + 1),
            "0020|0032": _numbers(image.TransformIndexToPhysicalPoint((0, 0, index))),
            "0020|0037": _numbers((*direction[:, 0], *direction[:, 1])),
        }
        for tag, value in tags.items():
            part.SetMetaData(tag, value)
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetFileName(str(stem / f"{name:04}.dcm"))
        writer.Execute(part)
    return stem


def affine(image: sitk.Image) -> np.ndarray:
    """Return voxel (x, y, z) to world (RAS, mm), 4x4."""
    lps = np.eye(4)
    lps[:3, :3] = np.asarray(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    lps[:3, 3] = image.GetOrigin()
    return np.asarray(_LPS_TO_RAS @ lps)


def _numbers(values: tuple[float, ...]) -> str:
    # DICOM's decimal strings have 16 characters at most.
    return "\\".join(f"{value:.9g}" for value in values)


def _by_itk(stem: Path, image: sitk.Image, ending: str) -> Path:
    path = stem.with_name(stem.name + ending)
    sitk.WriteImage(image, str(path), useCompression=ending not in (".nii", ".mhd"))
    return path


def _by_nibabel(stem: Path, image: nib.Nifti1Image) -> Path:
    path = stem.with_name(stem.name + ".nii.gz")
    nib.save(image, path)
    return path


def _xyz(image: sitk.Image) -> np.ndarray:
    return sitk.GetArrayFromImage(image).transpose(2, 1, 0)
