"""Reading by ITK what is no NIfTI file: only formats that can say where their voxels lie, and if they do."""

import math
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import SimpleITK as sitk

from wmhseg.errors import InputError
from wmhseg.io.limits import require_memory
from wmhseg.io.parts import text_header
from wmhseg.io.whole_voxels import require_whole_voxels

_KNOWN = "NIfTI, NRRD, MetaImage, MINC, ITK's HDF5 or DICOM"
_HDF5 = b"\x89HDF\r\n\x1a\n"
# NRRD's names of worlds whose axes are the body's.
_ANATOMICAL = re.compile(r"(left|right)-(anterior|posterior)-superior(-time)?|[lr][ap]st?", re.IGNORECASE)


def read_by_itk(path: Path) -> tuple[sitk.Image, tuple[str, ...]]:
    """Read an image file in a format that ITK knows.

    Returns:
        The image, and what its user should know about the file.

    Raises:
        InputError: The format is unknown or cannot say where voxels lie, the file does not say it, bytes
            are missing, or the image is too large for this computer.
        RuntimeError: ITK cannot read the file.
    """
    _require_whole_hdf5(path)
    kind = sitk.ImageFileReader.GetImageIOFromFileName(str(path)).removesuffix("ImageIO")
    if kind not in _CHECKS:
        found = kind or f"{path.stat().st_size} bytes of something else"
        raise InputError(
            f"{path}: not a readable image (expected {_KNOWN}, found {found}); check or copy the file again, "
            "or convert it to NIfTI"
        )
    warnings = _CHECKS[kind](path)
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.ReadImageInformation()
    voxels = math.prod(reader.GetSize())
    require_memory(path, voxels)
    if kind in ("Meta", "Nrrd"):
        one = sitk.Image([1, 1], reader.GetPixelID(), reader.GetNumberOfComponents())
        require_whole_voxels(path, voxels * sitk.GetArrayViewFromImage(one).nbytes)
    return reader.Execute(), warnings


def _require_whole_hdf5(path: Path) -> None:
    """Refuse what the HDF5 library would say more of, on standard error."""
    import h5py

    with path.open("rb") as file:
        if file.read(len(_HDF5)) != _HDF5:
            return
    try:
        h5py.File(path).close()
    except OSError as error:
        reason = f"not a readable image ({error})"
        raise InputError(f"{path}: {reason}; check or copy the file again") from None


def _check_minc(path: Path) -> tuple[str, ...]:
    import h5py

    with h5py.File(path) as file:
        axes = [axis for name, axis in file["minc-2.0/dimensions"].items() if name.endswith("space")]
        if not axes or not all("step" in axis.attrs for axis in axes):
            raise _without_sizes(path, "step of each axis")
        whole = all("start" in axis.attrs for axis in axes)
    return () if whole else _incomplete_position(path, "start of each axis")


def _check_nrrd(path: Path) -> tuple[str, ...]:
    fields = _text_fields(path)
    if "spacedirections" not in fields and "spacings" not in fields:
        raise _without_sizes(path, "space directions")
    _require_numbers(path, fields, ("spacedirections", "spaceorigin"))
    _require_numbers(path, fields, ("spacings",), above_0=True)
    known = _ANATOMICAL.fullmatch(fields.get("space", ""))
    whole = known and "spacedirections" in fields and "spaceorigin" in fields
    return () if whole else _incomplete_position(path, "space, space directions, space origin")


def _check_meta(path: Path) -> tuple[str, ...]:
    fields = _text_fields(path)
    sizes, origins = ("ElementSpacing", "ElementSize"), ("Offset", "Position", "Origin")
    axes = ("TransformMatrix", "Rotation", "Orientation")
    if not any(name in fields for name in sizes):
        raise _without_sizes(path, sizes[0])
    _require_numbers(path, fields, (*origins, *axes))
    _require_numbers(path, fields, sizes, above_0=True)
    whole = any(name in fields for name in origins) and any(name in fields for name in axes)
    return () if whole else _incomplete_position(path, "Offset, TransformMatrix")


def _text_fields(path: Path) -> dict[str, str]:
    """Return a text header's fields; refuse a pattern of file names, which ITK hands to C's printf."""
    header = text_header(path)
    if "%" in header.voxels or not (header.nrrd or header.voxels):
        raise InputError(
            f"{path}: expected where its voxels are, found {header.voxels or 'nothing'!r} "
            "(% is a pattern of names); name one file in the header, or convert it to NIfTI"
        )
    return header.fields


def _require_numbers(
    path: Path, fields: dict[str, str], names: tuple[str, ...], *, above_0: bool = False
) -> None:
    """Refuse what ITK replaces by 0 or 1, or takes for a mirrored axis, without a word."""
    for name in names:
        numbers = _numbers(fields.get(name, ""))[: 3 if above_0 else None]
        if not all(math.isfinite(number) and (number > 0 or not above_0) for number in numbers):
            expected = "numbers above 0" if above_0 else "numbers"
            raise InputError(
                f"{path}: expected {expected} as {name}, found {fields[name]}; correct the header"
            )


def _numbers(value: str) -> list[float]:
    numbers = []
    for word in re.split(r"[\s,()]+", value):
        with suppress(ValueError):  # "none", of an axis that is not of space
            numbers.append(float(word))
    return numbers


def _without_sizes(path: Path, field: str) -> InputError:
    return InputError(f"{path}: expected the size of its voxels ({field}), found none; add it to the header")


def _incomplete_position(path: Path, fields: str) -> tuple[str, ...]:
    said = f"{path}: the header does not say all of where the image lies ({fields})"
    return (f"{said}; what is missing is taken as left-posterior-superior axes and origin 0",)


_CHECKS: dict[str, Callable[[Path], tuple[str, ...]]] = {
    "Nrrd": _check_nrrd,
    "Meta": _check_meta,
    "MINC": _check_minc,
    "HDF5": lambda _: (),
    "GDCM": lambda _: (),
}
