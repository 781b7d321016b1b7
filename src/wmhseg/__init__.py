"""White matter hyperintensity (WMH) segmentation on FLAIR and T1 brain scans.

    >>> from wmhseg import segment
    >>> result = segment("FLAIR.nii.gz", "T1.nii.gz")  # doctest: +SKIP
    >>> result.volume_ml  # doctest: +SKIP
    14.3

Importing this imports nothing else; what is named here is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wmhseg.result import Result
    from wmhseg.segmenter import Image, Segmenter, segment

# Raised by the rule in CONTRIBUTING.md.
__version__ = "0.7.1"
# Changes whenever the same scan, weights and precision give another mask; a test forces it up.
ALGORITHM = 4

__all__ = ["ALGORITHM", "Image", "Result", "Segmenter", "__version__", "segment"]


def __getattr__(name: str) -> Any:
    if name in ("Image", "Result", "Segmenter", "segment"):
        return getattr(import_module("wmhseg.segmenter"), name)
    raise AttributeError(f"module 'wmhseg' has no attribute {name!r}")
