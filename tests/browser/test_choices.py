"""The choices in the Settings: each shows at once, and the last one made is the one that holds."""

import os
import random
import re
import signal

import pytest
from pages import card, choice, drag, metric, open_explore, open_settings, previews
from playwright.sync_api import Page, expect

from recipes import serving

pytestmark = pytest.mark.browser

TRIES = 20
FINGER = 24
"""Pixels of what a finger meets."""
AVERAGE = "Average of the sets"
SETS = {
    "mnist": "MNIST digits",
    "letters": "Letters",
    "patches": "Photograph patches",
    "textures": "Textures",
    "noise": "Uniform noise",
}


def address(weights: int, chosen: list[str]) -> re.Pattern[str]:
    """Of a position and OOD sets."""
    sets = [] if len(chosen) == len(SETS) else chosen or ["none"]
    return re.compile(rf"\?weights=0&weights={weights}{''.join(f'&ood={key}' for key in sets)}$")


def expect_sets(page: Page, chosen: list[str]) -> None:
    """The page shows those OOD sets, or asks for one."""
    for key, title in SETS.items():
        expect(choice(page, title)).to_have_attribute("aria-pressed", str(key in chosen).lower())
    if chosen:
        expect(page.locator(".sets tbody th")).to_have_text([*map(SETS.get, chosen), AVERAGE])
    else:
        expect(page.get_by_text("Choose at least one OOD set")).to_be_visible()


def test_clicks_right_after_a_release_all_count(page: Page):
    open_explore(page)
    previews(page)
    draw = random.Random(0)  # noqa: S311 - a game
    chosen = list(SETS)
    for place in range(TRIES):
        drag(page, 60 + place % 7)
        page.wait_for_timeout(draw.uniform(0, 300))
        open_settings(page)
        for key in draw.choices(list(SETS), k=3):
            choice(page, SETS[key]).click()
            page.wait_for_timeout(draw.uniform(0, 300))
            chosen = [each for each in SETS if (each in chosen) != (each == key)]
        expect(page).to_have_url(address(60 + place % 7, chosen))
        expect_sets(page, chosen)
        page.keyboard.press("Escape")


def seen(page: Page) -> list[str]:
    """Figures of detection that the browser computes too: on the cards, and before and after in the table."""
    parts = [card(page, name).locator(part) for name in ("FPR95", "AUROC") for part in (".value", ".change")]
    cells = page.locator(".sets tbody tr:visible").locator("td:nth-of-type(2), td:nth-of-type(3)")
    return [part.inner_text() for part in (*parts, *cells.all())]


def test_choices_show_and_figures_follow_before_the_server_answers(page: Page, running: serving.Server):
    open_explore(page, "?weights=80&weights=100")
    previews(page)
    open_settings(page)
    fpr95 = metric(page, "FPR95")
    before = fpr95.inner_text()
    os.kill(running.pid, signal.SIGSTOP)
    try:
        choice(page, "per class").click()
        expect(choice(page, "per class")).to_be_checked()
        expect(choice(page, "global")).not_to_be_checked()
        expect(fpr95).not_to_have_text(before)
        average = fpr95.inner_text()
        for title in ("Textures", "Letters"):
            choice(page, title).click()
            expect(choice(page, title)).to_have_attribute("aria-pressed", "false")
        expect(fpr95).not_to_have_text(average)
        rows = page.locator(".sets tbody tr:visible")
        expect(rows.locator("th")).to_have_text([*map(SETS.get, ("mnist", "patches", "noise")), AVERAGE])
        expect(page.locator(".st-key-histograms svg").first).to_have_attribute(
            "aria-label", re.compile("OOD sets: 3")
        )
        figures = seen(page)
    finally:
        os.kill(running.pid, signal.SIGCONT)
    expect(page).to_have_url(
        re.compile(r"\?weights=80&weights=100&scope=per\+class&ood=mnist&ood=patches&ood=noise$")
    )
    expect(page.get_by_text(re.compile("held out [0-9]")).first).to_be_visible()
    assert seen(page) == figures


def test_settings_that_are_opened_show_what_the_server_has_not_heard_of(page: Page, running: serving.Server):
    open_explore(page, "?weights=80&weights=100&scope=per+class")
    previews(page)
    os.kill(running.pid, signal.SIGSTOP)
    try:
        page.get_by_role("button", name="Reset Shortcut X").click()
        open_settings(page)
        expect(choice(page, "global")).to_be_checked()
    finally:
        os.kill(running.pid, signal.SIGCONT)
    expect(page).to_have_url(re.compile(r"/$"))
    expect(choice(page, "global")).to_be_checked()
    page.keyboard.press("u")
    expect(choice(page, "per class")).to_be_checked()


def test_keys_choose(page: Page):
    open_explore(page)
    open_settings(page)
    choice(page, "global").focus()
    page.keyboard.press("ArrowRight")
    expect(choice(page, "per class")).to_be_checked()
    expect(choice(page, "per class")).to_be_focused()
    expect(choice(page, "global")).to_have_attribute("tabindex", "-1")
    expect(page).to_have_url(re.compile("scope=per"))
    page.keyboard.press("ArrowRight")
    expect(choice(page, "global")).to_be_focused()
    expect(page).not_to_have_url(re.compile("scope"))
    choice(page, "Letters").focus()
    page.keyboard.press(" ")
    expect(choice(page, "Letters")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Tab")
    expect(choice(page, "Photograph patches")).to_be_focused()
    page.get_by_role("button", name="Help for Rank weights").focus()
    expect(page.get_by_text("so some classes may lose more than others")).to_be_visible()


def test_choices_fit_a_phone_and_a_finger(page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    open_explore(page)
    open_settings(page)
    for button in page.locator(".choices button:visible").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= FINGER
    for words in ("unbroken" * 12, "many words " * 9):
        choice(page, "Letters").or_(page.get_by_text(re.compile("^(unbroken)+$"))).evaluate(
            "(one, words) => { one.textContent = words; }", words
        )
        for one in page.locator(".options, .options button").all():
            assert one.evaluate("one => one.scrollWidth - one.clientWidth") <= 1
