"""Transforms in files, as ITK, ANTs and 3D Slicer write them."""

from pathlib import Path

import SimpleITK as sitk

from wmhseg.errors import InputError
from wmhseg.io.files import require_file
from wmhseg.io.itk_names import itk_name
from wmhseg.io.itk_warnings import no_itk_warnings


def read_transform(path: Path) -> sitk.Transform:
    """Read a transform of points in three dimensions (.txt, .tfm, .mat, .h5).

    Raises:
        InputError: The file is missing, or is no such transform.
    """
    require_file(path, "a transform")
    try:
        with itk_name(path) as name, no_itk_warnings():
            transform = sitk.ReadTransform(name)
    except RuntimeError:
        raise InputError(
            f"{path}: expected a transform that ITK reads (.txt, .tfm, .mat, .h5), found something else; "
            "convert it"
        ) from None
    if transform.GetDimension() != 3:
        raise InputError(
            f"{path}: expected a transform in 3 dimensions, found one in {transform.GetDimension()}; check it"
        )
    return transform
