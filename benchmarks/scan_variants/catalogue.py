"""All variants: of a case with thick axial slices, and of one with thin slices."""

from collections.abc import Callable
from functools import partial

import SimpleITK as sitk

from scan_variants import files, images
from scan_variants.variant import Kind, Pair, Variant

# Storage of slices as scanners acquire them: rows and columns first, slices last.
SAGITTAL, CORONAL = "PIL", "LIP"

Make = Callable[[Pair], Pair]
Spacing = tuple[float | None, float | None, float | None]


def thick_variants() -> list[Variant]:
    """Return the variants of a case with thick axial slices."""
    return [*_orientations(), *_headers(), *_formats(), *_scales(), *_in_plane(), *_t1(), *_fields_of_view()]


def thin_variants() -> list[Variant]:
    """Return the variants of a case with voxels of about 1 mm."""
    reordered, resampled, lost = Kind.REORDERED, Kind.RESAMPLED, Kind.LOST
    return [
        Variant("3D sagittal storage", reordered, _each(images.stored_as, SAGITTAL)),
        Variant("3D coronal storage", reordered, _each(images.stored_as, CORONAL)),
        Variant("3D sagittal DICOM, int16", Kind.RESCALED, _sagittal_integers, files.dicom),
        Variant("3D sagittal, 1 x 1 x 1.2 mm", resampled, _stored((1.2, None, None), SAGITTAL)),
        Variant("0.7 mm in-plane, 1 mm slices", resampled, _spaced(0.7, 0.7, None)),
        Variant("0.8 mm isotropic", resampled, _spaced(0.8, 0.8, 0.8)),
        Variant("1.5 mm isotropic", resampled, _spaced(1.5, 1.5, 1.5)),
        Variant("2 mm isotropic", resampled, _spaced(2.0, 2.0, 2.0)),
        Variant("oblique, 15 degrees about x", resampled, _each(images.oblique, (15.0, 0.0, 0.0))),
        Variant("oblique, 10, 8 and 6 degrees", resampled, _each(images.oblique, (10.0, 8.0, 6.0))),
        Variant("T1 on another grid: sagittal, 1.2 mm", resampled, _t1_stored((1.2, 1.2, 1.2), SAGITTAL)),
        Variant("T1 displaced, 10 mm and 8 degrees", resampled, _displaced),
        Variant("lowest 50 slices missing", Kind.CROPPED, _each(images.without_slices, 50, 0)),
        Variant("cropped to the head", Kind.CROPPED, _cropped),
        Variant("axial slices of 3 mm", lost, _spaced(None, None, 3.0)),
        Variant("axial slices of 5 mm", lost, _spaced(None, None, 5.0)),
        Variant("axial slices of 6.5 mm", lost, _spaced(None, None, 6.5)),
        Variant("sagittal slices of 3 mm", lost, _stored((3.0, None, None), SAGITTAL)),
        Variant("sagittal slices of 5 mm", lost, _stored((5.0, None, None), SAGITTAL)),
        Variant("coronal slices of 4 mm", lost, _stored((None, 4.0, None), CORONAL)),
        Variant("T1 with axial slices of 5 mm", lost, _t1_stored((None, None, 5.0), "LPS")),
        Variant("T1 absent", lost, _without_t1),
    ]


def _orientations() -> list[Variant]:
    return [
        Variant(f"stored as {towards}", Kind.REORDERED, _each(images.stored_as, towards))
        for towards in images.orientations()
    ]


def _headers() -> list[Variant]:
    turned = partial(Variant, kind=Kind.REORDERED, voxelwise=True)
    return [
        Variant("T1 stored as RIP, FLAIR as it was", Kind.REORDERED, _t1_only(images.stored_as, "RIP")),
        turned("header turned 10 degrees about x", make=_each(images.turned_header, (10.0, 0.0, 0.0))),
        turned("header turned 15, 10 and 20 degrees", make=_each(images.turned_header, (15.0, 10.0, 20.0))),
        turned(
            "header moved 300 mm", make=_each(images.turned_header, (0.0, 0.0, 0.0), (300.0, -200.0, 100.0))
        ),
        turned("axes 0.4 degrees off right angles", write=files.nifti_skewed),
    ]


def _formats() -> list[Variant]:
    form = partial(Variant, kind=Kind.FORMAT)
    return [
        form("NIfTI, not compressed", write=files.nifti),
        form("NIfTI-2", write=files.nifti_2),
        form("NIfTI, big-endian", write=files.nifti_big_endian),
        form("NIfTI, 4D with one volume", write=files.nifti_4d),
        form("NIfTI, qform only", write=files.nifti_qform_only),
        form("NIfTI, qform 20 mm off the sform", write=files.nifti_qform_off),
        form("NRRD", write=files.nrrd),
        form("MHA", write=files.mha),
        form("MHD and raw file", write=files.mhd),
        form("DICOM, axial, names shuffled", make=_integers, write=files.dicom),
        form("DICOM, sagittal", make=_sagittal_integers, write=files.dicom),
        form("DICOM, coronal", make=_coronal_integers, write=files.dicom),
    ]


def _scales() -> list[Variant]:
    other = partial(Variant, kind=Kind.RESCALED)
    return [
        other("x 0.01, float32", make=_each(images.scaled, 0.01)),
        other("x 1000, float32", make=_each(images.scaled, 1000.0)),
        other("FLAIR as it was, T1 x 100", make=_t1_only(images.scaled, 100.0)),
        other("+ 5000, float32", make=_each(images.scaled, 1.0, 5000.0)),
        other("0 to 1, float32", make=_each(images.as_type, sitk.sitkFloat32, (0.0, 1.0))),
        other("float64", make=_each(images.as_type, sitk.sitkFloat64)),
        other("0 to 4095, int16", make=_each(images.as_type, sitk.sitkInt16, (0.0, 4095.0))),
        other("0 to 65535, uint16", make=_each(images.as_type, sitk.sitkUInt16, (0.0, 65535.0))),
        other("0 to 255, uint8", make=_each(images.as_type, sitk.sitkUInt8, (0.0, 255.0))),
        other("int16 with slope and intercept", write=files.nifti_slope),
    ]


def _in_plane() -> list[Variant]:
    square = [
        Variant(f"{mm:g} mm in-plane", Kind.RESAMPLED, _spaced(mm, mm, None))
        for mm in (0.4, 0.5, 0.7, 1.2, 1.5, 2.0)
    ]
    return [
        *square,
        Variant("0.6 x 1.2 mm in-plane", Kind.RESAMPLED, _spaced(0.6, 1.2, None)),
        Variant("twice as many slices, interpolated", Kind.RESAMPLED, _each(_twice_as_many)),
        Variant("oblique, 12 degrees about z", Kind.RESAMPLED, _each(images.oblique, (0.0, 0.0, 12.0))),
        Variant("oblique, 12 degrees about x", Kind.LOST, _each(images.oblique, (12.0, 0.0, 0.0))),
        Variant("every other slice", Kind.LOST, _each(_every_other)),
    ]


def _t1() -> list[Variant]:
    moved_in_plane = _t1_only(images.moved_head, (0.0, 0.0, 8.0), (8.0, 6.0, 0.0))
    return [
        Variant(
            "T1 on another grid: 1 x 1 x 3 mm", Kind.RESAMPLED, _t1_only(images.resampled, (1.0, 1.0, 3.0))
        ),
        Variant(
            "T1 on another grid: sagittal, 1.2 mm", Kind.RESAMPLED, _t1_stored((1.2, 1.2, 1.2), SAGITTAL)
        ),
        Variant("T1 displaced, 10 mm and 8 degrees", Kind.RESAMPLED, _displaced),
        Variant("T1 on the FLAIR's grid, head 10 mm and 8 degrees off", Kind.RESAMPLED, moved_in_plane),
        Variant("T1 absent", Kind.LOST, _without_t1),
    ]


def _fields_of_view() -> list[Variant]:
    return [
        Variant("surrounded by zeros, 40 pixels, 2 slices", Kind.PADDED, _each(images.padded, 40, 2)),
        Variant("surrounded by zeros, 100 pixels", Kind.PADDED, _each(images.padded, 100, 0)),
        Variant("cropped to the head", Kind.CROPPED, _cropped),
        Variant("3 lowest slices missing", Kind.CROPPED, _each(images.without_slices, 3, 0)),
        Variant("3 highest slices missing", Kind.CROPPED, _each(images.without_slices, 0, 3)),
    ]


def _each(change: Callable[..., sitk.Image], *arguments: object) -> Make:
    return lambda pair: pair.each(change, *arguments)


def _t1_only(change: Callable[..., sitk.Image], *arguments: object) -> Make:
    return lambda pair: pair.its_t1(change, *arguments)


def _spaced(x: float | None, y: float | None, z: float | None) -> Make:
    return _each(images.resampled, (x, y, z))


def _stored(spacing_mm: Spacing, towards: str) -> Make:
    return lambda pair: pair.each(images.resampled, spacing_mm).each(images.stored_as, towards)


def _t1_stored(spacing_mm: Spacing, towards: str) -> Make:
    return lambda pair: pair.its_t1(images.resampled, spacing_mm).its_t1(images.stored_as, towards)


def _displaced(pair: Pair) -> Pair:
    return pair.its_t1(images.turned_header, (4.0, -5.0, 4.8), (6.0, -6.0, 5.3))


def _without_t1(pair: Pair) -> Pair:
    return Pair(pair.flair, None)


def _cropped(pair: Pair) -> Pair:
    return pair.each(images.cropped_to_head, pair.flair)


def _twice_as_many(image: sitk.Image) -> sitk.Image:
    return images.resampled(image, (None, None, image.GetSpacing()[2] / 2))


def _every_other(image: sitk.Image) -> sitk.Image:
    return image[:, :, ::2]


def _integers(pair: Pair) -> Pair:
    """DICOM holds integers: floating-point values are stretched to 0..4000."""
    whole = "integer" in pair.flair.GetPixelIDTypeAsString()
    return pair if whole else pair.each(images.as_type, sitk.sitkInt16, (0.0, 4000.0))


def _sagittal_integers(pair: Pair) -> Pair:
    return _integers(pair).each(images.stored_as, SAGITTAL)


def _coronal_integers(pair: Pair) -> Pair:
    return _integers(pair).each(images.stored_as, CORONAL)
