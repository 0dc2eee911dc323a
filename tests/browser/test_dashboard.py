"""The dashboard as a person uses it: a real browser, a real server, real images."""

import io
import re

import numpy as np
import pytest
from pages import FIRST_START, at_rest, give, metric, open_explore, thumb
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect
from sklearn.datasets import load_sample_image

pytestmark = pytest.mark.browser


def move_left_thumb(page: Page, label: str, presses: int) -> None:
    thumb(page, label, 0).focus()
    for _ in range(presses):
        page.keyboard.press("ArrowRight")


def test_moving_a_slider_changes_fpr95_and_the_link(page: Page):
    open_explore(page)
    before = metric(page, "FPR95").inner_text()
    expect(metric(page, "Weights pruned")).to_have_text("0.0 %")
    move_left_thumb(page, "Neurons kept", 60)
    expect(metric(page, "Weights pruned")).to_have_text("30.1 %")
    expect(metric(page, "FPR95")).not_to_have_text(before)
    after = metric(page, "FPR95").inner_text()
    expect(page).to_have_url(re.compile("neurons=30"))

    other = page.context.new_page()
    open_explore(other, "?" + page.url.partition("?")[2])
    expect(metric(other, "FPR95")).to_have_text(after)

    page.get_by_role("button", name="Reset Shortcut X").click()
    expect(metric(page, "FPR95")).to_have_text(before)
    page.get_by_role("button", name="Undo Shortcut U").click()
    expect(metric(page, "FPR95")).to_have_text(after)


def test_uploads_of_a_photograph_and_a_broken_file(page: Page):
    photo = io.BytesIO()
    Image.fromarray(np.asarray(load_sample_image("flower.jpg"))).save(photo, "JPEG")
    page.goto("/images?neurons=30&neurons=100")
    flower: FilePayload = {"name": "flower.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    broken: FilePayload = {
        "name": "broken.png",
        "mimeType": "image/png",
        "buffer": b"\x89PNG\r\n\x1a\nnothing",
    }
    give(page, [flower, broken])
    expect(page.get_by_text("what it sees")).to_be_visible()
    expect(page.get_by_text("flower.jpg").first).to_be_visible()
    expect(page.get_by_text(re.compile("accepted as ID|rejected as OOD")).first).to_be_visible()
    expect(page.get_by_text("Unpruned:")).to_be_visible()
    expect(page.get_by_test_id("stAlert").filter(has_text="broken.png")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_settings_hold_from_page_to_page(page: Page):
    open_explore(page, "?neurons=30&neurons=100")
    page.get_by_test_id("stTopNavLink").filter(has_text="Images").click()
    expect(page.get_by_text("None at hand?")).to_be_visible()
    expect(thumb(page, "Neurons kept", 0)).to_have_attribute("aria-valuenow", "30")
    page.get_by_test_id("stTopNavLink").filter(has_text="Explore").click()
    expect(metric(page, "Weights pruned")).to_have_text("30.1 %")


def test_no_sideways_scrolling_on_a_phone(page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_explore(page)
    width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= 390


def test_long_titles_of_sets_wrap_on_a_phone(page: Page):
    page.set_viewport_size({"width": 420, "height": 900})
    open_explore(page)
    for place in (".sets tbody th", ".st-key-shown button p"):
        page.locator(place).first.evaluate("one => { one.textContent = 'unbroken'.repeat(12); }")
        page.locator(place).last.evaluate("one => { one.textContent = 'many words '.repeat(9); }")
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0
    for place in (".sets", ".st-key-shown [role=radiogroup]", ".st-key-shown button"):
        for one in page.locator(place).all():
            assert one.evaluate("one => one.scrollWidth - one.clientWidth") <= 1


def test_a_figure_is_downloaded_as_svg(page: Page):
    open_explore(page)
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("radio", name="SVG").click()
    page.keyboard.press("Escape")
    at_rest(page)
    figure = page.locator(".st-key-reliability .js-plotly-plot")
    figure.hover()
    with page.expect_download() as download:
        figure.locator("[data-title^=Download]").click()
    assert download.value.suggested_filename == "opnp-reliability.svg"
    assert "Calibration on 2,000 ID test images" in download.value.path().read_text()


def test_what_is_drawn_follows_a_theme_that_changes(page: Page):
    page.emulate_media(color_scheme="light")
    open_explore(page)
    curve = page.locator(".st-key-histograms path.id").first
    light = curve.get_attribute("stroke")
    page.emulate_media(color_scheme="dark")
    expect(curve).not_to_have_attribute("stroke", light)
    at_rest(page)
    title = page.locator(".st-key-reliability .gtitle")
    expect(title).to_have_css("fill", "rgb(230, 232, 235)")


def test_nothing_in_the_console_but_the_machine_being_offline(page: Page):
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    open_explore(page)
    assert problems == []


def test_a_click_on_the_landscape_takes_the_sliders_there(page: Page):
    page.goto("/landscape")
    for clicks, (low, place) in enumerate((("20", 7), ("50", 10))):  # of 21 edges
        cells = page.locator(f".st-key-map-neurons-{clicks} .nsewdrag")
        expect(cells).to_be_visible(timeout=FIRST_START)
        width, height = cells.evaluate("node => [node.getBBox().width, node.getBBox().height]")
        cells.click(position={"x": width * (place + 0.5) / 21, "y": height * 0.5 / 21})
        expect(thumb(page, "Neurons kept", 0)).to_have_attribute("aria-valuenow", low)
    expect(page).to_have_url(re.compile("neurons=50"))
