"""The report page's tables, as HTML."""

from collections.abc import Iterable, Sequence
from html import escape

from wmhseg.imaging.quality import Check
from wmhseg.io.tsv import NO_VALUE
from wmhseg.report.findings import Findings
from wmhseg.report.region_columns import lesion_columns
from wmhseg.report.summary import Spread

MOST_LESIONS = 100


def lesion_table(findings: Findings, shown_at: Sequence[int]) -> str:
    """Return the largest lesions, at most 100; a click on a row moves the slider.

    Args:
        findings: With the lesions, and where they lie if structures were found.
        shown_at: For each the slider's position.
    """
    lesions, anatomy = findings.lesions, findings.anatomy
    if not lesions:
        return "<p>None.</p>"
    rows = [
        f'<tr data-slice="{position}">'
        + _cells(
            str(lesion.label),
            f"{lesion.volume_ml:.3f}",
            *(f"{value:.1f}" for value in lesion.centre_ras_mm),
            f"{lesion.mean_probability:.3f}",
            *([] if anatomy is None else map(str, lesion_columns(anatomy.regions.lesions[number]).values())),
        )
        + "</tr>"
        for number, (lesion, position) in enumerate(zip(lesions[:MOST_LESIONS], shown_at, strict=False))
    ]
    names = ["label", "volume (ml)", "right (mm)", "anterior (mm)", "superior (mm)", "mean probability"]
    if anatomy is not None:
        names += ["region by contact", "side", "from ventricles (mm)", "cap or rim"]
    rest = lesions[MOST_LESIONS:]
    note = '<p class="note">Position: centre of gravity in the world of the FLAIR\'s header (RAS).</p>'
    if rest:
        volume = sum(lesion.volume_ml for lesion in rest)
        note += f'<p class="note">And {len(rest)} smaller ones with {volume:.3f} ml in all.</p>'
    return _table(names, rows) + note


def quality_table(checks: Iterable[Check]) -> str:
    """Return every check, raised or not."""
    rows = [
        f'<tr class="{"raised" if check.raised else "good"}">'
        + f"<td>{check.name}</td>"
        + _cells(NO_VALUE if check.value is None else f"{check.value:.4g}")
        + f"<td>{_limits(check)}</td><td>{escape(check.explanation)}</td></tr>"
        for check in checks
    ]
    head = '<th>check</th><th class="number">value</th><th>expected</th><th>meaning</th>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def threshold_table(spread: Spread | None, own: float) -> str:
    """Return the volume by threshold on the mean probability."""
    if spread is None:
        return "<p>Not computed.</p>"
    rows = [
        "<tr>" + _cells(f"{limit:g}{' (used)' if limit == own else ''}", f"{volume:.3f}") + "</tr>"
        for limit, volume in spread.above_ml
    ]
    members = ", ".join(f"{volume:.2f}" for volume in spread.members_ml)
    note = f'<p class="note">Each member alone at {own:g}: {members} ml.</p>'
    return _table(("threshold", "volume (ml)"), rows) + note


def provenance_table(findings: Findings) -> str:
    """Return inputs, weights, settings and versions."""
    source, grid = findings.provenance, findings.grid
    entries = [("FLAIR", f"{source.flair.name}, SHA-256 {source.flair.sha256}")]
    entries += [("T1", "none" if source.t1 is None else f"{source.t1.name}, SHA-256 {source.t1.sha256}")]
    entries += [("grid", f"{grid}, {findings.slices_computed} slices computed")]
    entries += [
        (f"weights {source.weights_name}", f"{one.name}, SHA-256 {one.sha256}") for one in source.weights
    ]
    recipe = ", ".join(f"{name} {value}" for name, value in source.recipe.to_dict().items())
    entries += [("recipe", recipe), ("precision", source.precision)]
    entries += [("versions", ", ".join(f"{name} {value}" for name, value in source.versions))]
    rows = (
        f'<tr><td>{escape(name)}</td><td class="hash">{escape(value)}</td></tr>' for name, value in entries
    )
    return f"<table><tbody>{''.join(rows)}</tbody></table>"


def _limits(check: Check) -> str:
    if check.low is not None and check.high is not None:
        return f"{check.low:g} to {check.high:g}"
    return f"at least {check.low:g}" if check.low is not None else f"at most {check.high:g}"


def _table(names: Iterable[str], rows: Iterable[str]) -> str:
    head = "".join(f'<th class="number">{name}</th>' for name in names)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _cells(*texts: str) -> str:
    return "".join(f'<td class="number">{escape(text)}</td>' for text in texts)
