"""The range sliders under a real thumb: live while it moves, exact on release."""

import re

import pytest
from pages import PATIENCE, at_rest, best_found, grab, metric, open_explore, suggestion, thumb
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PRUNED_WEIGHTS = "Weights pruned"
DRAWN = """[...document.querySelectorAll(".st-key-histograms *")]
  .map((node) => node.shadowRoot?.querySelector("path.id")).find(Boolean)"""


def test_figures_follow_a_thumb_that_is_still_held(page: Page):
    open_explore(page)
    start, before = metric(page, "FPR95").inner_text(), page.url
    x, y, percent = grab(page, "Weights kept", 1)
    page.evaluate(f"window.drawn = {DRAWN}")
    seen = set()
    for pruned in (5, 10, 15, 20):
        page.mouse.move(x - pruned * percent, y)
        expect(metric(page, PRUNED_WEIGHTS)).to_have_text(f"{pruned}.0 %")
        seen.add(metric(page, "FPR95").inner_text())
    assert len(seen | {start}) == 5
    assert page.evaluate(f"window.drawn === {DRAWN}"), "the histograms are moved, not made anew"
    assert page.url == before, "the address waits for the release"
    assert page.get_by_role("button", name=re.compile("Undo")).is_disabled()
    page.mouse.up()
    expect(page).to_have_url(re.compile("weights=0&weights=80"))
    page.get_by_role("button", name=re.compile("Undo")).click()
    expect(metric(page, "FPR95")).to_have_text(start)
    expect(thumb(page, "Weights kept", 1)).to_have_attribute("aria-valuenow", "100")


def test_a_quick_drag_ends_at_the_exact_figure_of_its_release(page: Page):
    open_explore(page)
    x, y, percent = grab(page, "Weights kept", 1)
    for step in range(200):  # faster than any server answers
        page.mouse.move(x - step * percent / 10, y)
    page.mouse.move(x - 12.5 * percent, y)
    page.mouse.up()
    expect(page).to_have_url(re.compile("weights=0&weights=87.5"))
    expect(metric(page, PRUNED_WEIGHTS)).to_have_text("12.5 %")
    shown = metric(page, "FPR95").inner_text()
    other = page.context.new_page()
    open_explore(other, "?weights=0&weights=87.5")
    expect(metric(other, "FPR95")).to_have_text(shown)


def test_keys_and_typed_values(page: Page):
    open_explore(page)
    right = thumb(page, "Weights kept", 1)
    right.focus()
    for key, value in (
        ("ArrowLeft", "99.5"),
        ("PageDown", "94.5"),
        ("Shift+ArrowRight", "99.5"),
        ("Home", "0"),
    ):
        page.keyboard.press(key)
        expect(right).to_have_attribute("aria-valuenow", value)
    page.keyboard.press("End")
    expect(page).not_to_have_url(re.compile("weights="))
    field = page.get_by_role("spinbutton", name="Weights kept, by sensitivity: to")
    field.fill("98.75")
    field.press("Enter")
    expect(right).to_have_attribute("aria-valuenow", "98.75")
    expect(page).to_have_url(re.compile("weights=98.75"))
    field.fill("400")
    field.press("Tab")
    expect(right).to_have_attribute("aria-valuenow", "100")
    expect(metric(page, PRUNED_WEIGHTS)).to_have_text("0.0 %")


def test_the_back_button_goes_back(page: Page):
    open_explore(page)
    for value in ("98", "95"):
        field = page.get_by_role("spinbutton", name="Weights kept, by sensitivity: to")
        field.fill(value)
        field.press("Enter")
        expect(page).to_have_url(re.compile(f"weights={value}"))
    page.go_back()
    expect(thumb(page, "Weights kept", 1)).to_have_attribute("aria-valuenow", "98")
    expect(metric(page, PRUNED_WEIGHTS)).to_have_text(re.compile("2.0 %"))


def test_one_click_is_one_step_back(page: Page):
    open_explore(page)
    before = page.evaluate("history.length")
    suggestion(page, "weights").click()
    expect(page).to_have_url(re.compile(r"\?weights=[0-9.]+&weights=[0-9.]+(&scope=per\+class)?$"))
    at_rest(page)
    share = metric(page, PRUNED_WEIGHTS).inner_text()
    suggestion(page, "neurons").click()
    expect(page).to_have_url(re.compile(r"\?neurons="))
    at_rest(page)
    assert page.evaluate("history.length") == before + 2
    page.go_back()
    expect(metric(page, PRUNED_WEIGHTS)).to_have_text(share)
    page.go_back()
    expect(metric(page, PRUNED_WEIGHTS)).to_have_text("0.0 %")


def test_a_click_on_the_best_found_takes_both_sliders_there(page: Page):
    open_explore(page)
    mark = best_found(page)
    before = float(metric(page, "FPR95").inner_text().removesuffix(" %"))
    mark.click()
    expect(metric(page, PRUNED_WEIGHTS)).not_to_have_text("0.0 %")
    after = float(metric(page, "FPR95").inner_text().removesuffix(" %"))
    assert after < before


def test_a_finger_moves_a_thumb(browser, server):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, base_url=server
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    open_explore(page)
    track = page.locator(".st-key-neurons-slider .track")
    box = track.bounding_box()
    page.touchscreen.tap(box["x"] + 0.3 * box["width"], box["y"] + box["height"] / 2)
    expect(thumb(page, "Neurons kept", 0)).to_have_attribute("aria-valuenow", re.compile(r"^(29|30|31)"))
    expect(page).to_have_url(re.compile("neurons=(29|30|31)"))
    context.close()
