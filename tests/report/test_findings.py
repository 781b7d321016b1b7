"""JSON and table of one result."""

import json
from dataclasses import replace

from wmhseg.imaging.quality import Check
from wmhseg.report.findings import Findings, to_tsv


def cells(findings: Findings) -> dict[str, str]:
    header, row = to_tsv([findings]).splitlines()
    return dict(zip(header.split("\t"), row.split("\t"), strict=True))


def test_json_says_it_all(findings: Findings) -> None:
    values = json.loads(json.dumps(findings.to_dict()))
    assert values["volume_interval_ml"] == [5.0, 7.0]
    assert values["member_volumes_ml"] == [5.0, 7.0]
    assert values["volume_above_ml"] == {"0.3": 8.0, "0.5": 6.0, "0.8": 0.0}
    assert values["lesions"][0]["label"] == 1
    assert values["lesions"][0]["volume_ml"] == values["lesion_volumes_ml"][0]
    assert [check["name"] for check in values["quality"]] == [check.name for check in findings.checks]
    assert values["weights"] == {"name": "fake", "sha256": {"member-0.weights.h5": "0" * 64}}
    assert values["grid"]["spacing_mm"] == [1.15, 1.15, 6.0]
    assert values["t1_used"] is True
    assert (values["t1_moved_mm"], values["bias_corrected"]) == (1.25, ["FLAIR"])
    assert values["warnings"] == ["FLAIR.nii: qform & sform <differ>"]


def test_without_members_and_t1(findings: Findings) -> None:
    source = replace(findings.provenance, t1=None)
    alone = replace(findings, spread=None, t1_used=False, provenance=source)
    values = alone.to_dict()
    assert values["volume_interval_ml"] is values["member_volumes_ml"] is values["volume_above_ml"] is None
    assert (values["t1_used"], values["inputs"]["t1"]) == (False, None)
    row = cells(alone)
    assert {row[name] for name in ("t1", "t1_sha256", "volume_low_ml", "volume_above_0.5_ml")} == {"n/a"}


def test_row(findings: Findings) -> None:
    row = cells(findings)
    assert row["flair"] == 'a <b>&" $x.nii'  # the tab is gone
    assert (row["volume_low_ml"], row["volume_high_ml"]) == ("5", "7")
    assert (row["volume_above_0.3_ml"], row["volume_above_0.8_ml"]) == ("8", "0")
    assert (row["agreement"], row["expected_dsc"]) == ("0.875", "0.734")
    assert row["lesion_count"] == "3"
    largest, median, _ = (lesion.volume_ml for lesion in findings.lesions)
    assert (float(row["largest_lesion_ml"]), float(row["median_lesion_ml"])) == (largest, median)
    assert row["slice_spacing_mm"] == "6"
    assert row["flair_sha256"] == "f" * 64


def test_flags(findings: Findings) -> None:
    checks = (
        Check("a", 2.0, None, 1.0, ""),
        Check("b", 0.0, None, 1.0, ""),
        Check("c", None, None, 1.0, ""),
        Check("d", 0.0, 1.0, None, ""),
    )
    flagged = replace(findings, checks=checks)
    assert flagged.to_dict()["flags"] == ["a", "d"]
    row = cells(flagged)
    assert (row["flag_count"], row["flags"]) == ("2", "a,d")
    assert (row["a"], row["c"]) == ("2", "n/a")
    assert cells(replace(findings, checks=checks[1:2]))["flags"] == "n/a"


def test_no_lesions_and_many_rows(findings: Findings) -> None:
    none = replace(findings, lesions=())
    assert cells(none)["largest_lesion_ml"] == "0"
    lines = to_tsv([findings, none, findings]).splitlines()
    assert len(lines) == 4
    assert lines[1] == lines[3] != lines[2]
    assert to_tsv([]) == ""
