"""All kinds, in the order of the catalogue."""

from dicom_kinds import DICOM_KINDS
from kind import Kind

KINDS: tuple[Kind, ...] = (*DICOM_KINDS,)
