"""From a result to numbers, tables and pictures that people read."""

from wmhseg.report.overlay import CONTOUR_RGB, draw_overlay
from wmhseg.report.summary import Summary, summarise

__all__ = ["CONTOUR_RGB", "Summary", "draw_overlay", "summarise"]
