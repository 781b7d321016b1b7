"""All kinds, in the order of the catalogue."""

from image_kinds import IMAGE_KINDS
from kind import Kind
from weights_kinds import WEIGHTS_KINDS

KINDS: tuple[Kind, ...] = (*IMAGE_KINDS, *WEIGHTS_KINDS)
