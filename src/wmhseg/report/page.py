"""The report as one HTML file that needs nothing but a browser: no network, no other file."""

from html import escape

import numpy as np

from wmhseg.imaging.head import robust_scale
from wmhseg.imaging.quality import deep_intensities
from wmhseg.lesions import largest_slices
from wmhseg.report.findings import Findings
from wmhseg.report.histogram import draw_histogram
from wmhseg.report.html_page import html_page
from wmhseg.report.region_tables import contour_note, region_section
from wmhseg.report.slices import Layers, draw_checkerboards, draw_layers
from wmhseg.report.tables import lesion_table, provenance_table, quality_table, threshold_table
from wmhseg.report.view import View

MODES = (
    ("contour", "contour"),
    ("probability", "probability"),
    ("plain", "FLAIR"),
    ("checkerboard", "FLAIR/T1 checkerboard"),
    ("t1", "T1"),
)


def draw_page(view: View, findings: Findings) -> str:
    """Return the page; the same view and findings give the same text."""
    layers = draw_layers(view)
    numbers = np.array([layer.number - 1 for layer in layers])
    # For each lesion the shown slice that is nearest to where it is largest.
    nearest = [int(np.argmin(np.abs(numbers - z))) for z in largest_slices(view.labels)]
    source = findings.provenance
    parts = {
        "name": escape(source.flair.name),
        "version": escape(dict(source.versions)["wmhseg"]),
        "weights": escape(source.weights_name),
        "tiles": _tiles(findings),
        "flags": _flags(findings),
        "last": len(layers) - 1,
        "first": nearest[0] if nearest else len(layers) // 2,
        "modes": _modes(with_t1=view.t1 is not None),
        "slices": "\n".join(map(_figure, layers)),
        "contours": contour_note(findings),
        "registration": region_section(findings) + _registration(view),
        "histogram": _histogram(view),
        "thresholds": threshold_table(findings.spread, source.recipe.threshold),
        "lesions": lesion_table(findings, nearest),
        "quality": quality_table(findings.checks),
        "provenance": provenance_table(findings),
    }
    return html_page("wmhseg.report", f"WMH report: {source.flair.name}", parts)


def _tiles(findings: Findings) -> str:
    spread = findings.spread
    interval = "" if spread is None else f"members {spread.low_ml:.2f} to {spread.high_ml:.2f} ml"
    tiles = [
        ("volume", f"{findings.summary.volume_ml:.2f} ml", interval),
        ("lesions", str(findings.summary.lesion_count), ""),
        ("flags", str(len(findings.flags)), ""),
    ]
    if spread is not None and spread.expected_dsc is not None:
        tiles.append(("DSC to expect", f"{spread.expected_dsc:.2f}", f"members agree {spread.agreement:.2f}"))
    if findings.anatomy is not None:
        head = findings.anatomy.head
        share = findings.summary.volume_ml / head.brain_ml
        tiles.append(("brain", f"{head.brain_ml:.0f} ml", f"{share:.2%} of it WMH"))
    return "\n".join(f'<div class="tile">{name}<b>{value}</b>{note}</div>' for name, value, note in tiles)


def _flags(findings: Findings) -> str:
    items = [f"<li>{escape(warning)}</li>" for warning in findings.warnings]
    items += [
        f"<li><b>{check.name}</b> {check.value:g}: {escape(check.explanation)}</li>"
        for check in findings.flags
    ]
    if not items:
        return "<p>None.</p>"
    return f'<ul class="flags">{"".join(items)}</ul>'


def _modes(*, with_t1: bool) -> str:
    return "\n".join(
        f'<label><input type="radio" name="mode" value="{value}"{" checked" if value == "contour" else ""}> '
        f"{text}</label>"
        for value, text in MODES
        if with_t1 or value not in ("checkerboard", "t1")
    )


def _figure(layer: Layers) -> str:
    pictures = [("flair", layer.flair), ("t1", layer.t1), ("heat", layer.heat), ("contour", layer.contour)]
    images = "".join(f'<img class="{name}" alt="" src="{uri}">' for name, uri in pictures if uri is not None)
    return f'<figure class="slice">{images}<figcaption>slice {layer.number}</figcaption></figure>'


def _registration(view: View) -> str:
    boards = draw_checkerboards(view)
    if not boards:
        return ""
    images = "".join(f'<img alt="FLAIR and T1 in alternating squares" src="{uri}">' for uri in boards)
    note = "FLAIR and T1 in alternating squares: edges go on from one square to the next where both fit."
    boxed = f'<div class="boards">{images}</div><p class="note">{note}</p>'
    return f"<section><h2>Registration</h2>{boxed}</section>"


def _histogram(view: View) -> str:
    deep = deep_intensities(view.flair, view.spacing_zyx_mm)
    centre, spread = robust_scale(deep)
    if not spread > 0:
        return "<p>No head was found to measure in.</p>"
    inside = view.flair[view.labels > 0]
    return draw_histogram((deep - centre) / spread, (inside - centre) / spread)
