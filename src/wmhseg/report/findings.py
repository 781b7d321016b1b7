"""All that is known about one result, as JSON and as a row of a cohort table."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from wmhseg.anatomy.anatomy_findings import AnatomyFindings
from wmhseg.anatomy.parcel_findings import ParcelFindings
from wmhseg.imaging.quality import Check
from wmhseg.io.tsv import text_of
from wmhseg.io.volume import Grid
from wmhseg.mni.to_mni import MniFindings
from wmhseg.model.provenance import Provenance
from wmhseg.report.parcel_rows import parcel_dict
from wmhseg.report.region_columns import lesion_columns, region_columns
from wmhseg.report.summary import Lesion, Spread, Summary

# Where the JSON report has the numbers by region.
REGIONS = "regions"
# Where it says how the head fits MNI space.
MNI = "mni"
# Where it says what lies in the labels of a parcellation.
PARCELLATION = "parcellation"
# Thresholds with a column of their own, whatever the recipe's is.
COLUMN_THRESHOLDS = (0.3, 0.5, 0.8, 0.95)


@dataclass(frozen=True)
class Findings:
    """All that is known about one result.

    Attributes:
        summary: Total volume and number of lesions.
        lesions: Each lesion, largest first.
        spread: Interval and volumes by threshold; None where not every member was computed in full.
        checks: Quality checks; those that are raised are the flags.
        grid: The FLAIR's grid.
        slices_computed: Number of slices that went through the network.
        t1_used: False when the network saw FLAIR alone.
        t1_moved_mm: Mean distance over the brain that registration moved the T1; None when it was left.
        bias_corrected: Names of the images whose bias was corrected.
        warnings: What the user should know about the inputs, one line each.
        provenance: Where it comes from.
        anatomy: What the structures of the head tell; None where they were not asked for.
        parcels: WMH by label of a parcellation; None where none was given.
        mni: How the head fits MNI space; None where that was not asked for.
    """

    summary: Summary
    lesions: tuple[Lesion, ...]
    spread: Spread | None
    checks: tuple[Check, ...]
    grid: Grid
    slices_computed: int
    t1_used: bool
    t1_moved_mm: float | None
    bias_corrected: tuple[str, ...]
    warnings: tuple[str, ...]
    provenance: Provenance
    anatomy: AnatomyFindings | None = None
    parcels: ParcelFindings | None = None
    mni: MniFindings | None = None

    @property
    def flags(self) -> tuple[Check, ...]:
        """Return the checks that are raised."""
        return tuple(check for check in self.checks if check.raised)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        spread, source = self.spread, self.provenance
        return {
            **self.summary.to_dict(),
            "volume_interval_ml": None if spread is None else [spread.low_ml, spread.high_ml],
            "member_volumes_ml": None if spread is None else list(spread.members_ml),
            "volume_above_ml": None
            if spread is None
            else {f"{threshold:g}": volume for threshold, volume in spread.above_ml},
            "agreement": None if spread is None else spread.agreement,
            "expected_dsc": None if spread is None else spread.expected_dsc,
            "lesions": self.lesion_dicts(),
            **self._anatomy_dict(),
            **({} if self.parcels is None else {PARCELLATION: parcel_dict(self.parcels)}),
            **({} if self.mni is None else {MNI: asdict(self.mni)}),
            "flags": [check.name for check in self.flags],
            "quality": [{**asdict(check), "raised": check.raised} for check in self.checks],
            "slices_computed": self.slices_computed,
            "t1_used": self.t1_used,
            "t1_moved_mm": None if self.t1_moved_mm is None else round(self.t1_moved_mm, 3),
            "bias_corrected": list(self.bias_corrected),
            "warnings": list(self.warnings),
            "grid": asdict(self.grid),
            "inputs": {"flair": asdict(source.flair), "t1": None if source.t1 is None else asdict(source.t1)},
            "recipe": source.recipe.to_dict(),
            "weights": {
                "name": source.weights_name,
                "sha256": {member.name: member.sha256 for member in source.weights},
            },
            "precision": source.precision,
            "algorithm": source.algorithm,
            "versions": dict(source.versions),
        }

    def lesion_dicts(self) -> list[dict[str, Any]]:
        """Return each lesion, JSON-ready, with its place where structures were found."""
        rows = [asdict(lesion) for lesion in self.lesions]
        if self.anatomy is None:
            return rows
        places = self.anatomy.regions.lesions
        return [{**row, **lesion_columns(place)} for row, place in zip(rows, places, strict=True)]

    def _anatomy_dict(self) -> dict[str, Any]:
        if self.anatomy is None:
            return {}
        columns = region_columns(self.anatomy, self.summary.volume_ml)
        return {REGIONS: {**columns, "weights": asdict(self.anatomy.network)}}


def to_tsv(findings: Iterable[Findings]) -> str:
    """Return a table: one header line, one row for each result; missing values are "n/a"."""
    lines: list[str] = []
    for one in findings:
        cells = _row(one)
        if not lines:
            lines.append("\t".join(name for name, _ in cells))
        lines.append("\t".join(text_of(value) for _, value in cells))
    return "".join(line + "\n" for line in lines)


def _row(one: Findings) -> list[tuple[str, str | float | None]]:
    source, spread = one.provenance, one.spread
    above = {} if spread is None else dict(spread.above_ml)
    return [
        ("flair", source.flair.name),
        ("t1", None if source.t1 is None else source.t1.name),
        ("volume_ml", one.summary.volume_ml),
        ("volume_low_ml", None if spread is None else spread.low_ml),
        ("volume_high_ml", None if spread is None else spread.high_ml),
        ("lesion_count", one.summary.lesion_count),
        ("largest_lesion_ml", one.lesions[0].volume_ml if one.lesions else 0.0),
        ("median_lesion_ml", one.lesions[len(one.lesions) // 2].volume_ml if one.lesions else 0.0),
        *((f"volume_above_{limit:g}_ml", above.get(limit)) for limit in COLUMN_THRESHOLDS),
        ("agreement", None if spread is None else spread.agreement),
        ("expected_dsc", None if spread is None else spread.expected_dsc),
        ("flag_count", len(one.flags)),
        ("flags", ",".join(check.name for check in one.flags) or None),
        *((check.name, check.value) for check in one.checks),
        ("threshold", source.recipe.threshold),
        ("recipe", source.recipe.name),
        ("weights", source.weights_name),
        ("wmhseg", dict(source.versions)["wmhseg"]),
        ("flair_sha256", source.flair.sha256),
        ("t1_sha256", None if source.t1 is None else source.t1.sha256),
        *([] if one.anatomy is None else region_columns(one.anatomy, one.summary.volume_ml).items()),
    ]
