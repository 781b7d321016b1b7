"""The report page's section on regions, as HTML."""

from html import escape

from wmhseg.anatomy.region import REGION_LABELS, Region
from wmhseg.io.tsv import NO_VALUE
from wmhseg.report.findings import Findings
from wmhseg.report.region_columns import REGION_COLUMNS, Value, region_columns

_COVERAGE = {
    "whole": "whole head",
    "cut": "the brain goes on beyond the picture: no intracranial volume",
    "stripped": "no skull in the picture: no intracranial volume",
}


def region_section(findings: Findings) -> str:
    """Return the section; "" where no structures were found."""
    if findings.anatomy is None:
        return ""
    values = region_columns(findings.anatomy, findings.summary.volume_ml)
    by_rule = "".join(
        f"<tr><td>{one.label}</td>"
        + _numbers(*(values[f"{rule}_{one.label}_{unit}"] for rule, unit in _RULES))
        + "</tr>"
        for one in Region
    )
    head = "<th>region</th>" + "".join(f'<th class="number">{name}</th>' for name in _RULE_NAMES)
    return (
        '<section><h2>Where the WMH are</h2></section><section class="columns"><div>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{by_rule}</tbody></table>"
        f'<p class="note">Head: {escape(_COVERAGE[findings.anatomy.head.coverage])}.</p></div><div>'
        f"<table><tbody>{''.join(map(_row, _others(values)))}</tbody></table></div></section>"
    )


def contour_note(findings: Findings) -> str:
    """Return what the contours' colours mean."""
    if findings.anatomy is None:
        return "Red line: edge of the mask."
    keys = (
        f'<span class="key" style="background:rgb{label.rgb}"></span> {escape(label.name)}'
        for label in REGION_LABELS
    )
    return f"Lines: {', '.join(keys)}, by the distance rule."


_RULES = (("distance", "ml"), ("contact", "ml"), ("contact", "count"))
_RULE_NAMES = ("by distance, each voxel (ml)", "by contact, whole lesions (ml)", "lesions by contact")


def _others(values: dict[str, Value]) -> list[tuple[str, Value]]:
    by_rule = {f"{rule}_{one.label}_{unit}" for one in Region for rule, unit in _RULES}
    return [(name, values[name]) for name in REGION_COLUMNS if name not in by_rule | {"head_coverage"}]


def _row(pair: tuple[str, Value]) -> str:
    return f"<tr><td>{pair[0]}</td>{_numbers(pair[1])}</tr>"


def _numbers(*values: Value) -> str:
    return "".join(f'<td class="number">{_text(value)}</td>' for value in values)


def _text(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return NO_VALUE if value is None else str(value)
