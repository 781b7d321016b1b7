"""What a DICOM Structured Report says about a result."""

from wmhseg.imaging.quality import Check
from wmhseg.io.dicom_sr import SrContent, SrVolume
from wmhseg.report.findings import Findings


def sr_content(findings: Findings) -> SrContent:
    """Return a result's volumes, lesions and flags."""
    summary = findings.summary
    return SrContent(
        volume_ml=summary.volume_ml,
        lesion_count=summary.lesion_count,
        parts=tuple(SrVolume(f"WMH lesion {one.label}", one.volume_ml) for one in findings.lesions),
        flags=tuple((check.name, _in_words(check)) for check in findings.flags),
    )


def _in_words(check: Check) -> str:
    """Return a check's name and value: what a coded meaning has room for."""
    words = check.name.replace("_", " ")
    return words if check.value is None else f"{words}: {check.value:.3g}"
