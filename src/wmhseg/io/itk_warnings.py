"""Keep ITK's warnings, which repeat what the program says itself, out of the user's terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

import SimpleITK as sitk


@contextmanager
def no_itk_warnings() -> Iterator[None]:
    """Let ITK say nothing on standard error meanwhile."""
    before = sitk.ProcessObject.GetGlobalWarningDisplay()
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalWarningDisplay(before)
