"""What a DICOM Structured Report says about a result."""

from wmhseg.anatomy.anatomy_findings import AnatomyFindings
from wmhseg.imaging.quality import Check
from wmhseg.io.dicom_sr import Finding, SrContent, SrVolume
from wmhseg.report.findings import Findings


def sr_content(findings: Findings) -> SrContent:
    """Return a result's volumes, regions where they were asked for, lesions and flags."""
    summary = findings.summary
    return SrContent(
        volume_ml=summary.volume_ml,
        lesion_count=summary.lesion_count,
        parts=(
            *(_places(findings.anatomy) if findings.anatomy else ()),
            *(SrVolume(f"WMH lesion {one.label}", one.volume_ml) for one in findings.lesions),
        ),
        flags=tuple((check.name, _in_words(check)) for check in findings.flags),
    )


def _places(found: AnatomyFindings) -> list[SrVolume]:
    """Return WMH by region (distance rule) and side, and the sizes of the head that are known."""
    regions, head = found.regions, found.head
    volumes = [SrVolume(f"{one.label} WMH", ml) for one, ml in regions.by_distance_ml.items()]
    volumes += [SrVolume("left WMH", regions.left_ml), SrVolume("right WMH", regions.right_ml)]
    volumes += [SrVolume("brain", head.brain_ml, Finding.BRAIN)]
    volumes += [SrVolume("lateral ventricles", head.ventricles_ml, Finding.LATERAL_VENTRICLES)]
    if head.icv_ml is not None:
        volumes += [SrVolume("estimated intracranial volume", head.icv_ml, Finding.INTRACRANIAL)]
    return volumes


def _in_words(check: Check) -> str:
    """Return a check's name and value: what a coded meaning has room for."""
    words = check.name.replace("_", " ")
    return words if check.value is None else f"{words}: {check.value:.3g}"
