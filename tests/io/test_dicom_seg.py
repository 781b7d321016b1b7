"""The mask as a DICOM Segmentation, read back by hand, by dcmqi (DCMTK) and by dciodvfy, not by highdicom."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

import wmhseg
from wmhseg.cli import main
from wmhseg.errors import InputError
from wmhseg.io.dicom_seg import to_dicom_seg
from wmhseg.io.seg_source import read_seg_source
from wmhseg.io.volume import Volume, read_image
from wmhseg.io.write_volume import write_volume

AXIAL = ((1, 0, 0), (0, 1, 0))
SAGITTAL = ((0, 1, 0), (0, 0, -1))
CORONAL = ((1, 0, 0), (0, 0, -1))
FEET_FIRST = ((-1, 0, 0), (0, 1, 0))  # its normal points to the feet
# Rows 20 degrees off x in the axial plane, columns 30 degrees off that plane, at right angles.
OBLIQUE = ((0.9396926208, 0.3420201433, 0), (-0.2961981327, 0.8137976814, 0.5))
AXES = {"axial": AXIAL, "sagittal": SAGITTAL, "coronal": CORONAL, "flipped": FEET_FIRST, "oblique": OBLIQUE}
# 5 slices of 7 rows and 6 columns: 42 pixels a frame, which do not fill whole bytes.
PIXELS = np.random.default_rng(7).integers(0, 1000, (5, 7, 6)).astype(np.uint16)
LIMIT = 700
Change = Callable[[pydicom.Dataset, int], None]


def write_series(
    folder: Path,
    pixels: np.ndarray = PIXELS,
    *,
    axes: Any = AXIAL,
    spacing_zyx_mm: tuple[float, float, float] = (3.0, 0.75, 0.5),
    first_mm: tuple[float, float, float] = (-10.25, 20.5, 5.0),
    change: Change = lambda slice_, index: None,
) -> Path:
    """An MR series as a scanner writes it, its files named in random order; `change` edits each slice."""
    folder.mkdir()
    normal = np.cross(*axes)
    names = np.random.default_rng(3).permutation(len(pixels))
    for index, plane in enumerate(pixels):
        one = pydicom.Dataset()
        one.SpecificCharacterSet = "ISO_IR 100"
        one.ImageType = ["ORIGINAL", "PRIMARY", "M", "SE"]
        one.SOPClassUID, one.SOPInstanceUID = MRImageStorage, f"1.2.3.4.{index + 1}"
        one.StudyDate, one.SeriesDate, one.ContentDate = "20200101", "20200102", "20200103"
        one.StudyTime, one.SeriesTime, one.ContentTime = "101500", "102000", f"1030{index % 60:02d}"
        one.AccessionNumber, one.Modality, one.Manufacturer = "A1", "MR", "Maker"
        one.ReferringPhysicianName, one.StudyDescription = "Doe^Jo", "Schädel"
        one.PatientName, one.PatientID, one.PatientBirthDate, one.PatientSex = (
            "Müller^A",
            "P1",
            "19500101",
            "F",
        )
        one.ScanningSequence, one.SequenceVariant, one.ScanOptions, one.MRAcquisitionType = (
            "SE",
            "SK",
            "",
            "2D",
        )
        one.SliceThickness, one.SpacingBetweenSlices = 2.5, 77  # wrong on purpose: positions count
        one.EchoTime, one.RepetitionTime, one.EchoTrainLength, one.MagneticFieldStrength = 100, 9000, 1, 3
        one.StudyInstanceUID, one.SeriesInstanceUID = "1.2.3", "1.2.3.4"
        one.FrameOfReferenceUID, one.PositionReferenceIndicator = "1.2.3.5", ""
        one.StudyID, one.SeriesNumber, one.InstanceNumber = "S1", 4, index + 1
        position = np.asarray(first_mm) + index * spacing_zyx_mm[0] * normal
        one.ImagePositionPatient = [f"{value:.8g}" for value in position]
        one.ImageOrientationPatient = [f"{value:.8g}" for value in np.ravel(axes)]
        one.PixelSpacing = list(spacing_zyx_mm[1:])
        one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
        one.Rows, one.Columns = plane.shape
        one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 16, 15, 0
        one.PixelData = plane.astype("<u2").tobytes()
        change(one, index)
        one.file_meta = pydicom.dataset.FileMetaDataset()
        one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        one.save_as(folder / f"{names[index]}.dcm", enforce_file_format=True)
    return folder


def make(folder: Path, pixels_above: float = LIMIT) -> tuple[Volume, bytes]:
    """The mask of bright pixels, as a volume and as a segmentation."""
    scan = read_image(folder)[0]
    mask = Volume((scan.array > pixels_above).astype(np.uint8), scan.grid)
    return mask, to_dicom_seg(mask.array, read_seg_source(folder), "three members", "inputs")


def parse(data: bytes) -> pydicom.FileDataset:
    return pydicom.dcmread(io.BytesIO(data))


def frames_by_hand(seg: pydicom.Dataset) -> np.ndarray:
    """(frames, rows, columns): one bit a pixel, lowest first, frames without gaps (PS3.5 8.1.1)."""
    shape = int(seg.NumberOfFrames), int(seg.Rows), int(seg.Columns)
    bits = np.unpackbits(np.frombuffer(seg.PixelData, np.uint8), bitorder="little")
    return bits[: np.prod(shape)].reshape(shape)


def positions_by_hand(seg: pydicom.Dataset) -> np.ndarray:
    """LPS position of each pixel, (frames, rows, columns, 3), by PS3.3 C.7.6.2.1.1."""
    shared = seg.SharedFunctionalGroupsSequence[0]
    axes = np.reshape(np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, float), (2, 3))
    between_rows, between_columns = map(float, shared.PixelMeasuresSequence[0].PixelSpacing)
    rows, columns = np.indices((seg.Rows, seg.Columns))
    inside = columns[..., None] * axes[0] * between_columns + rows[..., None] * axes[1] * between_rows
    return np.stack(
        [
            np.array(frame.PlanePositionSequence[0].ImagePositionPatient, float) + inside
            for frame in seg.PerFrameFunctionalGroupsSequence
        ]
    )


def assert_same_voxels(values: np.ndarray, positions_lps: np.ndarray, nifti: Path) -> None:
    """Each value equals the NIfTI voxel at its position, and each voxel is met once."""
    image = nib.load(nifti)
    voxels = np.asarray(image.dataobj)
    ras = positions_lps.reshape(-1, 3) * (-1, -1, 1)
    index = nib.affines.apply_affine(np.linalg.inv(image.affine), ras)
    nearest = np.rint(index).astype(int)
    np.testing.assert_allclose(index, nearest, atol=1e-3)
    assert len(np.unique(nearest, axis=0)) == len(nearest) == voxels.size
    np.testing.assert_array_equal(values.ravel(), voxels[tuple(nearest.T)])


@pytest.fixture(params=AXES)
def series(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write_series(tmp_path / "FLAIR", axes=AXES[request.param])


def test_pixels_lie_where_those_of_the_mask_lie(series: Path, tmp_path: Path) -> None:
    mask, data = make(series)
    assert 0 < mask.array.sum() < mask.array.size
    write_volume(tmp_path / "mask.nii.gz", mask)
    seg = parse(data)
    assert_same_voxels(frames_by_hand(seg), positions_by_hand(seg), tmp_path / "mask.nii.gz")


def test_frames_are_those_of_the_slices_they_refer_to(series: Path) -> None:
    seg = parse(make(series)[1])
    slices = {one.SOPInstanceUID: one for one in map(pydicom.dcmread, series.iterdir())}
    referred = []
    for found, frame in zip(frames_by_hand(seg), seg.PerFrameFunctionalGroupsSequence, strict=True):
        (derivation,) = frame.DerivationImageSequence
        (one,) = derivation.SourceImageSequence
        source = slices[one.ReferencedSOPInstanceUID]
        np.testing.assert_array_equal(found, source.pixel_array > LIMIT)
        assert frame.PlanePositionSequence[0].ImagePositionPatient == source.ImagePositionPatient
        referred.append(source.SOPInstanceUID)
    assert sorted(referred) == sorted(slices)
    (listed,) = seg.ReferencedSeriesSequence
    assert listed.SeriesInstanceUID == "1.2.3.4"
    assert {one.ReferencedSOPInstanceUID for one in listed.ReferencedInstanceSequence} == set(slices)


def test_dcmqi_reads_the_mask(series: Path, tmp_path: Path) -> None:
    mask, data = make(series)
    write_volume(tmp_path / "mask.nii.gz", mask)
    (tmp_path / "seg.dcm").write_bytes(data)
    program = Path(sys.executable).parent / "segimage2itkimage"
    out = tmp_path / "out"
    out.mkdir()
    command = [
        program,
        "--inputDICOM",
        tmp_path / "seg.dcm",
        "--outputDirectory",
        out,
        "--outputType",
        "nrrd",
    ]
    subprocess.run(command, check=True, capture_output=True)
    (file,) = out.glob("*.nrrd")
    image = sitk.ReadImage(str(file))
    size = image.GetSize()
    positions = [
        image.TransformIndexToPhysicalPoint((x, y, z))
        for z in range(size[2])
        for y in range(size[1])
        for x in range(size[0])
    ]
    values = sitk.GetArrayFromImage(image)
    assert_same_voxels(values, np.array(positions), tmp_path / "mask.nii.gz")


def test_uneven_slices_keep_their_own_positions(tmp_path: Path) -> None:
    def lift_last(slice_: pydicom.Dataset, index: int) -> None:
        if index == 4:
            slice_.ImagePositionPatient[2] = 17.15  # 12 mm above the first would be 17

    seg = parse(make(write_series(tmp_path / "FLAIR", change=lift_last))[1])
    heights = positions_by_hand(seg)[:, 0, 0, 2]
    np.testing.assert_allclose(sorted(heights), [5, 8, 11, 14, 17.15])


def test_distance_between_slices_is_that_of_the_positions(tmp_path: Path) -> None:
    for name, change in {"stated": lambda *_: None, "unstated": drop("SpacingBetweenSlices")}.items():
        seg = parse(make(write_series(tmp_path / name, change=change))[1])
        measures = seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
        assert (measures.SpacingBetweenSlices, measures.SliceThickness) == (3, 2.5)
    seg = parse(make(write_series(tmp_path / "thickness", change=drop("SliceThickness")))[1])
    assert seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].SliceThickness == 3


def test_empty_mask_has_a_frame_for_each_slice(tmp_path: Path) -> None:
    seg = parse(make(write_series(tmp_path / "FLAIR"), pixels_above=1e6)[1])
    assert frames_by_hand(seg).shape == PIXELS.shape
    assert not frames_by_hand(seg).any()
    assert len(seg.PerFrameFunctionalGroupsSequence) == len(PIXELS)


def test_what_it_says(tmp_path: Path) -> None:
    seg = parse(make(write_series(tmp_path / "FLAIR"))[1])
    assert seg.SOPClassUID == "1.2.840.10008.5.1.4.1.1.66.4"
    assert (seg.Modality, seg.SegmentationType, seg.SeriesNumber) == ("SEG", "BINARY", 1004)
    assert seg.SeriesDescription == "White matter hyperintensities (wmhseg)"
    assert (seg.Manufacturer, seg.ManufacturerModelName) == ("wmhseg", "wmhseg")
    assert seg.SoftwareVersions == wmhseg.__version__
    assert (seg.StudyInstanceUID, seg.FrameOfReferenceUID) == ("1.2.3", "1.2.3.5")
    assert seg.SeriesInstanceUID != "1.2.3.4"
    assert (seg.PatientID, seg.PatientName, seg.PatientSex) == ("P1", "Müller^A", "F")
    assert (seg.StudyDescription, seg.StudyDate, seg.StudyID) == ("Schädel", "20200101", "S1")
    (segment,) = seg.SegmentSequence
    assert (segment.SegmentNumber, segment.SegmentLabel) == (1, "White matter hyperintensity")
    assert (segment.SegmentAlgorithmType, segment.SegmentAlgorithmName) == ("AUTOMATIC", "wmhseg")
    (algorithm,) = segment.SegmentationAlgorithmIdentificationSequence
    assert (algorithm.AlgorithmName, algorithm.AlgorithmVersion) == ("wmhseg", wmhseg.__version__)
    assert algorithm.AlgorithmParameters == "weights=three members"
    assert code(segment.SegmentedPropertyCategoryCodeSequence) == ("49755003", "SCT")
    assert code(segment.SegmentedPropertyTypeCodeSequence) == ("110702", "DCM")
    assert code(segment.AnatomicRegionSequence) == ("12738006", "SCT")


def code(sequence: Any) -> tuple[str, str]:
    (item,) = sequence
    return item.CodeValue, item.CodingSchemeDesignator


def test_same_segmentation_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = write_series(tmp_path / "FLAIR")
    mask, data = make(folder)
    assert make(folder)[1] == data
    source = read_seg_source(folder)
    others = [
        make(folder, LIMIT - 100)[1],
        to_dicom_seg(mask.array, source, "other", "inputs"),
        to_dicom_seg(mask.array, source, "three members", "other inputs"),
    ]
    uids = {(one.SOPInstanceUID, one.SeriesInstanceUID) for one in map(parse, [data, *others])}
    assert len(uids) == 4


def test_weights_name_that_the_character_set_does_not_hold(tmp_path: Path) -> None:
    folder = write_series(
        tmp_path / "FLAIR",
        change=put(SpecificCharacterSet="ISO_IR 144", StudyDescription="a", PatientName="A"),
    )
    seg = parse(to_dicom_seg(np.zeros_like(PIXELS, np.uint8), read_seg_source(folder), "größer, 2", "inputs"))
    (algorithm,) = seg.SegmentSequence[0].SegmentationAlgorithmIdentificationSequence
    assert algorithm.AlgorithmParameters == "weights=gr??er, 2"


def drop(*keywords: str) -> Change:
    def change(slice_: pydicom.Dataset, index: int) -> None:
        for keyword in keywords:
            slice_.pop(keyword, None)

    return change


def put(**values: Any) -> Change:
    def change(slice_: pydicom.Dataset, index: int) -> None:
        for keyword, value in values.items():
            setattr(slice_, keyword, value)

    return change


DATES = ("ContentDate", "ContentTime", "SeriesDate", "SeriesTime", "StudyDate", "StudyTime")
PATIENT = ("PatientID", "PatientName", "PatientBirthDate", "PatientSex")


@pytest.mark.parametrize(
    ("change", "made"),
    [
        (lambda *_: None, ("20200103", "103000")),
        (drop("ContentDate"), ("20200102", "102000")),
        (drop("ContentDate", "SeriesDate", "StudyTime"), ("20200101", "000000")),
        (drop(*DATES), ("19000101", "000000")),
    ],
)
def test_dates_are_the_sources(tmp_path: Path, change: Change, made: tuple[str, str]) -> None:
    seg = parse(make(write_series(tmp_path / "FLAIR", change=change))[1])
    assert (seg.ContentDate, seg.ContentTime) == made
    assert "InstanceCreationDate" not in seg


def test_anonymised_series(tmp_path: Path) -> None:
    more = ("AccessionNumber", "StudyID", "ReferringPhysicianName", "Manufacturer", "SpecificCharacterSet")
    change = drop(*PATIENT, *DATES, *more, "StudyDescription", "SeriesNumber", "PositionReferenceIndicator")
    mask, data = make(write_series(tmp_path / "FLAIR", change=change))
    seg = parse(data)
    # Type 2: there, and empty.
    assert [seg[keyword].value or "" for keyword in (*PATIENT, "StudyDate", "AccessionNumber")] == [""] * 6
    assert frames_by_hand(seg).sum() == mask.array.sum()


@pytest.mark.parametrize(
    ("character_set", "name"),
    [
        ("ISO_IR 144", "Иванов^И"),
        ("ISO_IR 192", "山田^太郎"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう"),
    ],
)
def test_names_in_any_alphabet(tmp_path: Path, character_set: Any, name: str) -> None:
    change = put(SpecificCharacterSet=character_set, PatientName=name, StudyDescription=name[:6])
    seg = parse(make(write_series(tmp_path / "FLAIR", change=change))[1])
    assert (seg.PatientName, seg.StudyDescription) == (name, name[:6])


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom's, when the test writes such a file
def test_unusual_names_are_copied_without_a_word(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    change = put(PatientName="anon 17", PatientSex="U", SeriesNumber=-3)
    seg = parse(make(write_series(tmp_path / "FLAIR", change=change))[1])
    assert (seg.PatientName, seg.PatientSex, seg.SeriesNumber) == ("anon 17", "U", 1000)
    assert capfd.readouterr() == ("", "")
    assert "anon" not in caplog.text


def test_positions_with_many_digits(tmp_path: Path) -> None:
    change = put(PixelSpacing=["0.4687500000000", "0.468750000000"], SliceThickness="4.9999995231628")
    folder = write_series(tmp_path / "FLAIR", axes=OBLIQUE, spacing_zyx_mm=(4.9999995, 1, 1), change=change)
    mask, data = make(folder)
    write_volume(tmp_path / "mask.nii.gz", mask)
    seg = parse(data)
    assert_same_voxels(frames_by_hand(seg), positions_by_hand(seg), tmp_path / "mask.nii.gz")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (drop("FrameOfReferenceUID"), "slices with FrameOfReferenceUID for --dicom-seg, found .+ without"),
        (put(StudyInstanceUID=""), "slices with StudyInstanceUID for --dicom-seg, found .+ without"),
        (put(ContentDate="yesterday"), "a series that --dicom-seg can refer to, found: .+"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_series_that_cannot_be_referred_to(tmp_path: Path, change: Change, found: str) -> None:
    folder = write_series(tmp_path / "FLAIR", change=change)
    with pytest.raises(InputError, match=f"^{folder}: expected {found}; export the series again or leave"):
        read_seg_source(folder)


def test_slices_of_two_studies(tmp_path: Path) -> None:
    def change(slice_: pydicom.Dataset, index: int) -> None:
        slice_.StudyInstanceUID = f"1.2.{index}"

    folder = write_series(tmp_path / "FLAIR", change=change)
    with pytest.raises(InputError, match="found: Source images must all be part of the same"):
        read_seg_source(folder)


def test_series_without_a_frame_of_reference_as_itk_writes_it(tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(PIXELS[:1])
    for index in range(3):
        for tag, value in {"0008|0060": "MR", "0020|000d": "1.2", "0020|000e": "1.2.1"}.items():
            image.SetMetaData(tag, value)
        image.SetMetaData("0020|0032", f"0\\0\\{3 * index}")
        image.SetMetaData("0020|0037", "1\\0\\0\\0\\1\\0")
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetFileName(str(tmp_path / f"{index}.dcm"))
        writer.Execute(image)
    read_image(tmp_path)
    with pytest.raises(InputError, match=f"^{tmp_path}: expected slices with FrameOfReferenceUID for"):
        read_seg_source(tmp_path)


def test_one_file_with_all_slices_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "FLAIR"
    folder.mkdir()
    sitk.WriteImage(sitk.GetImageFromArray(PIXELS), str(folder / "all.dcm"))
    assert read_image(folder)[0].array.shape == PIXELS.shape
    with pytest.raises(
        InputError, match=f"^{folder}: expected one file for each slice for --dicom-seg, found"
    ):
        read_seg_source(folder)


@pytest.mark.tools("dciodvfy")
@pytest.mark.parametrize("name", ["full", "empty", "anonymised"])
def test_dciodvfy_finds_nothing_wrong(tmp_path: Path, name: str) -> None:
    change = drop(*PATIENT, "AccessionNumber") if name == "anonymised" else lambda *_: None
    folder = write_series(tmp_path / "FLAIR", axes=OBLIQUE, change=change)
    (tmp_path / "seg.dcm").write_bytes(make(folder, 1e6 if name == "empty" else LIMIT)[1])
    done = subprocess.run(["dciodvfy", tmp_path / "seg.dcm"], check=True, capture_output=True, text=True)
    said = (done.stdout + done.stderr).splitlines()
    assert "Segmentation" in said
    # An anonymised source lacks what an index of a disc would list.
    assert [line for line in said if line != "Segmentation" and "build DICOMDIR" not in line] == []


@pytest.fixture
def head_series(tmp_path: Path, head: Any) -> Path:
    """The synthetic head as 24 axial slices of 144 x 128 pixels."""
    grid = head.flair.grid
    pixels = np.clip(head.flair.array, 0, None).round().astype(np.uint16)
    return write_series(tmp_path / "in", pixels, spacing_zyx_mm=(6.0, 1.15, 1.15), first_mm=grid.origin_mm)


def segment(flair: Path, folder: Path, weights: Path, seg: str, *more: str) -> int:
    files = ["--output", str(folder / "mask.nii.gz"), "--dicom-seg", str(folder / seg)]
    return main(["segment", "--flair", str(flair), *files, "--weights", str(weights), "-q", *more])


@pytest.mark.usefixtures("fake_ensemble")
def test_command_writes_mask_and_segmentation_that_agree(
    head_series: Path, tmp_path: Path, weights_folder: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert segment(head_series, out, weights_folder, "seg.dcm") == 0
    assert sorted(path.name for path in out.iterdir()) == ["mask.nii.gz", "seg.dcm"]
    seg = pydicom.dcmread(out / "seg.dcm")
    assert frames_by_hand(seg).sum() > 100
    assert_same_voxels(frames_by_hand(seg), positions_by_hand(seg), out / "mask.nii.gz")
    first = (out / "seg.dcm").read_bytes()
    elsewhere = head_series.rename(head_series.parent / "elsewhere")
    assert segment(elsewhere, out, weights_folder, "seg.dcm") == 0
    assert (out / "seg.dcm").read_bytes() == first


@pytest.mark.usefixtures("no_lesions")
def test_command_writes_an_empty_segmentation(
    head_series: Path, tmp_path: Path, weights_folder: Path
) -> None:
    assert segment(head_series, tmp_path, weights_folder, "seg.dcm") == 0
    seg = pydicom.dcmread(tmp_path / "seg.dcm")
    assert (seg.NumberOfFrames, frames_by_hand(seg).sum()) == (24, 0)


def test_command_refuses_before_it_computes(
    head_series: Path,
    scan_folder: Path,
    weights_folder: Path,
    fake_ensemble: Any,
    capfd: pytest.CaptureFixture[str],
) -> None:
    nifti, out = scan_folder / "FLAIR.nii.gz", head_series.parent / "out"
    out.mkdir()
    inside = head_series / "seg.dcm"
    before = len(list(head_series.iterdir()))
    for flair, seg, code_, message in (
        (
            nifti,
            "seg.dcm",
            3,
            f"{nifti}: expected a folder with a DICOM series for --dicom-seg, found a file; ",
        ),
        (head_series, "seg.nii.gz", 6, f"{out}/seg.nii.gz: expected a name that ends in .dcm; "),
        (head_series, str(inside), 6, f"{inside}: expected a place outside the inputs' folders, found one "),
        (
            head_series,
            "no/seg.dcm",
            6,
            f"{out}/no/seg.dcm: expected a folder that can be written, found: No ",
        ),
    ):
        assert segment(flair, out, weights_folder, seg) == code_
        said = capfd.readouterr().err
        assert said.startswith(f"wmhseg: error: {message}")
        assert said.count("\n") == 1
    assert fake_ensemble.calls == 0
    assert list(out.iterdir()) == []
    assert len(list(head_series.iterdir())) == before


def test_highdicom_is_imported_only_where_it_is_needed() -> None:
    program = (
        "import sys, wmhseg.cli, wmhseg.segmentation.segment_files; "
        "sys.exit('highdicom' in sys.modules or 'pydicom' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
