"""What a Structured Report says of regions."""

from types import SimpleNamespace
from typing import Any

from wmhseg.anatomy.intracranial import HeadVolumes
from wmhseg.anatomy.region import Region
from wmhseg.imaging.quality import Check
from wmhseg.io.dicom_sr import Finding
from wmhseg.report.sr_content import sr_content


def findings(icv_ml: float | None) -> Any:
    lesions = tuple(SimpleNamespace(label=n, volume_ml=ml) for n, ml in ((1, 2.0), (2, 0.5)))
    regions = SimpleNamespace(
        by_distance_ml=dict(zip(Region, (2.0, 0.25, 0.25, 0.0), strict=True)), left_ml=1.5, right_ml=1.0
    )
    head = HeadVolumes(1100.0, 30.0, icv_ml, "whole" if icv_ml else "stripped")
    return SimpleNamespace(
        summary=SimpleNamespace(volume_ml=2.5, lesion_count=2),
        lesions=lesions,
        flags=(Check("slice_spacing_mm", 9.51, None, 8.0, ""), Check("half_head", None, 0.0, None, "")),
        anatomy=SimpleNamespace(regions=regions, head=head),
    )


def test_volumes_regions_lesions_and_flags() -> None:
    content = sr_content(findings(1450.0))
    assert (content.volume_ml, content.lesion_count) == (2.5, 2)
    assert [(one.name, one.volume_ml) for one in content.parts] == [
        ("periventricular WMH", 2.0),
        ("deep WMH", 0.25),
        ("juxtacortical WMH", 0.25),
        ("infratentorial WMH", 0.0),
        ("left WMH", 1.5),
        ("right WMH", 1.0),
        ("brain", 1100.0),
        ("lateral ventricles", 30.0),
        ("estimated intracranial volume", 1450.0),
        ("WMH lesion 1", 2.0),
        ("WMH lesion 2", 0.5),
    ]
    assert {one.finding for one in content.parts if "WMH" not in one.name} == {
        Finding.BRAIN,
        Finding.LATERAL_VENTRICLES,
        Finding.INTRACRANIAL,
    }
    assert content.flags == (("slice_spacing_mm", "slice spacing mm: 9.51"), ("half_head", "half head"))


def test_without_a_skull_there_is_no_intracranial_volume() -> None:
    names = [one.name for one in sr_content(findings(None)).parts]
    assert "brain" in names
    assert "estimated intracranial volume" not in names
