"""The choices in the Settings: each shows at once, and the last one made is the one that holds."""

import random
import re

import pytest
from pages import choice, drag, open_explore, previews
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

TRIES = 20
SETS = {
    "mnist": "MNIST digits",
    "letters": "Letters",
    "patches": "Photograph patches",
    "textures": "Textures",
    "noise": "Uniform noise",
}


def open_settings(page: Page) -> None:
    page.get_by_role("button", name="Settings").click()


def address(weights: int, chosen: list[str]) -> re.Pattern[str]:
    """Of a position and OOD sets."""
    sets = [] if len(chosen) == len(SETS) else chosen or ["none"]
    return re.compile(rf"\?weights=0&weights={weights}{''.join(f'&ood={key}' for key in sets)}$")


def expect_sets(page: Page, chosen: list[str]) -> None:
    """The page shows those OOD sets, or asks for one."""
    for key, title in SETS.items():
        expect(choice(page, title)).to_have_attribute("aria-pressed", str(key in chosen).lower())
    if chosen:
        expect(page.locator(".sets tbody th")).to_have_text([*map(SETS.get, chosen), "Average of the sets"])
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
