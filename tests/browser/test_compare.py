"""Compare as a person uses it: rows appear, one of one's own is added, and its link opens it again."""

import json
import re

import pytest
from pages import FIRST_START
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def open_compare(page: Page, query: str = "") -> None:
    page.goto(f"/compare{query}")
    expect(page.locator(".st-key-roc .js-plotly-plot")).to_be_visible(timeout=FIRST_START)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)


def legend(page: Page):
    return page.locator(".st-key-roc .legendtext")


def test_a_row_of_ones_own_and_its_link(page: Page):
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    open_compare(page)
    expect(legend(page)).to_have_count(2)
    score = page.get_by_role("combobox", name="Score", exact=True)
    score.click()
    score.fill("ViM")
    page.get_by_role("option", name="ViM", exact=True).click()
    expect(page.get_by_text("ViM: Main directions")).to_be_visible()
    page.get_by_role("textbox", name="Name of the row").fill("Mine")
    page.get_by_role("textbox", name="Name of the row").press("Enter")
    page.get_by_role("button", name="Add the row").click()
    expect(page.locator(".st-key-remove-0")).to_be_visible()
    expect(page.get_by_role("combobox", name="Rows to draw")).to_be_visible()
    expect(page).to_have_url(re.compile("row=vim"))
    other = page.context.new_page()
    open_compare(other, "?" + page.url.partition("?")[2])
    expect(other.locator(".st-key-remove-0")).to_be_visible()
    expect(legend(other).first).to_have_text("Mine: FPR95 1.3 %")
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    rows = json.loads(download.value.path().read_text())["rows"]
    assert rows[0]["name"] == "Mine"
    assert len(rows) == 25
    assert problems == []


def test_no_sideways_scrolling_on_a_phone(page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_compare(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
