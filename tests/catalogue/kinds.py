"""All kinds, in the order of the catalogue."""

from cohort_kinds import COHORT_KINDS
from dicom_kinds import DICOM_KINDS
from image_kinds import IMAGE_KINDS
from kind import Kind
from nifti_kinds import NIFTI_KINDS
from other_file_kinds import OTHER_FILE_KINDS
from weights_kinds import WEIGHTS_KINDS

KINDS: tuple[Kind, ...] = (
    *NIFTI_KINDS,
    *OTHER_FILE_KINDS,
    *DICOM_KINDS,
    *COHORT_KINDS,
    *IMAGE_KINDS,
    *WEIGHTS_KINDS,
)
