"""Colours that pictures, pages and DICOM objects share."""

WMH_RGB = (255, 60, 40)
