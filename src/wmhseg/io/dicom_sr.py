"""The numbers as a DICOM Structured Report, which archives and report templates read.

A Comprehensive 3D SR (DICOM PS3.3 A.35.13) by TID 1500, Measurement Report (PS3.16): a group for all WMH that
refers to the DICOM Segmentation (TID 1411), and one for each part of them and for each lesion (TID 1501).
"""

import io
import warnings
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from wmhseg import __version__
from wmhseg.io.dicom_object import (
    MANUFACTURER,
    Made,
    SegSource,
    equipment,
    series_number,
    set_dates,
    to_bytes,
    without_names,
    without_surprises,
)

if TYPE_CHECKING:
    from highdicom.sr import (
        AlgorithmIdentification,
        Comprehensive3DSR,
        Measurement,
        ObservationContext,
        QualitativeEvaluation,
    )

_SERIES_OFFSET = 2000
# Codes that no public list has.
_OWN_SCHEME = "99WMHSEG"


class Finding(Enum):
    """What a volume is one of; the value is the name of its code in pydicom's lists."""

    WMH = ("DCM", "WhiteMatterT2Hyperintensity")
    BRAIN = ("SCT", "Brain")
    LATERAL_VENTRICLES = ("SCT", "LateralVentricle")
    INTRACRANIAL = ("SCT", "CranialCavity")


@dataclass(frozen=True)
class SrVolume:
    """One volume of a report.

    Attributes:
        name: What it is the volume of, such as "WMH lesion 1".
        volume_ml: Its volume.
        finding: What it is.
    """

    name: str
    volume_ml: float
    finding: Finding = Finding.WMH


@dataclass(frozen=True)
class SrContent:
    """What a report says.

    Attributes:
        volume_ml: Volume of all WMH.
        lesion_count: Number of lesions.
        parts: Lesions, other parts of the WMH, and what they are measured against.
        flags: Name and value in words, up to 64 letters, of what may make the result wrong.
    """

    volume_ml: float
    lesion_count: int
    parts: tuple[SrVolume, ...]
    flags: tuple[tuple[str, str], ...] = ()


def to_dicom_sr(content: SrContent, source: SegSource, made: Made, segmentation: bytes) -> bytes:
    """Return a report as the bytes of a DICOM file; dates and UIDs as in `to_dicom_seg`.

    Args:
        content: What it says.
        source: The FLAIR's headers.
        made: What it was made of.
        segmentation: The DICOM Segmentation that it refers to.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: The headers lack something or do not conform.
    """
    with warnings.catch_warnings():
        # Of values that do not conform, which the source has and the report copies.
        warnings.simplefilter("ignore")
        return to_bytes(_build(content, source, made, segmentation), source.headers[0])


def _build(content: SrContent, source: SegSource, made: Made, segmentation: bytes) -> "Comprehensive3DSR":
    from highdicom.sr import (
        Comprehensive3DSR,
        MeasurementReport,
        MeasurementsAndQualitativeEvaluations,
        ReferencedSegment,
        SourceSeriesForSegmentation,
        VolumetricROIMeasurementsAndQualitativeEvaluations,
    )
    from pydicom import dcmread
    from pydicom.sr.codedict import codes

    seg, headers = dcmread(io.BytesIO(segmentation)), source.headers
    whole = VolumetricROIMeasurementsAndQualitativeEvaluations(
        referenced_segment=ReferencedSegment(
            seg.SOPClassUID,
            seg.SOPInstanceUID,
            segment_number=1,
            source_series=SourceSeriesForSegmentation(headers[0].SeriesInstanceUID),
        ),
        qualitative_evaluations=_flags(content),
        algorithm_id=_algorithm(made),
        **_group(made, SrVolume("WMH", content.volume_ml), [_count(content.lesion_count)]),
    )
    parts = [MeasurementsAndQualitativeEvaluations(**_group(made, part, [])) for part in content.parts]
    report = MeasurementReport(
        observation_context=_observed_by(made),
        procedure_reported=codes.LN.BrainMRI,
        imaging_measurements=[whole, *parts],
    )
    result = Comprehensive3DSR(
        evidence=[without_surprises(headers), *headers[1:], without_names(seg)],
        content=report[0],
        series_instance_uid=made.uid("report series"),
        series_number=series_number(headers[0], _SERIES_OFFSET),
        sop_instance_uid=made.uid("report instance"),
        instance_number=1,
        is_complete=True,
        **equipment(),
    )
    result.SeriesDescription = "WMH volumes (wmhseg)"
    set_dates(result, headers[0], "Content")
    return result


def _group(made: Made, part: SrVolume, more: list["Measurement"]) -> dict[str, Any]:
    """Return what groups of both templates say: what it is, where, and its volume."""
    from highdicom.sr import CodedConcept, FindingSite, Measurement, TrackingIdentifier
    from pydicom.sr.codedict import codes

    scheme, code = part.finding.value
    volume = Measurement(
        name=codes.SCT.Volume,
        value=part.volume_ml,
        unit=CodedConcept("ml", "UCUM", "milliliter"),
    )
    return {
        "tracking_identifier": TrackingIdentifier(uid=made.uid(f"report {part.name}"), identifier=part.name),
        "finding_type": getattr(getattr(codes, scheme), code),
        "finding_sites": [FindingSite(codes.SCT.Brain)],
        "measurements": [volume, *more],
    }


def _count(lesions: int) -> "Measurement":
    from highdicom.sr import Measurement
    from pydicom.sr.codedict import codes

    return Measurement(name=codes.SCT.NumberOfLesions, value=lesions, unit=codes.UCUM.NoUnits)


def _flags(content: SrContent) -> list["QualitativeEvaluation"]:
    from highdicom.sr import CodedConcept, QualitativeEvaluation

    name = CodedConcept("quality_flag", _OWN_SCHEME, "Quality flag")
    return [
        QualitativeEvaluation(name, CodedConcept(flag, _OWN_SCHEME, text)) for flag, text in content.flags
    ]


def _algorithm(made: Made) -> "AlgorithmIdentification":
    from highdicom.sr import AlgorithmIdentification

    return AlgorithmIdentification(
        MANUFACTURER, __version__, [f"weights={made.ascii_weights}", "research use only"]
    )


def _observed_by(made: Made) -> "ObservationContext":
    from highdicom.sr import DeviceObserverIdentifyingAttributes, ObservationContext, ObserverContext
    from pydicom.sr.codedict import codes

    device = DeviceObserverIdentifyingAttributes(
        uid=made.uid("device"), name=MANUFACTURER, manufacturer_name=MANUFACTURER, model_name=__version__
    )
    return ObservationContext(
        observer_device_context=ObserverContext(
            observer_type=codes.DCM.Device, observer_identifying_attributes=device
        )
    )
