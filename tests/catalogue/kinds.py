"""All kinds, in the order of the catalogue."""

from cohort_kinds import COHORT_KINDS
from kind import Kind

KINDS: tuple[Kind, ...] = (*COHORT_KINDS,)
