"""White matter hyperintensity (WMH) segmentation on FLAIR and T1 brain scans."""

__version__ = "0.1.0"
