"""Synthetic FLAIR, T1 and lesion masks from label maps of heads and real lesion shapes.

Every random choice is a field of a frozen dataclass drawn by a `sample_*` function; pure functions
apply it. The same seed gives the same voxels.
"""
