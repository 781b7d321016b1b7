"""The head that all pages share."""

import pytest

from wmhseg.report.html_page import html_page

PARTS = {"version": "1", "weights": "w", "times": "", "pairs": ""}


@pytest.mark.parametrize("sources", ["data:", "data: 'self' file:"])
def test_head(sources: str) -> None:
    page = html_page("wmhseg.change", "a <b> & $c", PARTS, sources)
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n')
    assert page.count("<title>a &lt;b&gt; &amp; $c</title>") == 1
    assert f"content=\"default-src 'none'; img-src {sources}; style-src 'unsafe-inline';" in page
    assert page.count("</style>\n</head>\n<body>") == 1
