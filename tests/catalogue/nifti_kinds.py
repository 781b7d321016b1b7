"""NIfTI files and pairs: where voxels lie, what is missing, what is too large."""

import gzip

import numpy as np
from head_files import (
    AFFINE,
    as_nibabel,
    bomb,
    by,
    cut,
    flair,
    header,
    in_place,
    no_mask,
    pair,
    sparse,
    whole,
    with_t1,
)
from kind import Kind

MOVED = (float(AFFINE[0, 3]) + 40, *AFFINE[1:3, 3].tolist())
COUNTS = "the sform counts$"
NO_POSITION = "no position .*orientation unknown"

# fmt: off
NIFTI_KINDS = (
    Kind("NIfTI", "segmented", flair(whole), 0, "", as_nibabel),
    Kind("NIfTI-2", "segmented", flair(lambda: whole(version=2)), 0, "", as_nibabel),
    Kind("NIfTI: qform alone", "placed by it", flair(lambda: header(sform_code=0)), 0, "", as_nibabel),
    Kind(
        "NIfTI: sform alone, pixdim of another size", "placed and sized by the sform, with a warning",
        flair(lambda: header(qform_code=0, pixdim=(1.0, 1.0, 1.0))), 0, f"by pixdim.*; {COUNTS}",
        as_nibabel,
    ),
    Kind(
        "NIfTI: sform alone, pixdim 0 or NaN", "placed and sized by the sform, with a warning",
        flair(lambda: header(qform_code=0, pixdim=(0.0, 2.3, np.nan))), 0, f"by pixdim.*; {COUNTS}",
        in_place,
    ),
    Kind(
        "NIfTI: pixdim negative", "its sign is left out, with a warning",
        flair(lambda: header(sform_code=0, pixdim=(-2.3, 2.3, 12.0))), 0, "by pixdim.*; the qform counts$",
        as_nibabel,
    ),
    Kind(
        "NIfTI: sform holds NaN, qform is whole", "placed by the qform, with a warning",
        flair(lambda: header(srow=(np.nan,) * 12)), 0, "sform holds zero or no number; the qform counts$",
        in_place,
    ),
    Kind(
        "NIfTI: qform with a pixdim of 0, sform is whole", "placed by the sform, with a warning",
        flair(lambda: header(pixdim=(2.3, 0.0, 12.0))), 0, f"qform holds zero or no number; {COUNTS}",
        in_place,
    ),
    Kind(
        "NIfTI: the only form holds zero or NaN", "refused",
        flair(lambda: header(qform_code=0, srow=(0.0,) * 12)), 3,
        "expected voxel sizes .* in sform, found zero", no_mask,
    ),
    Kind(
        "NIfTI: qform and sform 40 mm apart", "the sform counts, with a warning",
        flair(lambda: header(qoffset=MOVED)), 0, f"up to 40.0 mm apart; {COUNTS}", as_nibabel,
    ),
    Kind(
        "NIfTI: no position (both codes 0)", "taken as left-anterior-superior, with a warning",
        flair(lambda: header(qform_code=0, sform_code=0)), 0, NO_POSITION, as_nibabel,
    ),
    Kind(
        "NIfTI: no position, and no voxel size", "refused",
        flair(lambda: header(qform_code=0, sform_code=0, pixdim=(2.3, 2.3, 0.0))), 3,
        "expected voxel sizes in pixdim, found 2.3x2.3x0;", no_mask,
    ),
    Kind(
        "NIfTI: sizes in metres (xyzt_units)", "the mask is in mm, at the same place; a warning",
        flair(lambda: whole(unit_mm=1000.0)), 0, "header is in metres .xyzt_units.; results are in mm$",
        in_place,
    ),
    Kind(
        "NIfTI-2: sizes in microns (xyzt_units)", "the mask is in mm, at the same place; a warning",
        flair(lambda: whole(unit_mm=0.001, version=2)), 0, "header is in microns", in_place,
    ),
    Kind(
        "NIfTI: voxels 10 times too large", "refused; the unit is named", flair(lambda: by(10)), 3,
        "found 64x72x12 voxels of 23x23x120 mm, .* 10 times too large mean another unit", no_mask,
    ),
    Kind(
        "NIfTI: voxels 1000 times too small", "refused; the unit is named", flair(lambda: by(0.001)), 3,
        "found 64x72x12 voxels of 0.0023x0.0023x0.012 mm, .* 1000 times too small mean another unit",
        no_mask,
    ),
    Kind("NIfTI: FLAIR.NII.GZ", "segmented", flair(whole, "FLAIR.NII.GZ"), 0, "", in_place),
    Kind(
        "NIfTI: compressed under the name .nii, or not under .nii.gz", "segmented",
        flair(lambda: gzip.compress(whole(), 1), "FLAIR.nii"), 0, "", in_place,
    ),
    Kind(
        "NIfTI: voxels missing, FLAIR.NII", "refused", flair(lambda: cut(whole()), "FLAIR.NII"), 3,
        r"expected 110944 bytes, found 66566", no_mask,
    ),
    Kind(
        "NIfTI: copy of a compressed file broken off", "refused",
        flair(lambda: cut(gzip.compress(whole(), 1)), "FLAIR.Nii"), 3, "ended before the end-of-stream",
        no_mask,
    ),
    Kind(
        "NIfTI: bitpix contradicts datatype", "datatype counts, with a warning",
        flair(lambda: header(bitpix=8)), 0, "bitpix 8 contradicts the number type, int16, which counts",
        as_nibabel,
    ),
    Kind(
        "NIfTI: bitpix contradicts datatype, and the file is as long as it says", "refused",
        flair(lambda: header(bitpix=32) + whole()[352:]), 3,
        "expected voxels of int16, found voxels of 32 bits", no_mask,
    ),
    Kind(
        "NIfTI: vox_offset NaN", "refused", flair(lambda: header(vox_offset=np.nan)), 3,
        "expected a vox_offset of 348 or more, found nan", no_mask,
    ),
    Kind(
        "NIfTI: vox_offset behind the end", "refused", flair(lambda: header(vox_offset=1e30)), 3,
        "expected 1000000015047466.* bytes, found [0-9]+ compressed ones", no_mask,
    ),
    Kind(
        "NIfTI: vox_offset that is odd", "counts, with a warning",
        flair(lambda: header(vox_offset=353.0)[:352] + b"\0" + whole()[352:]), 0,
        "vox_offset 353 is no multiple of 2 bytes, but counts", as_nibabel,
    ),
    Kind(
        "NIfTI: more than twice as many bytes as the header says", "refused, unread", bomb, 3,
        "expected 110944 bytes, found more than twice as many", no_mask,
    ),
    Kind(
        "NIfTI: more voxels than fit into memory", "refused, unread", sparse, 3, "fits into memory",
        no_mask,
    ),
    Kind(
        "NIfTI pair, .hdr given", "segmented", pair(lambda one, two: (one, two)), 0, "",
        as_nibabel,
    ),
    Kind("NIfTI pair, .img given", "segmented", pair(lambda one, two: (one, two), "img"), 0, "", in_place),
    Kind(
        "NIfTI pair, one missing", "refused", pair(lambda one, _: (one, b"")), 3,
        "expected FLAIR.img beside it, .* found none", no_mask,
    ),
    Kind(
        "NIfTI pair, voxels missing", "refused", pair(lambda one, two: (one, cut(two))), 3,
        "FLAIR.img: not a readable image .expected 110592 bytes, found 66355", no_mask,
    ),
    Kind(
        "T1: voxels 10 times too large", "refused", with_t1(lambda: by(10)), 3,
        "T1.nii: expected a head in 50",
        no_mask,
    ),
    Kind(
        "T1: voxels missing", "refused", with_t1(lambda: cut(whole())), 3,
        "T1.nii: not a readable image .expected 110944 bytes, found 66566", no_mask,
    ),
)
