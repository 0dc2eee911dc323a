"""The browser's Back goes through what the visitor chose, in its order, and stops nowhere else."""

import re

import pytest
from pages import best_found, choice, open_explore, open_settings, thumb
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SETS = ("MNIST digits", "Letters", "Photograph patches", "Textures", "Uniform noise")
CHOOSE = "Choose at least one OOD set"


def positions(page: Page) -> list[str | None]:
    """Where the sliders stand."""
    ends = [(side, end) for side in ("Weights kept", "Neurons kept") for end in (0, 1)]
    return [thumb(page, side, end).get_attribute("aria-valuenow") for side, end in ends]


def expect_chosen(page: Page, *titles: str) -> None:
    """The Settings, which are open, and the page show those OOD sets."""
    for title in SETS:
        expect(choice(page, title)).to_have_attribute("aria-pressed", str(title in titles).lower())
    expect(page.get_by_text(CHOOSE)).to_have_count(0 if titles else 1)
    if titles:
        expect(page.locator(".sets tbody th")).to_have_text([*titles, "Average of the sets"])


def test_back_from_sets_chosen_after_the_best_found(page: Page):
    open_explore(page)
    start = page.url
    best_found(page).click()
    expect(page).to_have_url(re.compile("weights=|neurons="))
    best, steps = positions(page), [start, page.url]
    open_settings(page)
    for place, title in enumerate(SETS):
        choice(page, title).click()
        expect_chosen(page, *SETS[place + 1 :])
        expect(page).not_to_have_url(steps[-1])
        steps.append(page.url)
    choice(page, "Textures").click()
    expect(page).to_have_url(re.compile("ood=textures$"))
    for place, left in enumerate(reversed([*(SETS[place:] for place in range(len(SETS) + 1))])):
        page.go_back()
        expect(page).to_have_url(steps[-1 - place])
        if not page.locator(".options").count():
            open_settings(page)
        expect_chosen(page, *left)
        assert positions(page) == best
    page.go_back()
    expect(page).to_have_url(start)
    expect(thumb(page, "Weights kept", 0)).to_have_attribute("aria-valuenow", "0")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
