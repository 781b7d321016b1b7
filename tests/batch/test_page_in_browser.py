"""The page of 10,000 scans in a real browser: Debian's chromium, which `make tools` installs."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.support.ui import Select, WebDriverWait

from wmhseg.batch.cohort_rows import CohortRow
from wmhseg.batch.jobs import Job, files_in
from wmhseg.batch.page import cohort_page

pytestmark = pytest.mark.tools("chromium", "chromedriver")

COUNT = 10_000


def row(folder: Path, number: int) -> CohortRow:
    """10 fail (7, 1007 ...), 100 have a warning (3, 103 ...), 5 an unusual volume (5, 2005 ...)."""
    # What is no ASCII, and what means something in an address.
    site = "Zürich #1"
    files = files_in(folder / site / f"{number:05}")
    job = Job(f"{site}/{number:05}", Path("f"), None, files)
    if number % 1000 == 7:
        return CohortRow(job, "not a readable image")
    unusual = number % 2000 == 5
    return CohortRow(
        job,
        "",
        ("motion <b>",) if number % 100 == 3 else (),
        900.0 if unusual else number % 100 + 1.0,
        number,
        expected_dsc=0.5 + number % 50 / 100,
        volume_z=9.0 if unusual else 0.0,
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    picture = folder / "picture.jpg"
    Image.fromarray(np.zeros((200, 600), np.uint8)).save(picture)
    rows = [row(folder, number) for number in range(COUNT)]
    for one in rows:
        one.job.files.thumbnail.parent.mkdir(parents=True)
        os.link(picture, one.job.files.thumbnail)
    path = folder / "cohort.html"
    path.write_text(cohort_page(rows, "Cohort", folder))
    return path


def names(page: Any) -> list[int]:
    """Return the numbers of the scans that are shown."""
    texts = page.execute_script("return [...document.querySelectorAll('td.name b')].map(b => b.textContent)")
    return [int(text.removeprefix("Zürich #1/")) for text in texts]


def said(page: Any) -> str:
    return page.find_element("css selector", "output").text


def search(page: Any, text: str) -> None:
    box = page.find_element("css selector", "input[type=search]")
    box.clear()
    box.send_keys(text)


def only(page: Any, kind: str) -> None:
    page.find_element("css selector", f"input[value='{kind}']").click()


def sort(page: Any, column: int) -> None:
    page.find_elements("css selector", "th button")[column].click()


def rows_a_page(page: Any, choice: str) -> None:
    Select(page.find_element("css selector", "select")).select_by_visible_text(choice)


def test_opens_in_seconds_with_the_doubtful_first(page: Any) -> None:
    times = "return performance.getEntriesByType('navigation')[0].loadEventEnd"
    WebDriverWait(page, 30).until(lambda page: page.execute_script(times) > 0)
    assert page.execute_script(times) < 30_000
    assert said(page) == "1–50 of 10000 scans"
    failed, flagged = [7 + 1000 * i for i in range(10)], [3 + 100 * i for i in range(100)]
    assert names(page) == [*failed, *flagged[:40]]
    page.find_element("css selector", "button.on").click()
    assert (names(page), said(page)) == (flagged[40:90], "51–100 of 10000 scans")
    page.find_element("css selector", "button.on").click()
    # 0.55 for each unusual one; then those with the least DSC to expect, 0.5.
    assert names(page)[10:17] == [5, 2005, 4005, 6005, 8005, 0, 50]
    labels = [one.text for one in page.find_elements("css selector", "fieldset label")]
    assert labels == ["all (10000)", "failed (10)", "with warnings (100)", "unusual volume (5)"]


def test_search(page: Any) -> None:
    search(page, "1/0123")
    assert (names(page), said(page)) == ([*range(1230, 1240)], "1–10 of 10 scans")
    # All words, in any order, also of warnings; upper case is the same.
    search(page, "MOTION zürich #1/09")
    assert names(page) == [9003 + 100 * i for i in range(10)]
    search(page, "readable")
    assert said(page) == "1–10 of 10 scans"
    search(page, "nobody")
    assert (names(page), said(page)) == ([], "0 scans")
    search(page, "")
    assert said(page) == "1–50 of 10000 scans"


def test_filter_and_search_together(page: Any) -> None:
    only(page, "unusual")
    assert names(page) == [5, 2005, 4005, 6005, 8005]
    search(page, "4005")
    assert (names(page), said(page)) == ([4005], "1–1 of 1 scans")
    only(page, "failed")
    assert names(page) == []
    search(page, "")
    assert names(page) == [7 + 1000 * i for i in range(10)]
    only(page, "flagged")
    assert said(page) == "1–50 of 100 scans"


def test_sort(page: Any) -> None:
    before = names(page)
    sort(page, 2)
    assert names(page)[:8] == [0, 1, 2, 3, 4, 5, 6, 8]  # 7 has failed
    sort(page, 2)
    assert names(page)[:3] == [9999, 9998, 9997]
    # Those without a value are the last ones in both directions.
    for _ in range(2):
        rows_a_page(page, "all")
        assert (len(names(page)), said(page)) == (10_000, "1–10000 of 10000 scans")
        assert sorted(names(page)[-10:]) == [7 + 1000 * i for i in range(10)]
        rows_a_page(page, "50")
        sort(page, 1)
    assert page.find_elements("css selector", "th")[1].get_attribute("aria-sort") == "descending"
    assert names(page)[:5] == [5, 2005, 4005, 6005, 8005]  # 900 ml
    assert {number % 100 for number in names(page)[5:]} == {99}  # 100 ml
    sort(page, 1)
    assert names(page) == before
    sort(page, 0)
    assert names(page)[:3] == [0, 1, 2]


def test_pictures_are_loaded_when_seen_and_nothing_else_is(
    browser: Any, file: Path, requested: Callable[[], list[str]]
) -> None:
    browser.get_log("browser")
    browser.get(file.as_uri())
    only(browser, "unusual")
    loaded = "return [...document.images].filter(image => image.complete).map(image => image.naturalWidth)"
    WebDriverWait(browser, 20).until(lambda browser: browser.execute_script(loaded) == [600] * 5)
    only(browser, "")
    search(browser, "1/05")
    WebDriverWait(browser, 20).until(lambda browser: browser.execute_script(loaded))
    asked = [url for url in requested() if url != file.as_uri()]
    assert all(url.startswith(f"{file.parent.as_uri()}/Z%C3%BCrich%20%231/") for url in asked)
    # Of 10,000; the browser fetches some that are not far below.
    assert 5 <= len(set(asked)) < 120
    assert not any(url.endswith("05049/thumbnail.jpg") for url in asked)
    assert browser.get_log("browser") == []


def test_without_scripts_all_rows_are_there(browser: Any, tmp_path: Path) -> None:
    few = tmp_path / "few.html"
    few.write_text(cohort_page([row(tmp_path, number) for number in range(120)], "Few", tmp_path))
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(few.as_uri())
        assert len(browser.find_elements("css selector", "td.name")) == 120
        assert not browser.find_element("css selector", "form").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
