"""The cohort's page: an HTML file with all scans, doubtful ones on top; pictures in it or beside it."""

import base64
import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from statistics import median
from urllib.parse import quote

from wmhseg import __version__
from wmhseg.batch.cohort_rows import OUTLIER_Z, CohortRow, doubtful_first, is_unusual
from wmhseg.io.files import is_file
from wmhseg.report.html_page import html_page

# With more scans, the pictures stay in files of their own: browsers are slow with pages of 100 MB.
MOST_EMBEDDED = 500


def cohort_page(rows: Sequence[CohortRow], title: str, folder: Path) -> str:
    """Return the page's HTML.

    Args:
        rows: All scans; the page sorts them itself.
        title: Heading.
        folder: Where the page will lie; with more than `MOST_EMBEDDED` scans, it shows pictures below there.
    """
    embedded = len(rows) <= MOST_EMBEDDED
    note = "" if embedded else " The pictures lie in folders beside this page: leave it there."
    parts = {
        "title": escape(title),
        "version": escape(__version__),
        "limit": OUTLIER_Z,
        "pictures_note": note,
        "overview": _overview(rows),
        "filters": _filters(rows),
        "rows": "\n".join(_line(row, None if embedded else folder) for row in doubtful_first(rows)),
    }
    # Some browsers do not count files beside a file as its own.
    return html_page("wmhseg.batch", title, parts, "data:" if embedded else "data: 'self' file:")


def _kinds(row: CohortRow) -> list[str]:
    """Return what the row can be filtered by."""
    said = {"failed": row.error, "flagged": row.flags, "unusual": is_unusual(row)}
    return [kind for kind, is_so in said.items() if is_so]


def _filters(rows: Sequence[CohortRow]) -> str:
    kinds = [kind for row in rows for kind in _kinds(row)]
    names = {"failed": "failed", "flagged": "with warnings", "unusual": "unusual volume"}
    choices = [("", f"all ({len(rows)})")]
    choices += [(kind, f"{name} ({kinds.count(kind)})") for kind, name in names.items()]
    return " ".join(
        f'<label><input type="radio" name="kind" value="{kind}"{"" if kind else " checked"}> {text}</label>'
        for kind, text in choices
    )


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


def _line(row: CohortRow, folder: Path | None) -> str:
    said = [f"<b>{escape(row.job.name)}</b>"]
    said += [f'<span class="flag">{escape(flag)}</span>' for flag in row.flags]
    said += [f'<span class="error">{escape(row.error)}</span>'] if row.error else []
    cells = [
        f'<td class="name">{"<br>".join(said)}</td>',
        _number(row.volume_ml, ".2f", _spread(row)),
        _number(row.lesion_count, "d"),
        _number(row.expected_dsc, ".2f"),
        _number(row.volume_z, "+.1f"),
        f'<td class="picture">{_picture(row, folder)}</td>',
    ]
    return f'<tr class="{" ".join(_kinds(row))}">{"".join(cells)}</tr>'


def _spread(row: CohortRow) -> str:
    """Return the range of the networks' volumes, which opens to the volumes at other thresholds."""
    if row.volume_interval_ml is None:
        return ""
    low, high = row.volume_interval_ml
    above = "<br>".join(
        f"above {escape(limit)}: {volume:.2f}" for limit, volume in (row.volume_above_ml or {}).items()
    )
    return f"<details><summary>{low:.2f}&ndash;{high:.2f}</summary>{above}</details>"


def _number(value: float | None, form: str, more: str = "") -> str:
    """Return a cell; the page is sorted by the value, not by what is shown of it."""
    if value is None:
        return '<td class="number">&ndash;</td>'
    return f'<td class="number" data-value="{value:.10g}">{format(value, form)}{more}</td>'


def _picture(row: CohortRow, folder: Path | None) -> str:
    """Return the thumbnail, or where it is below a folder; a failed scan's earlier one would mislead."""
    path = row.job.files.thumbnail
    if row.error or not is_file(path):
        return ""
    name = escape(row.job.name, quote=True)
    if folder is None:
        data = base64.b64encode(path.read_bytes()).decode()
        return f'<img alt="{name}" src="data:image/jpeg;base64,{data}">'
    return f'<img alt="{name}" loading="lazy" src="{quote(os.fsencode(path.relative_to(folder)))}">'
