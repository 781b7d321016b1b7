"""What a DICOM file says of itself outside its sequences, and whether its pixels are all there."""

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from wmhseg.errors import InputError

_TAGS = {
    "ImageType": "0008|0008",
    "Modality": "0008|0060",
    "SeriesDescription": "0008|103e",
    "SOPClassUID": "0008|0016",
    "SeriesInstanceUID": "0020|000e",
    "ImagePositionPatient": "0020|0032",
    "ImageOrientationPatient": "0020|0037",
    "SamplesPerPixel": "0028|0002",
    "PhotometricInterpretation": "0028|0004",
    "PixelSpacing": "0028|0030",
    "BitsAllocated": "0028|0100",
    "BitsStored": "0028|0101",
    "HighBit": "0028|0102",
    "PixelRepresentation": "0028|0103",
    "RescaleIntercept": "0028|1052",
    "RescaleSlope": "0028|1053",
    "OverlayBitPosition": "6000|0102",
}
# A SOP class, of the file's meta information or of the image, and four bytes later its UID.
_SOP_CLASS = re.compile(rb"(?:\x02\x00\x02\x00|\x08\x00\x16\x00).{4}([0-9.]+)", re.DOTALL)
_HEAD_BYTES = 4096
# Pixel data and its length, little or big endian, with or without the kind of value.
_PIXELS = re.compile(
    rb"\xe0\x7f\x10\x00(?:O[BW]\x00\x00|)(.{4})|\x7f\xe0\x00\x10O[BW]\x00\x00(.{4})", re.DOTALL
)
_DEFLATED = b"1.2.840.10008.1.2.1.99"
_META_START, _META_LENGTH = 144, slice(140, 144)
_COMPRESSED = 0xFFFFFFFF


@dataclass(frozen=True)
class DicomHeader:
    """One file with an image.

    Attributes:
        file: Where it is.
        size: Columns, rows and frames.
        texts: Values by keyword, as they are written; empty where there is none.
    """

    file: Path
    size: tuple[int, int, int]
    texts: Mapping[str, str]

    @property
    def is_multiframe(self) -> bool:
        """Tell whether the file holds more than one frame."""
        return self.size[2] > 1

    def __str__(self) -> str:
        """Return kind and description of the series, or else the file's name."""
        words = (self.texts["Modality"], self.texts["SeriesDescription"])
        text = " ".join(word for word in words if word) or self.file.name
        return "".join(letter for letter in text if letter.isprintable())


def read_header(file: Path) -> DicomHeader | None:
    """Return the header of a file with an image; None for any other, be it DICOM or damaged."""
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(str(file))
    try:
        reader.ReadImageInformation()
    except RuntimeError:
        return None
    texts = {
        keyword: reader.GetMetaData(tag).strip(" \0") if reader.HasMetaDataKey(tag) else ""
        for keyword, tag in _TAGS.items()
    }
    columns, rows, frames = (*reader.GetSize(), 1)[:3]
    return DicomHeader(file, (columns, rows, frames), texts)


def is_dicom(path: Path) -> bool:
    """Tell whether a file is DICOM, also where it is cut or has no preamble.

    Raises:
        InputError: The file cannot be opened.
    """
    return sop_class(path) is not None


def sop_class(path: Path) -> str | None:
    """Return the UID of what a DICOM file holds, "" where its head does not say; None for other files.

    Raises:
        InputError: The file cannot be opened.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check its rights") from None
    found = _SOP_CLASS.search(head)
    if head[128:132] != b"DICM" and not (found and head[1:2] == b"\0"):
        return None
    return found[1].decode() if found else ""


def check_pixels(headers: Iterable[DicomHeader]) -> None:
    """Refuse what is not one grey value a pixel, and pixels that are not what their header says.

    ITK makes grey of colours, fills what is missing, and drops bits. Damaged compressed pixels it refuses.

    Raises:
        InputError: A file is of that kind.
    """
    for header in headers:
        texts = header.texts
        colours = texts["PhotometricInterpretation"]
        if texts["SamplesPerPixel"] not in ("", "1") or colours not in ("", "MONOCHROME2"):
            raise InputError(
                f"{header.file}: expected grey values, bright ones high (MONOCHROME2), found "
                f"{colours!r}; give the original series"
            )
        if "MOSAIC" in texts["ImageType"].split("\\"):
            raise InputError(
                f"{header.file}: expected one slice, found a mosaic of slices; convert it with dcm2niix"
            )
        columns, rows, frames = header.size
        needed = (columns * rows * frames * int(texts["BitsAllocated"]) + 7) // 8
        pixels = _pixels(header.file, needed)
        if pixels is None:
            raise InputError(
                f"{header.file}: expected {needed} bytes of pixels, found fewer; copy the file again"
            )
        _check_bits(header, *pixels)


def _check_bits(header: DicomHeader, pixels: bytes, order: str) -> None:
    """Refuse values of more bits than the header says, where the others hold nothing else."""
    texts = header.texts
    unsigned = (texts["BitsAllocated"], texts["PixelRepresentation"]) == ("16", "0")
    if not pixels or not unsigned or texts["OverlayBitPosition"]:
        return
    bits, largest = int(texts["BitsStored"]), int(np.frombuffer(pixels, f"{order}u2").max())
    if texts["HighBit"] == str(bits - 1) and largest >= 1 << bits:
        raise InputError(
            f"{header.file}: expected values of {bits} bits (BitsStored), found {largest}; export it again"
        )


def _pixels(path: Path, needed: int) -> tuple[bytes, str] | None:
    """Return the pixel data and its byte order, nothing of compressed ones; None for fewer than `needed`."""
    content = path.read_bytes()
    if _DEFLATED in content[:_HEAD_BYTES]:
        start = _META_START + int.from_bytes(content[_META_LENGTH], "little")
        try:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content[start:])
        except zlib.error:
            return None
    for found in _PIXELS.finditer(content):
        length = int.from_bytes(found[1] or found[2], "little" if found[1] else "big")
        if length == _COMPRESSED:
            return b"", "<"
        if needed <= length <= len(content) - found.end():
            return content[found.end() : found.end() + needed], "<" if found[1] else ">"
    return None
