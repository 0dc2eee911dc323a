"""Every page under axe-core's rules, in light and dark: nothing serious, nothing critical."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages import FIRST_START, at_rest, open_explore, open_settings
from playwright.sync_api import Page, expect

from recipes.screenshots import PAGES, PRUNED

pytestmark = pytest.mark.browser
GRAVE = ("serious", "critical")
TRIES = 5
GROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 28)"}
LAST = {name: last for name, (_, last) in PAGES.items()} | {"images": ".st-key-examples"}


def grave(page: Page) -> list[str]:
    return [
        f"{found['id']}: {found['help']} {[node['target'] for node in found['nodes'][:3]]}"
        for found in Axe().run(page).response["violations"]
        if found["impact"] in GRAVE
    ]


def grave_at_rest(page: Page) -> list[str]:
    """What stays grave once nothing fades: the page may begin to draw anew while the rules are tried."""
    found = grave(page)
    for _ in range(TRIES):
        if not found:
            break
        at_rest(page)
        found = grave(page)
    return found


@pytest.mark.parametrize("name", PAGES)
def test_nothing_grave(page: Page, name: str):
    for scheme, ground in GROUND.items():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.goto(f"/{PAGES[name][0]}?{PRUNED}")
        expect(page.locator(LAST[name]).first).to_be_visible(timeout=FIRST_START)
        at_rest(page)
        assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor") == ground
        assert grave_at_rest(page) == []


def test_nothing_grave_in_the_settings(page: Page):
    for scheme in GROUND:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        open_explore(page, "?ood=mnist")
        open_settings(page)
        page.get_by_role("button", name="Help for Rank weights").focus()
        at_rest(page)
        assert grave_at_rest(page) == []
