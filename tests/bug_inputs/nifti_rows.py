"""Folders 01 to 06: where voxels of NIfTI files lie, cut files, number types and scales."""

from row import Row, read, refused

BY_PIXDIM = "by pixdim.* counts"
UNKNOWN = "no position.* orientation unknown"
LONGER = "expected [0-9]+ bytes.*, found [0-9]+"
TYPE = "expected one 3D volume with one value per voxel"
NO_IMAGE = "not a readable image"


def _position() -> list[Row]:
    """Return the rows of 01 and 02: the form that counts places and sizes, whatever pixdim says."""
    one, two = "01-pixdim-vs-sform", "02-pixdim-odd"
    rows = [
        read(f"{one}/{name}", f"{one}/{name}/FLAIR.nii.gz", BY_PIXDIM, "a639", t1=f"{one}/{name}/T1.nii.gz")
        for name in ("a", "e")
    ]
    # An sform of unit length makes a head of 18 mm.
    rows += [
        refused(f"{one}/{name}", f"{one}/{name}/FLAIR.nii.gz", "1x1x1 mm.* 18 mm") for name in ("b", "c")
    ]
    for change in ("negx", "negz", "zeroz", "nanz"):
        is_size = change.startswith("neg")
        for forms in ("q0s0", "q0s1", "q1s0", "q1s1"):
            name = f"{two}/{change}-{forms}"
            flair = f"{name}/FLAIR.nii.gz"
            if forms.endswith("s1") or (forms == "q1s0" and is_size):
                rows.append(read(name, flair, BY_PIXDIM))
            elif is_size:
                rows.append(read(name, flair, UNKNOWN, by="voxels"))
            else:
                rows.append(refused(name, flair, "expected voxel sizes"))
    rows.append(read(f"{two}/qfac0", f"{two}/qfac0/FLAIR.nii.gz", "mm apart; the sform counts"))
    for name in ("4d-tr0", "5d-single", "7d-single"):
        rows.append(read(f"{two}/{name}", f"{two}/{name}/FLAIR.nii.gz"))
    for name in ("4d-slices-in-t", "dim0-is-0", "dim0-is-9"):
        rows.append(refused(f"{two}/{name}", f"{two}/{name}/FLAIR.nii.gz", TYPE))
    for name, like in (("t1-negx", "a639"), ("b755-negx", "b755")):
        folder = f"{two}/{name}"
        rows.append(read(folder, f"{folder}/FLAIR.nii.gz", BY_PIXDIM, like, t1=f"{folder}/T1.nii.gz"))
    return rows


def _cut() -> list[Row]:
    """Return the rows of 04: the same checks for every name and format."""
    folder = "04-truncated-other-names"
    cut = ["cut.nii", "cut.nii.gz", "cut.NII", "cut.NII.GZ", "cut.Nii.Gz"]
    cut += ["cut-a.mha", "cut-a.mhd", "cut-a.nrrd", "cut-a.nhdr", "paircut.hdr", "paircut.img"]
    rows = [refused(f"{folder}/{name}", says=LONGER) for name in cut]
    for name in ("gzcut.nii.gz", "gzcut.NII.GZ", "cut-az.mha", "cut-az.nrrd"):
        rows.append(refused(f"{folder}/{name}", says=NO_IMAGE))
    whole = ["whole.NII", "whole.NII.GZ", "pairwhole.hdr", "pairwhole.img"]
    whole += ["a.mha", "az.mha", "a.mhd", "a.nrrd", "az.nrrd", "a.nhdr"]
    rows += [read(f"{folder}/{name}") for name in whole]
    for name in ("pairforms.hdr", "pairforms.img", "forms.nii.gz", "forms.NII.GZ"):
        rows.append(read(f"{folder}/{name}", says="up to 40.0 mm apart; the sform counts"))
    rows += [read(f"{folder}/analyze.{end}", says=UNKNOWN, by="voxels") for end in ("hdr", "img")]
    return rows


def _types() -> list[Row]:
    """Return the rows of 05: the mask does not depend on number type and scale."""
    folder = "05-types-scale"
    same = ["i8", "u8", "f8", "f4small", "i8huge", "i2be", "nanbg", "nanbg-f8", "neginfbg", "infspot"]
    same += ["nanspot", "lowestbg", "onehot", "slopeneg", "slope0inter5", "slopenan", "slope1internan"]
    same += ["slopeinf", "slopetiny", "inter-only", "ext", "trailing", "offset0", "offset348", "notgz"]
    rows = [read(f"{folder}/{name}.nii.gz") for name in same]
    rows += [read(f"{folder}/{name}") for name in ("gzcontent.nii", "noending")]
    for name in ("c8", "rgb", "float16", "bin1"):
        rows.append(refused(f"{folder}/{name}.nii.gz", says=TYPE))
    for name in ("f8huge", "f8tiny"):  # beyond float32
        rows.append(refused(f"{folder}/{name}.nii.gz", says="expected a scan, found the same value"))
    for name in ("offsetnan", "offsetinf", "offsetneg"):
        rows.append(refused(f"{folder}/{name}.nii.gz", says="expected a vox_offset"))
    for name in (
        "doublegz.nii.gz",
        "empty.nii.gz",
        "empty.nii",
        "pointer.nii.gz",
        "lfs.nii.gz",
        "html.nii.gz",
    ):
        rows.append(refused(f"{folder}/{name}", says=NO_IMAGE))
    return rows


def _lying_headers() -> list[Row]:
    """Return the rows of 06: bytes are counted from datatype, not from bitpix."""
    folder = "06-nifti2"
    rows = [read(f"{folder}/{name}") for name in ("ok.nii", "bitpix0.nii.gz", "off0.nii.gz", "dim5.nii.gz")]
    for name in ("bitpix8", "bitpix32", "bitpixneg"):
        rows.append(read(f"{folder}/{name}.nii.gz", says="bitpix .* contradicts the number type"))
    rows.append(read(f"{folder}/n1-bitpix0.nii.gz"))
    rows.append(read(f"{folder}/nanpix.nii.gz", says=BY_PIXDIM))
    rows.append(read(f"{folder}/qs0.nii.gz", says=UNKNOWN, by="voxels"))
    for name in ("n1-bitpix0-cut", "n1-bitpix8-cut", "dimhuge"):
        rows.append(refused(f"{folder}/{name}.nii.gz", says=LONGER))
    for name in ("dim2", "dim5t", "dimneg"):
        rows.append(refused(f"{folder}/{name}.nii.gz", says=TYPE))
    rows.append(refused(f"{folder}/offneg.nii.gz", says="expected a vox_offset"))
    rows.append(refused(f"{folder}/off541.nii.gz", says="found noise", code=4))
    return rows


NIFTI_ROWS = (*_position(), *_cut(), *_types(), *_lying_headers())
