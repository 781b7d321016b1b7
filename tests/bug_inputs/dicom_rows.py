"""Folders 07, 08 and 17: DICOM series, multi-frame files, and what else lies in their folders."""

from row import Row, read, refused


def _frames() -> list[Row]:
    """Return the rows of 07: frames sorted by position, slopes of each frame, or refused."""
    folder = "07-enhanced"
    names = ("ordered", "reversed", "random", "interleaved", "tilted3", "thickness5-distance7")
    rows = [read(f"{folder}/{name}") for name in (*names, "slope-per-frame")]
    rows.append(read(f"{folder}/random as a file", f"{folder}/random/IM1.dcm"))
    for name, says in (
        ("gap", "expected slices every 7.20 mm, found 21.60 mm"),
        ("twovolumes", "expected one volume, found 2"),
        ("no-pixelmeasures", "PixelSpacing .*, found none"),
    ):
        rows.append(refused(f"{folder}/{name}", says=says))
    return rows


REFUSED_TAGS = {
    "no-pixelspacing": "PixelSpacing .* found none",
    "only-imagerpixelspacing": "PixelSpacing .* found none",
    "empty-pixelspacing": "PixelSpacing .* found none",
    "zero-pixelspacing": "PixelSpacing that is not 0 or less",
    "pixelspacing-varies": "one PixelSpacing, found several",
    "slope-missing-in-first": "RescaleSlope in all slices or in none",
    "monochrome1": "found 'MONOCHROME1'",
    "bits12-overflow": "expected values of 12 bits",
    "no-iop": "ImageOrientationPatient .* found none",
    "no-ipp": "ImagePositionPatient .* found none",
    "ipp-two-values": "ImagePositionPatient",
    "ipp-nan": "ImagePositionPatient",
    "ipp-comma": "ImagePositionPatient",
    "ipp-letters": "ImagePositionPatient",
    "iop-zero": "ImageOrientationPatient",
    "iop-times-10": "ImageOrientationPatient",
    "one-slice-flipped": "expected parallel slices",
    "uid-per-slice": "expected one DICOM series, found 18",
    "rows-65535": "expected an image that fits into memory",
    "pixel-data-cut": "IM0004.dcm: expected 131072 bytes of pixels, found fewer",
    "missing-slice": "expected slices every 7.20 mm, found 14.40 mm",
    "end-file-half": "IM0017.dcm: expected a DICOM slice, found a damaged or cut file",
    "both-ends-half": "IM0000.dcm: expected a DICOM slice, found a damaged or cut file",
}
READ_TAGS = (
    "plain", "slope-varies", "slope1-then-small", "unit-range", "unit-range-first-slope1",
    "philips-private", "signed", "sign-varies", "bits12", "no-modality", "no-series-uid",
    "secondary-capture", "wrong-thickness", "absurd-tags",
)  # fmt: skip
REFUSED_FOLDERS = {
    "nested": "give one of its folders .DICOM.",
    "dup": "expected one slice at each position, found two",
    "echoes": "expected one slice at each position, found two",
    "twoseries": "expected one DICOM series, found 2",
    "tilt": "found a tilted stack",
    "vary8": "expected slices every",
    "mosaic": "mosaic of slices",
}
READ_FOLDERS = ("junk", "rle", "implicit", "no-preamble", "deflated", "with-sr", "with-sr-otherseries")

DICOM_ROWS = (
    *_frames(),
    *(read(f"08-dicom-tags/{name}") for name in READ_TAGS),
    *(refused(f"08-dicom-tags/{name}", says=says) for name, says in REFUSED_TAGS.items()),
    *(read(f"17-dicom-folder/{name}") for name in READ_FOLDERS),
    *(refused(f"17-dicom-folder/{name}", says=says) for name, says in REFUSED_FOLDERS.items()),
)
