"""What the browser tests do on every page."""

import re
from pathlib import Path

from playwright.sync_api import FilePayload, Locator, Page, expect

FIRST_START = 240_000
"""Milliseconds for a first visit, which computes features and maps."""

PATIENCE = 120_000
"""Milliseconds until a state is given up: states decide, and a busy machine is slow, not wrong."""

DEBOUNCED = 500
"""Milliseconds that Streamlit and our sliders hold back what may go on, a key held down or a word typed."""

RESTS = """() => new Promise((answer) => {
  const moving = (one) => one.playState === "running" && one.effect?.getTiming().iterations !== Infinity;
  const rests = () => document.querySelector(".stApp[data-test-script-state=notRunning]")
    && !document.querySelector('[data-testid=stMain] [data-stale=true]')
    && !document.getAnimations().some(moving);
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const first = rests();
    requestAnimationFrame(() => answer(Boolean(first && rests())));
  }));
})"""
"""Whether the script has ended, nothing old is in sight and nothing fades, in two frames in a row."""

PREVIEWS = """async () => {
  const loaded = performance.getEntriesByType("resource").map(({name}) => name);
  const hub = loaded.find((name) => name.endsWith("/hub.mjs"));
  return Boolean(hub && (await import(hub)).hub.active);
}"""
"""Whether the browser computes the figures under a thumb by itself."""

expect.set_options(timeout=PATIENCE)


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


def previews(page: Page) -> None:
    """Wait until the browser has what it needs to follow a thumb by itself, and the page is at rest."""
    at_rest(page)
    wait_until(page, PREVIEWS)


def wait_until(page: Page, question: str) -> None:
    """Ask a page until it says yes; `wait_for_function` takes a promise for one."""
    for _ in range(PATIENCE // 50):
        if page.evaluate(question):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"Expected the page to say yes to {question}")


def grab(page: Page, label: str, end: int) -> tuple[float, float, float]:
    """Put the mouse on a thumb and press; returns its place and the pixels of a percent."""
    box = thumb(page, label, end).bounding_box()
    slider = page.locator(".st-key-weights-slider, .st-key-neurons-slider").filter(has_text=label)
    track = slider.locator(".track").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y, track["width"] / 100


def drag(page: Page, percent: float) -> None:
    """Take the right thumb of the weights to a place, and let it go."""
    at = float(thumb(page, "Weights kept", 1).get_attribute("aria-valuenow"))
    x, y, wide = grab(page, "Weights kept", 1)
    for part in (0.3, 0.7, 1.0):
        page.mouse.move(x + part * (percent - at) * wide, y)
    page.mouse.up()


def best_found(page: Page) -> Locator:
    """The mark of the best pruning, which is searched for in the background: any drawing shows it."""
    mark = page.get_by_role("button", name=re.compile("Best found"))
    for _ in range(PATIENCE // 1000):
        if mark.count():
            break
        page.keyboard.press("x")
        at_rest(page)
    return mark.first


def suggestion(page: Page, of: str) -> Locator:
    """The button of the best "weights" or "neurons" or "of both", there once the search has ended."""
    button = page.get_by_role("button", name=re.compile(f"^best {of}"))
    expect(button).to_be_visible(timeout=FIRST_START)
    return button


def set_end(page: Page, label: str, value: str) -> None:
    """Type one end of a slider, such as "Neurons kept, by sensitivity: from"."""
    field = page.get_by_role("spinbutton", name=label)
    field.fill(value)
    field.press("Enter")


def open_settings(page: Page) -> None:
    """Open what holds the choices."""
    page.get_by_role("button", name="Settings").click()


def choice(page: Page, name: str) -> Locator:
    """One of the choices in the Settings, which are open."""
    return (
        page.locator(".options")
        .get_by_role("radio", name=name)
        .or_(page.locator(".options").get_by_role("button", name=name))
    )


def give(page: Page, pictures: str | Path | FilePayload | list[FilePayload]) -> None:
    """Upload pictures on Images, once all of the page is there and nothing of the one before."""
    expect(page.get_by_role("button", name="Choose a folder")).to_be_visible(timeout=FIRST_START)
    at_rest(page)
    page.locator(".st-key-uploads").get_by_test_id("stFileUploaderDropzoneInput").set_input_files(pictures)


def at_rest(page: Page) -> None:
    """Wait until the page shows all that follows from what was done on it."""
    page.wait_for_timeout(DEBOUNCED)
    wait_until(page, RESTS)


def thumb(page: Page, label: str, end: int) -> Locator:
    """The left (0) or right (1) thumb of a range slider."""
    return page.get_by_role("slider", name=re.compile(label)).nth(end)
