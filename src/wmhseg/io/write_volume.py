"""Volumes as image files: the only place where the program writes images."""

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from wmhseg.errors import InputError
from wmhseg.io.itk_names import itk_name
from wmhseg.io.volume import Volume, itk_reason, read_mask, to_image
from wmhseg.io.writing import replacing


def write_volume(path: str | Path, volume: Volume) -> None:
    """Write an image beside its target, read it back, then rename: a failure leaves what was there.

    Raises:
        OutputError: The folder is missing or not writable, or the disk is full.
    """
    with replacing(path) as temporary:
        write_image(temporary, volume)


def write_image(path: Path, volume: Volume) -> None:
    """Write an image and read it back: ITK does not always say that the disk is full.

    Raises:
        OSError: It was not written in full.
    """
    try:
        with itk_name(path) as name:
            sitk.WriteImage(to_image(volume), name, useCompression=True)
    except RuntimeError as error:
        raise OSError(itk_reason(error)) from None
    try:
        is_whole = np.array_equal(read_mask(path).array, volume.array, equal_nan=True)
    except InputError:
        is_whole = False
    if not is_whole:
        raise OSError("what was written is not complete; is the disk full?")
