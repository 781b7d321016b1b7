"""The page in a real browser: Debian's chromium, which `make tools` installs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from wmhseg.report.findings import Findings
from wmhseg.report.page import draw_page
from wmhseg.report.view import View

pytestmark = pytest.mark.tools("chromium", "chromedriver")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, view: View, findings: Findings) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(draw_page(view, findings))
    return path


def shown(page: Any) -> list[str]:
    figures = page.find_elements("css selector", ".slice")
    return [figure.find_element("tag name", "figcaption").text for figure in figures if figure.is_displayed()]


def visible(page: Any, layer: str) -> bool:
    return page.find_element("css selector", f".slice.on .{layer}").is_displayed()


def choose(page: Any, mode: str) -> None:
    page.find_element("css selector", f"input[value={mode}]").click()


def test_loads_without_errors_and_without_requests(
    browser: Any, file: Path, requested: Callable[[], list[str]]
) -> None:
    browser.get(file.as_uri())
    for mode in ("probability", "plain", "checkerboard", "t1", "contour"):
        choose(browser, mode)
    assert browser.get_log("browser") == []
    assert requested() == [file.as_uri()]
    loaded = browser.execute_script("return [...document.images].map(image => image.naturalWidth)")
    assert len(loaded) == 24 * 4 + 3
    assert min(loaded) > 100


def test_an_error_would_be_noticed(browser: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    broken.write_text("<script>missing()</script>")
    browser.get(broken.as_uri())
    assert "missing is not defined" in browser.get_log("browser")[0]["message"]


def test_slider(page: Any, findings: Findings) -> None:
    slider = page.find_element("id", "slider")
    first = int(slider.get_attribute("value"))
    assert shown(page) == [f"slice {first + 1}"]
    slider.send_keys(Keys.ARROW_RIGHT)
    assert shown(page) == [f"slice {first + 2}"]
    assert page.find_element("id", "position").text == f"slice {first + 2}"
    slider.send_keys(Keys.END)
    assert shown(page) == ["slice 24"]


def test_layers(page: Any) -> None:
    expected = {
        "contour": (True, False, False),
        "probability": (False, True, False),
        "plain": (False, False, False),
        "checkerboard": (False, False, True),
        "t1": (False, False, True),
    }
    for mode, layers in expected.items():
        choose(page, mode)
        assert tuple(visible(page, layer) for layer in ("contour", "heat", "t1")) == layers, mode
    assert visible(page, "flair")


def test_a_row_of_the_lesion_table_moves_the_slider(page: Any) -> None:
    row = page.find_elements("css selector", "tr[data-slice]")[-1]
    page.execute_script("arguments[0].click()", row)
    expected = f"slice {int(row.get_attribute('data-slice')) + 1}"
    assert shown(page) == [expected]
    page.find_element("id", "slider").send_keys(Keys.HOME)
    assert shown(page) != [expected]
    row.send_keys(Keys.ENTER)
    assert shown(page) == [expected]


def test_on_paper_all_slices_are_there(page: Any) -> None:
    choose(page, "t1")
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert shown(page) == [f"slice {number}" for number in range(1, 25)]
        assert not page.find_element("id", "slider").is_displayed()
        assert page.find_element("css selector", ".slice .contour").is_displayed()
        assert not page.find_element("css selector", ".slice .t1").is_displayed()
        tops = {figure.location["y"] for figure in page.find_elements("css selector", ".slice")}
        assert len(tops) == 4  # rows of six
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_without_scripts_all_slices_are_there(browser: Any, file: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(file.as_uri())
        assert len(shown(browser)) == 24
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
