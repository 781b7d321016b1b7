"""The change as one HTML file that needs nothing but a browser: no network, no other file."""

from collections.abc import Sequence
from html import escape

from wmhseg import __version__
from wmhseg.change.compare import Comparison
from wmhseg.change.lesion_change import Kind, LesionChange
from wmhseg.change.pictures import COLOURS, ChangeSlice, draw_slices
from wmhseg.change.region_change import RegionChange
from wmhseg.change.time_point import TimePoint
from wmhseg.change.volume_change import VolumeChange
from wmhseg.io.tsv import NO_VALUE
from wmhseg.report.html_page import html_page

MOST_LESIONS = 100


def change_page(times: Sequence[TimePoint], comparisons: Sequence[Comparison]) -> str:
    """Return the page; the same scans give the same text."""
    parts = {
        "version": escape(__version__),
        "weights": escape(times[0].measured.findings.provenance.weights_name),
        "times": _times(times),
        "pairs": "\n".join(map(_pair, comparisons)),
    }
    return html_page("wmhseg.change", f"WMH change: {' to '.join(time.name for time in times)}", parts)


def _times(times: Sequence[TimePoint]) -> str:
    rows = []
    for number, time in enumerate(times, start=1):
        found = time.measured.findings
        doubts = [*found.warnings, *(check.name for check in found.flags if check.name != "t1_missing")]
        rows.append(
            f'<tr><td>{number}</td><td>{escape(time.name)}</td><td class="number">'
            f"{found.summary.volume_ml:.2f}"
            f'</td><td class="number">{found.summary.lesion_count}</td><td>{escape(str(found.grid))}</td>'
            f"<td>{escape('; '.join(doubts)) or 'none'}</td></tr>"
        )
    head = '<th></th><th>scan</th><th class="number">volume (ml)</th><th class="number">lesions</th>'
    head += "<th>grid</th><th>warnings and flags</th>"
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _pair(comparison: Comparison) -> str:
    slices = draw_slices(comparison)
    numbers = [one.number - 1 for one in slices]
    nearest = [_nearest(numbers, lesion.slice) for lesion in comparison.lesions]
    changed = [
        at for at, one in zip(nearest, comparison.lesions, strict=True) if one.kind is not Kind.UNCHANGED
    ]
    first, second = (escape(name) for name in comparison.names)
    start = changed[0] if changed else len(slices) // 2
    figures = "\n".join(map(_figure, slices))
    return f"""<section class="pair">
<h2>{first} to {second}</h2>
{_tiles(comparison.volume)}
{_counts(comparison.lesions)}
{_regions(comparison.regions)}<h3>Slices</h3>
<div class="controls">
<label>Slice <input type="range" min="0" max="{len(slices) - 1}" value="{start}"></label>
<output></output>
<label><input type="checkbox" checked> contours</label>
</div>
<div class="heads"><span>{first}</span><span>{second}</span><span>second less first</span></div>
<div class="slices">
{figures}
</div>
<p class="note">Halfway between both positions of the head. Difference: red brighter, blue darker, in robust
standard deviations; scanners differ, too. Left in the picture is the patient's right.</p>
<h3>Lesions</h3>
{_lesions(comparison.lesions, nearest)}
<p class="note">{_registration(comparison)}</p>
</section>"""


def _nearest(numbers: Sequence[int], z: int) -> int:
    return min(range(len(numbers)), key=lambda index: abs(numbers[index] - z))


def _tiles(volume: VolumeChange) -> str:
    percent = NO_VALUE if volume.change_percent is None else f"{volume.change_percent:+.1f} %"
    low, high = volume.members_interval_ml
    tiles = [
        (
            "volume",
            f"{volume.volumes_ml[0]:.2f} to {volume.volumes_ml[1]:.2f} ml",
            "where both scans show it",
        ),
        ("change", f"{volume.change_ml:+.2f} ml", f"{percent}; members {low:+.2f} to {high:+.2f} ml"),
        (
            "noise",
            f"&plusmn;{volume.noise_ml:.2f} ml",
            f"{volume.protocol} protocol; position &plusmn;{volume.position_sd_ml:.2f} (SD)",
        ),
        ("verdict", volume.verdict, ""),
    ]
    boxes = (f'<div class="tile">{name}<b>{value}</b>{note}</div>' for name, value, note in tiles)
    return f'<div class="tiles">{"".join(boxes)}</div>'


def _counts(lesions: Sequence[LesionChange]) -> str:
    rows = []
    for kind in Kind:
        chosen = [one for one in lesions if one.kind is kind]
        unsure = sum(not one.sure for one in chosen)
        change = sum(one.change_ml for one in chosen)
        rows.append(
            f'<tr><td>{_key(kind)}</td><td class="number">{len(chosen)}</td><td class="number">{unsure}</td>'
            f'<td class="number">{change:+.3f}</td></tr>'
        )
    head = '<th></th><th class="number">lesions</th><th class="number">of them unsure</th>'
    head += '<th class="number">change (ml)</th>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _regions(found: RegionChange | None) -> str:
    """Return the volumes by region as a table; nothing where they are not told."""
    if found is None:
        return ""
    named = [(region.label, pair) for region, pair in found.volumes_ml.items()]
    named.insert(1, ("of it caps and rims", found.caps_and_rims_ml))
    rows = (
        f'<tr><td>{name}</td><td class="number">{first:.3f}</td><td class="number">{second:.3f}</td>'
        f'<td class="number">{second - first:+.3f}</td></tr>'
        for name, (first, second) in named
    )
    names = ("first (ml)", "second (ml)", "change (ml)")
    head = "<th>region</th>" + "".join(f'<th class="number">{name}</th>' for name in names)
    return (
        f"<h3>Regions</h3><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        '<p class="note">Each voxel by its distance from the ventricles, within what both scans show. What a '
        "region's change must exceed to be one is not known.</p>\n"
    )


def _key(kind: Kind) -> str:
    red, green, blue = COLOURS[kind]
    return f'<span class="key" style="background:rgb({red},{green},{blue})"></span>{kind.value}'


def _figure(one: ChangeSlice) -> str:
    panels = [
        f'<div class="panel"><img alt="" src="{flair}"><img class="contour" alt="" src="{contour}"></div>'
        for flair, contour in zip(one.flairs, one.contours, strict=True)
    ]
    panels.append(f'<div class="panel"><img alt="" src="{one.difference}"></div>')
    return f'<figure class="slice">{"".join(panels)}<figcaption>slice {one.number}</figcaption></figure>'


def _lesions(lesions: Sequence[LesionChange], nearest: Sequence[int]) -> str:
    if not lesions:
        return "<p>None.</p>"
    ranked = sorted(
        zip(lesions, nearest, strict=True),
        key=lambda one: (one[0].kind is Kind.UNCHANGED, not one[0].sure, -abs(one[0].change_ml)),
    )
    rows = []
    for lesion, at in ranked[:MOST_LESIONS]:
        x, y, z = lesion.centres_ras_mm[1]
        other = NO_VALUE if lesion.other_probability is None else f"{lesion.other_probability:.2f}"
        numbers = (f"{lesion.volumes_ml[0]:.3f}", f"{lesion.volumes_ml[1]:.3f}", f"{lesion.change_ml:+.3f}")
        cells = (*numbers, f"{x:.1f}", f"{y:.1f}", f"{z:.1f}", other)
        place = lesion.places[1] or lesion.places[0]
        where = "" if place is None else f"<td>{place.region.label}, {place.side}</td>"
        rows.append(
            f'<tr data-slice="{at}"><td>{_key(lesion.kind)}{"" if lesion.sure else " (unsure)"}</td>'
            + where
            + "".join(f'<td class="number">{cell}</td>' for cell in cells)
            + "</tr>"
        )
    names = ("first (ml)", "second (ml)", "change (ml)", "right (mm)", "anterior (mm)", "superior (mm)")
    head = "<th>region, side</th>" if any(any(one.places) for one in lesions) else ""
    head += "".join(f'<th class="number">{name}</th>' for name in (*names, "other probability"))
    note = (
        '<p class="note">Position in the world of the second scan (RAS). Other probability: the largest that '
    )
    note += (
        "the other time has in a lesion of one time; unsure where it is not low. "
        "A click, or Enter, shows the slice.</p>"
    )
    if len(ranked) > MOST_LESIONS:
        note += f'<p class="note">And {len(ranked) - MOST_LESIONS} others, in change.tsv.</p>'
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{note}"


def _registration(comparison: Comparison) -> str:
    found = comparison.alignment
    return (
        f"The head moved by {found.moved_mm:.1f} mm between the scans. Registered from either side, it lies "
        f"{found.apart_mm:.2f} mm apart; {found.covered:.0%} of the brain is in both fields of view."
    )
