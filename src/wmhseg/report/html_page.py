"""A page from a package's page.html, page.css and page.js; the head is that of all pages."""

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from string import Template


def html_page(package: str, title: str, parts: Mapping[str, object], pictures_from: str = "data:") -> str:
    """Return a page that fetches nothing from elsewhere.

    Args:
        package: Where its files lie.
        title: As text.
        parts: HTML for the fields of page.html.
        pictures_from: Sources of pictures, in the words of a Content-Security-Policy.
    """
    style, script = _resource(package, "page.css"), _resource(package, "page.js")
    head = Template(_resource(__package__, "head.html").rstrip("\n")).substitute(
        title=escape(title), pictures_from=pictures_from, style=style
    )
    return Template(_resource(package, "page.html")).substitute(parts, head=head, script=script)


def _resource(package: str, name: str) -> str:
    return (files(package) / name).read_text(encoding="utf-8")
