"""What the browser tests do on every page."""

import re

from playwright.sync_api import Locator, Page, expect

FIRST_START = 240_000
"""Milliseconds for a first visit, which computes features and maps."""

SENT = 500
"""Milliseconds after which what was done has left the browser, and what was redrawn has faded in."""

expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong


def metric(page: Page, label: str) -> Locator:
    """The large number of one of Explore's cards."""
    return card(page, label).locator(".value")


def card(page: Page, label: str) -> Locator:
    """One of Explore's cards."""
    return page.locator(".headline .card").filter(has_text=label)


def open_explore(page: Page, query: str = "") -> None:
    """Open Explore and wait for all its figures."""
    page.goto(f"/{query}")
    expect(metric(page, "FPR95")).to_be_visible(timeout=FIRST_START)
    expect(page.locator(".st-key-histograms path.id")).to_have_count(2)
    expect(page.locator(".js-plotly-plot")).to_have_count(2)


def at_rest(page: Page) -> None:
    """Wait until the page shows all that follows from what was done on it."""
    page.wait_for_timeout(SENT)
    expect(page.locator(".stApp[data-test-script-state=notRunning]")).to_be_visible()


def thumb(page: Page, label: str, end: int) -> Locator:
    """The left (0) or right (1) thumb of a range slider."""
    return page.get_by_role("slider", name=re.compile(label)).nth(end)
