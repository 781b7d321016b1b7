"""The page of a change in a real browser: Debian's chromium, which `make tools` installs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from wmhseg.change.lesion_change import Kind
from wmhseg.change.pictures import COLOURS

from .conftest import Person

pytestmark = pytest.mark.tools("chromium", "chromedriver")

# Pixels of a colour in an image that lies in the page itself.
COUNT_COLOUR = """
const [image, [red, green, blue]] = arguments;
const canvas = document.createElement("canvas");
canvas.width = image.naturalWidth;
canvas.height = image.naturalHeight;
const context = canvas.getContext("2d");
context.drawImage(image, 0, 0);
const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
let count = 0;
for (let i = 0; i < data.length; i += 4)
  count += data[i] === red && data[i + 1] === green && data[i + 2] === blue && data[i + 3] > 0;
return count;
"""


@pytest.fixture(scope="module")
def file(person: Person) -> Path:
    return person.forward / "change.html"


def shown(page: Any) -> list[Any]:
    return [figure for figure in page.find_elements("css selector", ".slice") if figure.is_displayed()]


def row_of(page: Any, kind: Kind) -> Any:
    """Return the first lesion of a kind in the table."""
    rows = page.find_elements("css selector", "tr[data-slice]")
    return next(row for row in rows if row.text.startswith(kind.value))


def drawn(page: Any, time: int, kind: Kind) -> int:
    """Return how many pixels of a kind's contour the slice that is shown has at a time."""
    (figure,) = shown(page)
    image = figure.find_elements("css selector", ".contour")[time]
    return int(page.execute_script(COUNT_COLOUR, image, list(COLOURS[kind])))


def test_loads_without_errors_and_without_requests(
    browser: Any, file: Path, requested: Callable[[], list[str]]
) -> None:
    browser.get_log("browser")
    browser.get(file.as_uri())
    assert requested() == [file.as_uri()]
    assert browser.get_log("browser") == []
    sizes = browser.execute_script("return [...document.images].map(image => image.naturalWidth)")
    figures = browser.find_elements("css selector", ".slice")
    assert len(sizes) == 5 * len(figures)  # of both times FLAIR and contours, and the difference
    assert min(sizes) > 100


def test_slider(page: Any) -> None:
    slider = page.find_element("css selector", "input[type=range]")
    first = int(slider.get_attribute("value"))
    captions = [
        figure.get_attribute("textContent").strip()
        for figure in page.find_elements("css selector", "figcaption")
    ]
    slider.send_keys(Keys.ARROW_RIGHT)
    assert [figure.text for figure in shown(page)] == [captions[first + 1]]
    assert page.find_element("css selector", "output").text == captions[first + 1]
    slider.send_keys(Keys.END)
    assert [figure.text for figure in shown(page)] == [captions[-1]]


@pytest.mark.parametrize("by_key", [False, True])
@pytest.mark.parametrize(("kind", "with_it"), [(Kind.NEW, 1), (Kind.GONE, 0)])
def test_a_lesion_that_is_chosen_is_shown(page: Any, kind: Kind, with_it: int, by_key: bool) -> None:
    page.find_element("css selector", "input[type=range]").send_keys(Keys.END)
    assert drawn(page, with_it, kind) == 0
    row = row_of(page, kind)
    if by_key:
        row.send_keys(Keys.ENTER)
    else:
        row.click()
    assert drawn(page, with_it, kind) > 10
    assert drawn(page, 1 - with_it, kind) == 0


def test_contours_can_be_taken_off(page: Any) -> None:
    def visible() -> list[bool]:
        (figure,) = shown(page)
        return [image.is_displayed() for image in figure.find_elements("css selector", ".contour")]

    assert visible() == [True, True]
    page.find_element("css selector", "input[type=checkbox]").click()
    assert visible() == [False, False]
    page.find_element("css selector", "input[type=checkbox]").click()
    assert visible() == [True, True]
