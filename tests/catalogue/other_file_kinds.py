"""Single files in other formats than NIfTI."""

from head_files import as_nibabel, cut, in_place, itk, no_mask, pair, without
from kind import Kind

# fmt: off
OTHER_FILE_KINDS = (
    Kind(
        "Analyze 7.5", "taken as left-anterior-superior, with a warning",
        pair(lambda one, two: (one[:252] + bytes(96), two)), 0, "no position; orientation unknown",
        as_nibabel,
    ),
    Kind("NRRD", "segmented", itk("FLAIR.nrrd"), 0, "", in_place),
    Kind("MHA", "segmented", itk("FLAIR.mha", compressed=True), 0, "", in_place),
    Kind("MHD and its .raw", "segmented", itk("FLAIR.mhd"), 0, "", in_place),
    Kind("MINC", "segmented", itk("FLAIR.mnc"), 0, "", in_place),
    Kind("HDF5 of ITK", "segmented", itk("FLAIR.h5"), 0, "", in_place),
    Kind(
        "NRRD: voxels missing", "refused", itk("FLAIR.nrrd", cut), 3,
        "expected [0-9]+ bytes in FLAIR.nrrd, found",
        no_mask,
    ),
    Kind(
        "NRRD, compressed: voxels missing", "refused", itk("FLAIR.nrrd", cut, compressed=True), 3,
        "FLAIR.nrrd ends before its voxels do", no_mask,
    ),
    Kind(
        "NHDR: voxels missing", "refused", itk("FLAIR.nhdr", cut, of="FLAIR.raw"), 3,
        "expected [0-9]+ bytes in FLAIR.raw, found", no_mask,
    ),
    Kind(
        "MHA, compressed: voxels missing", "refused", itk("FLAIR.mha", cut, compressed=True), 3,
        "FLAIR.mha ends before its voxels do", no_mask,
    ),
    Kind(
        "MHD: voxels missing", "refused", itk("FLAIR.mhd", cut, of="FLAIR.raw"), 3,
        "expected 110592 bytes in FLAIR.raw, found 66355", no_mask,
    ),
    Kind(
        "MHD: a pattern of file names", "refused",
        itk("FLAIR.mhd", lambda content: content.replace(b"FLAIR.raw", b"%s.raw 1 2 1")), 3,
        "expected where its voxels are, found '%s.raw 1 2 1'", no_mask,
    ),
    Kind(
        "MINC: copy broken off", "refused", itk("FLAIR.mnc", cut), 3, "not a readable image .*truncated",
        no_mask,
    ),
    Kind(
        "MHA without ElementSpacing", "refused", itk("FLAIR.mha", without(b"ElementSpacing")), 3,
        "expected the size of its voxels .ElementSpacing., found none", no_mask,
    ),
    Kind(
        "NRRD without space directions", "refused", itk("FLAIR.nrrd", without(b"space directions")), 3,
        "expected the size of its voxels .space directions., found none", no_mask,
    ),
    Kind(
        "MHA without Offset", "taken at 0, with a warning", itk("FLAIR.mha", without(b"Offset")), 0,
        "does not say all of where the image lies .Offset, TransformMatrix.",
    ),
    Kind(
        "TIFF, VTK, PNG and others without orientation", "refused", itk("FLAIR.tif"), 3, "found TIFF",
        no_mask,
    ),
)
