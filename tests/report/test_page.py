"""The page as text: complete, escaped, bounded, the same every time."""

import re
from dataclasses import replace

import numpy as np

from wmhseg.report.findings import Findings
from wmhseg.report.page import draw_page
from wmhseg.report.view import View


def test_page_holds_the_numbers(view: View, findings: Findings) -> None:
    page = draw_page(view, findings)
    assert f"{findings.summary.volume_ml:.2f} ml" in page
    assert "members 5.00 to 7.00 ml" in page
    assert page.count("<tr data-slice=") == 3
    x, _, _ = findings.lesions[0].centre_ras_mm
    assert f'<td class="number">{x:.1f}</td>' in page
    for word in ("f" * 64, "0" * 64, "numpy 2.0", "slice_spacing_mm", "robust", "Registration"):
        assert word in page
    assert page.count('class="slice"') == 24


def test_names_are_escaped(view: View, findings: Findings) -> None:
    page = draw_page(view, findings)
    assert "a &lt;b&gt;&amp;&quot;" in page
    assert "<b>&" not in page
    assert "<li>FLAIR.nii: qform &amp; sform &lt;differ&gt;</li>" in page


def test_nothing_is_fetched(view: View, findings: Findings) -> None:
    page = draw_page(view, findings)
    assert re.findall(r"(?:https?:)?//[a-z]", re.sub(r"base64,[^\"]+", "", page)) == []
    sources = re.findall(r'(?:src|href)="([^"]{0,12})', page)
    assert sources
    assert all(source.startswith("data:") for source in sources)
    assert "default-src 'none'" in page


def test_the_same_every_time(view: View, findings: Findings) -> None:
    assert draw_page(view, findings) == draw_page(view, findings)


def test_without_t1_lesions_and_members(view: View, findings: Findings) -> None:
    bare = replace(view, t1=None, labels=np.zeros_like(view.labels))
    page = draw_page(bare, replace(findings, lesions=(), spread=None))
    assert "Registration" not in page
    assert "checkerboard" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert "Not computed." in page
    assert "<tr data-slice" not in page


def test_rows_lead_to_the_slice_where_the_lesion_is_largest(view: View, findings: Findings) -> None:
    page = draw_page(view, findings)
    rows = [int(value) for value in re.findall(r'<tr data-slice="(\d+)"', page)]
    sizes = [[np.count_nonzero(part == label) for part in view.labels] for label in (1, 2, 3)]
    assert rows == [int(np.argmax(one)) for one in sizes]
    assert f'max="23" value="{rows[0]}"' in page


def test_many_lesions_and_slices_keep_the_page_small(findings: Findings) -> None:
    # A 1 mm scan whose every pixel is noise, the hardest to compress.
    rng = np.random.default_rng(0)
    shape = (180, 240, 240)
    flair = rng.normal(100, 20, shape).astype(np.float32)
    many = replace(findings, lesions=findings.lesions * 200)
    labels = np.zeros(shape, np.int32)
    labels[:, 100:140:4, 100:140:4] = rng.permutation(np.arange(1, 601)).repeat(30).reshape(180, 10, 10)
    page = draw_page(View(flair, None, labels, rng.random(shape, np.float32), (1.0, 1.0, 1.0)), many)
    assert page.count('class="slice"') == 48
    assert page.count("<tr data-slice=") == 100
    assert "And 500 smaller ones" in page
    assert "No head was found" in page


def test_a_usual_scan_is_below_3_mb(view: View, findings: Findings) -> None:
    double = View(
        *(np.repeat(array, 2, axis=0) for array in (view.flair, view.t1, view.labels, view.probability)),
        spacing_zyx_mm=(3.0, 1.67, 1.87),  # 240 x 240 pixels of 1 mm, 48 slices
    )
    page = draw_page(double, findings)
    assert page.count('class="slice"') == 48
    assert len(page.encode()) < 3_000_000
