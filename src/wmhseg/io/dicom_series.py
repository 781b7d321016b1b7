"""Reading DICOM: a folder with one series, or one multi-frame file."""

import math
from pathlib import Path

import SimpleITK as sitk

from wmhseg.errors import InputError
from wmhseg.io.dicom_frames import read_frames
from wmhseg.io.dicom_header import DicomHeader, check_pixels, read_header, sop_class
from wmhseg.io.dicom_stack import Stack, make_slice, stack_slices
from wmhseg.io.files import few
from wmhseg.io.limits import require_memory

# Files with these endings claim to be DICOM, whatever they hold.
_ENDINGS = (".dcm", ".ima")
_DAMAGED = "found a damaged or cut file, or one without pixels or orientation"
_LISTED = 5


def read_series(folder: Path) -> tuple[sitk.Image, tuple[str, ...]]:
    """Read the one series in a folder; its slices may lie in any order.

    Returns:
        The image and what the user should know about it.

    Raises:
        InputError: There is no series or more than one, a file is damaged or cut, the slices are no volume
            (`stack_slices`), or they are too large for this computer.
        RuntimeError: A file cannot be read.
    """
    headers, warnings = _only_series(folder)
    _require_memory(folder, headers)
    check_pixels(headers)
    if headers[0].is_multiframe:
        image, more = read_frames(headers[0])
        return image, warnings + more
    stack = _stacked(folder, headers)
    # Each slice has its own slope and sign; the first one's number type need not hold the others' values.
    image = sitk.ReadImage([str(headers[index].file) for index in stack.order], sitk.sitkFloat32)
    stack.place(image)
    return image, warnings + stack.warnings


def read_dicom(path: Path) -> tuple[sitk.Image, tuple[str, ...]]:
    """Read one multi-frame file, as `read_series` does.

    Raises:
        InputError: It is one slice, damaged, cut or too large for this computer, or its frames are no volume.
        RuntimeError: It cannot be read.
    """
    header = read_header(path)
    if header is None:
        raise InputError(f"{path}: expected a DICOM image, {_DAMAGED}; copy or export it again")
    if not header.is_multiframe:
        raise InputError(f"{path}: expected a scan, found one DICOM slice; give the folder of the series")
    _require_memory(path, [header])
    check_pixels([header])
    return read_frames(header)


def holds_dicom(folder: Path) -> bool:
    """Tell whether a folder that may be read holds a DICOM image, or a file that claims to be one."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError:
        return False
    return any(path.suffix.lower() in _ENDINGS or read_header(path) is not None for path in paths)


def _require_memory(where: Path, headers: list[DicomHeader]) -> None:
    require_memory(where, sum(math.prod(header.size) for header in headers))


def sorted_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of the one series in a folder, in the order of the slices that `read_series` reads.

    Raises:
        InputError: As `read_series`.
        RuntimeError: A file cannot be read.
    """
    headers, _ = _only_series(folder)
    order = [0] if headers[0].is_multiframe else _stacked(folder, headers).order
    return tuple(headers[index].file for index in order)


def _stacked(folder: Path, headers: list[DicomHeader]) -> Stack:
    if len(headers) == 1:
        raise InputError(f"{folder}: expected a series of slices, found one; copy the whole series there")
    slices = [make_slice(folder, header.file.name, header.size[:2], header.texts) for header in headers]
    return stack_slices(folder, slices)


def _only_series(folder: Path) -> tuple[list[DicomHeader], tuple[str, ...]]:
    """Return the files of the one series in a folder, and a warning where it has sub-folders."""
    headers, below = _headers(folder)
    if not headers:
        hint = f"give one of its folders ({few(below, _LISTED)})" if below else "check the path"
        raise InputError(f"{folder}: expected an image file or a DICOM series, found none; {hint}")
    if len(headers) > 1 and any(header.is_multiframe for header in headers):
        names = few([header.file.name for header in headers], _LISTED)
        raise InputError(
            f"{folder}: expected one multi-frame DICOM file, found {len(headers)} files ({names}); "
            "give each its own folder, or the file itself"
        )
    series: dict[str, list[DicomHeader]] = {}
    for header in headers:
        series.setdefault(header.texts["SeriesInstanceUID"], []).append(header)
    if len(series) > 1:
        found = few([_described(files) for files in series.values()], _LISTED, "; ")
        raise InputError(
            f"{folder}: expected one DICOM series, found {len(series)}: {found}; give each its own folder"
        )
    return headers, (f"{folder}: its folders were not searched ({few(below, _LISTED)})",) if below else ()


def _headers(folder: Path) -> tuple[list[DicomHeader], list[str]]:
    """Return the headers of the images in a folder, by name, and the names of its folders.

    What is no DICOM, and DICOM that is no image (DICOMDIR, reports, presentations), is passed over.
    """
    try:
        paths = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({error.strerror}); check its rights") from None
    headers, others, below = [], [], []
    for path in paths:
        if path.name == "DICOMDIR":
            continue
        if path.is_dir():
            below.append(path.name)
        elif (header := read_header(path)) is not None:
            headers.append(header)
        else:
            others.append((path, sop_class(path)))
    classes = {header.texts["SOPClassUID"] for header in headers} | {""}
    endings = {header.file.suffix for header in headers}
    for path, kind in others:
        claims = path.suffix.lower() in _ENDINGS or (path.suffix in endings and not path.stat().st_size)
        if kind in classes or (kind is None and claims) or (kind and not headers):
            raise InputError(f"{path}: expected a DICOM slice, {_DAMAGED}; copy it again or remove it")
    return headers, below


def _described(files: list[DicomHeader]) -> str:
    return f"{files[0]} ({files[0].file.name if len(files) == 1 else f'{len(files)} files'})"
