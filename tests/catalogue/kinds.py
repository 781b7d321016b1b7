"""All kinds, in the order of the catalogue."""

from kind import Kind

KINDS: tuple[Kind, ...] = ()
