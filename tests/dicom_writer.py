"""DICOM as scanners write it, by pydicom: a file for each slice, or one with all frames."""

from collections.abc import Callable, Container, Sequence
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import EnhancedMRImageStorage, ExplicitVRLittleEndian, MRImageStorage

from wmhseg.io.volume import Volume

EVERY = range(1000)
# Edits a slice or a frame, given its index from bottom to top.
Change = Callable[[Dataset, int], None]


def nothing(one: Dataset, index: int) -> None:
    """Leave it as it is."""


def set_tags(indices: Container[int] = EVERY, **values: object) -> Change:
    """Set tags (None: take them away) in some slices or all."""

    def change(one: Dataset, index: int) -> None:
        for keyword, value in values.items():
            if index in indices and value is None:
                delattr(one, keyword)
            elif index in indices:
                setattr(one, keyword, value)

    return change


def add_no_slices(folder: Path, slice_name: str) -> None:
    """Put a presentation state, a DICOMDIR and files that are no DICOM beside the slices."""
    state = dcmread(folder / slice_name)
    del state.PixelData, state.Rows, state.Columns
    state.SOPClassUID = state.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.11.1"
    state.save_as(folder / "state.dcm")
    (folder / "DICOMDIR").write_bytes(bytes(128) + b"DICM" + bytes(50))
    (folder / "notes.txt").write_text("T2 FLAIR")
    (folder / ".DS_Store").write_bytes(bytes(100))


def write_series(folder: Path, volume: Volume, change: Change = nothing) -> Path:
    """One file for each slice of a uint16 volume, named IM000.dcm upwards against their positions."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, plane in enumerate(volume.array):
        one = _common(MRImageStorage, plane.shape)
        one.SOPInstanceUID = f"1.2.3.4.{index + 1}"
        one.InstanceNumber = index + 1
        one.ImagePositionPatient = _position(volume, index)
        one.ImageOrientationPatient = _orientation(volume)
        one.PixelSpacing = _spacing(volume)
        one.PixelData = plane.astype("<u2").tobytes()
        change(one, index)
        save(one, folder / f"IM{len(volume.array) - 1 - index:03}.dcm")
    return folder


def write_multiframe(
    path: Path, volume: Volume, order: Sequence[int] | None = None, *, frame: Change = nothing
) -> Path:
    """One enhanced file of a uint16 volume.

    Args:
        path: Its folder is made.
        volume: The frames.
        order: Which slices the frames hold, by index from bottom to top; each once unless given.
        frame: Edits the functional groups of each frame; its index is the frame's in the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    order = range(len(volume.array)) if order is None else order
    data = _common(EnhancedMRImageStorage, volume.array.shape[1:])
    data.SOPInstanceUID, data.InstanceNumber = "1.2.3.4.1", 1
    data.NumberOfFrames = len(order)
    shared = Dataset()
    shared.PlaneOrientationSequence = [item(ImageOrientationPatient=_orientation(volume))]
    # Wrong on purpose: positions count.
    measures = item(PixelSpacing=_spacing(volume), SliceThickness=1, SpacingBetweenSlices=77)
    shared.PixelMeasuresSequence = [measures]
    data.SharedFunctionalGroupsSequence = [shared]
    groups = []
    for place, index in enumerate(order):
        group = Dataset()
        group.PlanePositionSequence = [item(ImagePositionPatient=_position(volume, index))]
        group.FrameContentSequence = [item(StackID="1", InStackPositionNumber=index + 1)]
        frame(group, place)
        groups.append(group)
    data.PerFrameFunctionalGroupsSequence = groups
    data.PixelData = volume.array[list(order)].astype("<u2").tobytes()
    save(data, path)
    return path


def item(**values: object) -> Dataset:
    """A dataset of these values, as for a sequence."""
    one = Dataset()
    for keyword, value in values.items():
        setattr(one, keyword, value)
    return one


def scaled(slope: float, intercept: float) -> Dataset:
    """The functional group of a slope and an intercept."""
    return item(RescaleSlope=str(slope), RescaleIntercept=str(intercept), RescaleType="US")


def save(one: Dataset, path: Path) -> None:
    """Write a dataset, little endian with explicit kinds of values."""
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.save_as(path, enforce_file_format=True)


def _common(kind: str, shape: tuple[int, ...]) -> Dataset:
    return item(
        SOPClassUID=kind,
        Modality="MR",
        SeriesDescription="t2 flair",
        ImageType=["ORIGINAL", "PRIMARY"],
        StudyInstanceUID="1.2.3",
        SeriesInstanceUID="1.2.3.4",
        FrameOfReferenceUID="1.2.3.5",
        SamplesPerPixel=1,
        PhotometricInterpretation="MONOCHROME2",
        Rows=shape[0],
        Columns=shape[1],
        BitsAllocated=16,
        BitsStored=16,
        HighBit=15,
        PixelRepresentation=0,
    )


def _position(volume: Volume, index: int) -> list[str]:
    normal = np.reshape(volume.grid.direction, (3, 3))[:, 2]
    return [f"{value:.8g}" for value in volume.grid.origin_mm + index * volume.grid.spacing_mm[2] * normal]


def _orientation(volume: Volume) -> list[str]:
    return [f"{value:.8g}" for value in np.reshape(volume.grid.direction, (3, 3))[:, :2].T.ravel()]


def _spacing(volume: Volume) -> list[float]:
    across, down, _ = volume.grid.spacing_mm
    return [down, across]
