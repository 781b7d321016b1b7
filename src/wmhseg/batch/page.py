"""The cohort's page: one HTML file that needs nothing else, doubtful scans on top."""

import base64
from collections.abc import Sequence
from html import escape
from statistics import median

from wmhseg import __version__
from wmhseg.batch.cohort_rows import OUTLIER_Z, CohortRow, doubtful_first, is_unusual
from wmhseg.io.files import is_file

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 76em; padding: 0 1em; color: #222 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .5em .7em; border-top: 1px solid #ddd }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
td.name { overflow-wrap: anywhere; min-width: 11em }
td.picture { width: 60% }
img { display: block; width: 100%; max-width: 49em }
.error { color: #a40000 } .flag { color: #8a5a00 } .note { color: #666 }
details { font-size: .85em; color: #666 }
tr.failed { background: #fdf0f0 } tr.doubtful { background: #fdf8ea }
tr { break-inside: avoid }
@media print { body { margin: 0; max-width: none } img { max-width: 24em } }
"""


def cohort_page(rows: Sequence[CohortRow], title: str) -> str:
    """Return the page's HTML.

    Args:
        rows: All scans; the page sorts them itself.
        title: Heading.
    """
    lines = "\n".join(map(_line, doubtful_first(rows)))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p>{_overview(rows)}</p>
<p class="note">Failed scans first, then those with warnings, then the others; within each, unusual volumes
first, then the least DSC to expect, which is told from how much the networks agree. z: robust z-score of
log(volume + 0.1 ml) within this cohort; beyond &plusmn;{OUTLIER_Z} a scan is worth a look. Below each volume:
the smallest and largest among the masks of the networks, and the volume at other thresholds. Research use
only. wmhseg {__version__}.</p>
<table>
<thead><tr><th>Scan</th><th class="number">Volume (ml)</th><th class="number">Lesions</th>
<th class="number">DSC to expect</th><th class="number">z</th>
<th>Slices with the mask's contours</th></tr></thead>
<tbody>
{lines}
</tbody>
</table>
</body>
</html>
"""


def _overview(rows: Sequence[CohortRow]) -> str:
    volumes = [row.volume_ml for row in rows if row.volume_ml is not None]
    flagged = sum(bool(row.flags) for row in rows)
    unusual = sum(is_unusual(row) for row in rows)
    said = [
        f"{len(rows)} scans",
        f"{sum(bool(row.error) for row in rows)} failed",
        f"{flagged} with warnings",
        f"{unusual} with an unusual volume",
    ]
    if volumes:
        said.append(f"volume {median(volumes):.2f} ml (median), {min(volumes):.2f} to {max(volumes):.2f} ml")
    return ", ".join(said) + "."


def _line(row: CohortRow) -> str:
    kind = "failed" if row.error else "doubtful" if row.flags or is_unusual(row) else ""
    said = [f"<b>{escape(row.job.name)}</b>"]
    said += [f'<span class="flag">{escape(flag)}</span>' for flag in row.flags]
    said += [f'<span class="error">{escape(row.error)}</span>'] if row.error else []
    numbers = [
        _number(row.volume_ml, ".2f") + _spread(row),
        _number(row.lesion_count, "d"),
        _number(row.expected_dsc, ".2f"),
        _number(row.volume_z, "+.1f"),
    ]
    cells = [f'<td class="name">{"<br>".join(said)}</td>']
    cells += [f'<td class="number">{number}</td>' for number in numbers]
    cells += [f'<td class="picture">{_picture(row)}</td>']
    return f'<tr class="{kind}">{"".join(cells)}</tr>'


def _spread(row: CohortRow) -> str:
    """Return the range of the networks' volumes, which opens to the volumes at other thresholds."""
    if row.volume_interval_ml is None:
        return ""
    low, high = row.volume_interval_ml
    above = "<br>".join(
        f"above {escape(limit)}: {volume:.2f}" for limit, volume in (row.volume_above_ml or {}).items()
    )
    return f"<details><summary>{low:.2f}&ndash;{high:.2f}</summary>{above}</details>"


def _number(value: float | None, form: str) -> str:
    return "&ndash;" if value is None else format(value, form)


def _picture(row: CohortRow) -> str:
    """Return the thumbnail; a failed scan's earlier one would mislead."""
    if row.error or not is_file(row.job.files.thumbnail):
        return ""
    data = base64.b64encode(row.job.files.thumbnail.read_bytes()).decode()
    return f'<img alt="{escape(row.job.name, quote=True)}" src="data:image/jpeg;base64,{data}">'
