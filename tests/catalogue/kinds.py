"""All kinds, in the order of the catalogue."""

from image_kinds import IMAGE_KINDS
from kind import Kind

KINDS: tuple[Kind, ...] = (*IMAGE_KINDS,)
