"""DICOM: series in folders, and multi-frame files."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
from kind import Kind
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import centred_grid, synthetic_head
from dicom_writer import (
    Change,
    add_no_slices,
    nothing,
    scaled,
    set_tags,
    write_multiframe,
    write_series,
)
from wmhseg.io.volume import Grid, Volume

GRID = centred_grid((64, 72, 12), (2.3, 2.3, 12.0))
# Slices from right to left: rows run to the back, columns downwards.
SAGITTAL = centred_grid((72, 64, 22), (2.3, 2.3, 6.0), (0.0, 0.0, -1.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0))
ALL = range(GRID.size_xyz[2])
WITHOUT_5 = [index for index in ALL if index != 5]
MIXED = [*ALL[::2], *ALL[1::2]]


@cache
def head(grid: Grid) -> tuple[Volume, np.ndarray]:
    """A head in whole numbers, 10 times the drawn values, and where its lesions are."""
    drawn = synthetic_head(grid)
    return Volume(np.clip(drawn.flair.array * 10, 0, 4095).astype(np.uint16), grid), drawn.truth.array > 0


def right_mask(folder: Path, grid: Grid = GRID) -> None:
    """The mask lies where the slices' positions say, and its voxels are the lesions."""
    image = nib.load(folder / "mask.nii.gz")
    affine = np.eye(4)
    affine[:3, :3] = np.reshape(grid.direction, (3, 3)) * grid.spacing_mm
    affine[:3, 3] = grid.origin_mm
    np.testing.assert_allclose(image.affine, np.diag([-1, -1, 1, 1]) @ affine, atol=1e-3)
    found, truth = np.asarray(image.dataobj).T > 0, head(grid)[1]
    assert 2 * (found & truth).sum() / (found.sum() + truth.sum()) > 0.9


def words(folder: Path, flair: str = "FLAIR") -> list[str]:
    return ["segment", "--flair", str(folder / flair), "--output", str(folder / "mask.nii.gz")]


Make = Callable[[Path], list[str]]


def series(change: Change = nothing, after: Callable[[Path], object] = lambda folder: None) -> Make:
    """A series: `change` edits its slices, `after` its folder."""

    def make(folder: Path) -> list[str]:
        after(write_series(folder / "FLAIR", head(GRID)[0], change))
        return words(folder)

    return make


def frames(
    order: Sequence[int] = ALL,
    frame: Change = nothing,
    after: Change = nothing,
    flair: str = "FLAIR",
) -> Make:
    """A multi-frame file: `frame` edits the groups of its frames, `after` the file."""

    def make(folder: Path) -> list[str]:
        path = write_multiframe(folder / "FLAIR" / "IM1", head(GRID)[0], order, frame=frame)
        edit(path, after)
        return words(folder, flair)

    return make


def edit(path: Path, change: Change) -> None:
    one = pydicom.dcmread(path)
    change(one, 0)
    one.save_as(path)


def compress(one: Dataset, index: int) -> None:
    one.compress(RLELossless)


def compress_all(folder: Path) -> None:
    for path in folder.iterdir():
        edit(path, compress)


def litter(folder: Path) -> None:
    add_no_slices(folder, "IM000.dcm")


def contradict(one: Dataset, index: int) -> None:
    one.SpacingBetweenSlices, one.SliceThickness, one.InstanceNumber = 1, 5, 99 - index


def rescale(one: Dataset, index: int) -> None:
    """The same head; the first slice alone would be whole numbers."""
    one.RescaleSlope, one.RescaleIntercept = str(1 / 2 ** (index % 4)), "0"
    pixels = np.frombuffer(one.PixelData, "<u2") * 2 ** (index % 4)
    one.PixelData = pixels.astype("<u2").tobytes()


def rescale_frame(group: Dataset, index: int) -> None:
    """As `rescale`; the pixels follow in `multiply`."""
    group.PixelValueTransformationSequence = [scaled(1 / 2 ** (index % 4), 0)]


def multiply(one: Dataset, index: int) -> None:
    factors = 2 ** (np.arange(len(ALL)) % 4)
    pixels = np.frombuffer(one.PixelData, "<u2").reshape(len(ALL), -1) * factors[:, None]
    one.PixelData = pixels.astype("<u2").tobytes()


def lift(millimetres: float, indices: Iterable[int] = (11,), axis: int = 2) -> Change:
    def change(one: Dataset, index: int) -> None:
        if index in indices:
            one.ImagePositionPatient[axis] += millimetres * (index if axis == 1 else 1)

    return change


def sign(one: Dataset, index: int) -> None:
    one.PixelRepresentation = index % 2


def shorten(one: Dataset, index: int) -> None:
    if index == 0:
        one.PixelData = one.PixelData[: len(one.PixelData) // 2]


def colour(one: Dataset, index: int) -> None:
    one.SamplesPerPixel, one.PhotometricInterpretation, one.PlanarConfiguration = 3, "RGB", 0
    one.BitsAllocated, one.BitsStored, one.HighBit = 8, 8, 7
    grey = (np.frombuffer(one.PixelData, "<u2") // 16).astype(np.uint8)
    one.PixelData = np.repeat(grey, 3).tobytes()


def cut(share: float) -> Callable[[Path], object]:
    """Cut the highest slice's file."""

    def after(folder: Path) -> None:
        content = (folder / "IM000.dcm").read_bytes()
        (folder / "IM000.dcm").write_bytes(content[: int(share * len(content))])

    return after


def echoes(folder: Path) -> None:
    for path in list(folder.iterdir()):
        edit(path, set_tags([0], EchoTime=20))
        (folder / f"second-{path.name}").write_bytes(path.read_bytes())
        edit(folder / f"second-{path.name}", set_tags([0], EchoTime=90))


def second_volume(group: Dataset, index: int) -> None:
    group.FrameContentSequence[0].TemporalPositionIndex = 1 + index // len(ALL)


def lose_measures(one: Dataset, index: int) -> None:
    del one.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence


def deeper(folder: Path) -> None:
    folder.rename(folder.with_name("SE1"))
    folder.mkdir()
    folder.with_name("SE1").rename(folder / "SE1")


def only(folder: Path) -> None:
    for path in sorted(folder.iterdir())[1:]:
        path.unlink()


def sagittal(folder: Path) -> list[str]:
    write_series(folder / "FLAIR", head(SAGITTAL)[0])
    return words(folder)


def one_file(folder: Path) -> list[str]:
    write_series(folder / "FLAIR", head(GRID)[0])
    return words(folder, "FLAIR/IM003.dcm")


def two_files(folder: Path) -> list[str]:
    write_multiframe(folder / "FLAIR" / "IM2", head(GRID)[0])
    return frames()(folder)


def read(name: str, happens: str, make: Make, says: str = "") -> Kind:
    return Kind(f"DICOM: {name}", happens, make, 0, says, right_mask)


def refused(name: str, make: Make, says: str) -> Kind:
    return Kind(f"DICOM: {name}", "refused", make, 3, says)


DICOM_KINDS = (
    read("a series, files named against their positions", "sorted by position", series()),
    Kind(
        "DICOM: sagittal slices of 6 mm",
        "read, with a warning",
        sagittal,
        0,
        "axial pixels",
        lambda folder: right_mask(folder, SAGITTAL),
    ),
    read("compressed (RLE)", "read", series(after=compress_all)),
    read("DICOMDIR, notes, presentation states beside the slices", "passed over", series(after=litter)),
    read(
        "folders beside the slices",
        "not searched, with a warning",
        series(after=lambda folder: (folder / "SE2").mkdir()),
        r"FLAIR: its folders were not searched \(SE2\)",
    ),
    read("numbers, thickness and spacing against the positions", "positions count", series(contradict)),
    read("another slope in each slice", "applied to each", series(rescale)),
    read("signed and unsigned slices", "read", series(sign)),
    read(
        "multi-frame, frames in any order, as a file", "sorted by position", frames(MIXED, flair="FLAIR/IM1")
    ),
    read("multi-frame, in a folder, compressed", "read", frames(MIXED, after=compress)),
    read("multi-frame, another slope in each frame", "applied to each", frames(ALL, rescale_frame, multiply)),
    Kind(
        "DICOM: distances between slices off by 5 %",
        "the mean counts, with a warning",
        series(lift(0.6)),
        0,
        r"slice distances vary by up to 5%; 12.05 mm counts",
        lambda folder: right_mask(folder, replace(GRID, spacing_mm=(2.3, 2.3, 12 + 0.6 / 11))),
    ),
    refused(
        "a slice missing", series(after=lambda folder: (folder / "IM005.dcm").unlink()), "found 24.00 mm"
    ),
    refused(
        "two echoes in one series", series(after=echoes), "expected one slice at each position, found two"
    ),
    refused("tilted stack", series(lift(1, ALL, axis=1)), "found a tilted stack; resample it first"),
    refused(
        "a localizer in the series",
        series(set_tags([11], ImageOrientationPatient=[0, 1, 0, 0, 0, -1])),
        "found several orientations .IM000.dcm and IM001.dcm differ.; remove the localizer",
    ),
    refused(
        "a slice of another series",
        series(set_tags([11], SeriesInstanceUID="1.2.3.5")),
        r"found 2: MR t2 flair \(IM000.dcm\); MR t2 flair \(11 files\); give each its own folder",
    ),
    refused(
        "the last slice half copied", series(after=cut(0.6)), "IM000.dcm: .* found a damaged or cut file"
    ),
    refused("the last slice's file empty", series(after=cut(0)), "IM000.dcm: .* found a damaged or cut file"),
    refused("pixels shorter than stated", series(shorten), "expected 9216 bytes of pixels, found fewer"),
    refused(
        "values of more bits than stated",
        series(set_tags(BitsStored=10, HighBit=9)),
        "expected values of 10 bits .BitsStored., found [0-9]{4}; export it again",
    ),
    refused(
        "PixelSpacing missing", series(set_tags(PixelSpacing=None)), "PixelSpacing .* found none in IM000.dcm"
    ),
    refused(
        "PixelSpacing empty", series(set_tags(PixelSpacing="")), "PixelSpacing .* found none in IM000.dcm"
    ),
    refused("PixelSpacing 0", series(set_tags(PixelSpacing=[0, 0])), "PixelSpacing that is not 0 or less"),
    refused(
        "ImagerPixelSpacing only",
        series(set_tags(PixelSpacing=None, ImagerPixelSpacing=[1, 1])),
        "found none",
    ),
    refused(
        "several PixelSpacings", series(set_tags([1], PixelSpacing=[1, 1])), "one PixelSpacing, found several"
    ),
    refused(
        "ImagePositionPatient missing", series(set_tags([4], ImagePositionPatient=None)), "none in IM007.dcm"
    ),
    refused(
        "ImageOrientationPatient missing", series(set_tags(ImageOrientationPatient=None)), "none in IM000.dcm"
    ),
    refused(
        "slope missing in one slice",
        series(set_tags(ALL[1:], RescaleSlope="0.5", RescaleIntercept="0")),
        "RescaleSlope in all slices or in none, found both .IM000.dcm and IM011.dcm differ.",
    ),
    refused("colours", series(colour), "expected grey values, bright ones high .MONOCHROME2., found 'RGB'"),
    refused(
        "MONOCHROME1", series(set_tags(PhotometricInterpretation="MONOCHROME1")), "found 'MONOCHROME1'; give"
    ),
    refused(
        "mosaic", series(set_tags(ImageType=["ORIGINAL", "PRIMARY", "MOSAIC"]), only), "mosaic of slices"
    ),
    refused(
        "one slice of a series, as a file", one_file, "found one DICOM slice; give the folder of the series"
    ),
    refused(
        "one slice alone in a folder", series(after=only), "expected a series of slices, found one; copy"
    ),
    refused(
        "folders in the folder only", series(after=deeper), r"found none; give one of its folders \(SE1\)"
    ),
    refused("multi-frame, a frame missing", frames(WITHOUT_5), "found 24.00 mm between frame 5 and frame 6"),
    refused(
        "multi-frame, two volumes",
        frames([*ALL, *ALL], second_volume),
        "expected one volume, found 2 .TemporalPositionIndex '1', '2'.; split the volumes",
    ),
    refused("multi-frame, no PixelMeasures", frames(after=lose_measures), "PixelSpacing .* none in frame 1"),
    refused(
        "multi-frame, pixels shorter than stated", frames(after=shorten), "expected 110592 bytes of pixels"
    ),
    refused(
        "multi-frame, two files in a folder", two_files, r"found 2 files \(IM1, IM2\); give each its own"
    ),
)
