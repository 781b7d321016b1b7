"""What DICOM Segmentations are called."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SegTitle:
    """What a segmentation is called.

    Attributes:
        segment: Its one segment.
        series: Its series.
        number_offset: How much more than the source's its series number is.
    """

    segment: str = "White matter hyperintensity"
    series: str = "White matter hyperintensities"
    number_offset: int = 1000


WMH_TITLE = SegTitle()
NEW_WMH_TITLE = SegTitle("New white matter hyperintensity", "New white matter hyperintensities", 1001)
