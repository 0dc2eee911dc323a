"""A teacher at the projector: all steps by arrow keys, something moved in each, a picture at the end."""

import io
import re

import numpy as np
import pytest
from pages import FIRST_START, at_rest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
VERDICT = re.compile("accepted as ID|rejected as OOD")

WATCH = """() => {
  const step = '.st-key-presenting';
  const seen = window.seen = {};
  const look = () => {
    if (window.seen !== seen) return;
    const labels = seen[document.querySelector(step + ' h4').innerText] ??= {};
    for (const slider of document.querySelectorAll(step + ' .stSlider'))
      if (slider.checkVisibility()) labels[slider.innerText.split('\\n')[0]] = true;
    requestAnimationFrame(look);
  };
  look();
}"""
"""Notes which sliders are seen below which title."""


def heading(page: Page, number: int):
    return page.get_by_role("heading", name=re.compile(f"^{number} · "))


def go_on(page: Page, number: int) -> None:
    """From any control that was moved with the mouse, the arrow key leads on; no old part stays in sight."""
    page.evaluate(WATCH)
    page.keyboard.press("ArrowRight")
    expect(heading(page, number)).to_be_visible()
    at_rest(page)
    seen = page.evaluate("window.seen")
    labels = page.locator(".st-key-presenting .stSlider [data-testid=stWidgetLabel]").filter(visible=True)
    assert set(seen[heading(page, number).inner_text()]) == set(labels.all_inner_texts())


def pull(page: Page, label: str, share: float) -> None:
    """Click a slider's track, as a hand at the mouse does."""
    track = page.get_by_test_id("stSlider").filter(has_text=label)
    box = track.bounding_box()
    page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] - 8)


def words(page: Page) -> str:
    return page.locator(".st-key-presenting").inner_text()


def moved(page: Page, before: str) -> None:
    """Wait until the step says something else than before, and all of it."""
    changed = "before => document.querySelector('.st-key-presenting').innerText !== before"
    page.wait_for_function(changed, arg=before)
    at_rest(page)


def test_the_teachers_journey(page: Page):
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto("/learn?present=true")
    expect(heading(page, 1)).to_be_visible(timeout=FIRST_START)
    expect(page.get_by_text("Eight short steps")).to_be_hidden()

    page.get_by_text("Show the answer").click()
    expect(page.get_by_text("The model says")).to_be_visible()
    go_on(page, 2)
    for number, label, share in (
        (2, "Add to all three", 0.9),
        (3, "Nudge by", 0.2),
        (4, "Weights kept, by rank", 0.3),
        (5, "Kept, by rank of sensitivity", 0.6),
        (6, "Kept, by rank of sensitivity", 0.8),
        (7, "Familiar pictures to accept", 0.4),
    ):
        expect(page.get_by_test_id("stSlider").filter(has_text=label)).to_be_visible()
        expect(page.locator(".js-plotly-plot, .st-key-learn-histograms").first).to_be_visible()
        before = words(page)
        pull(page, label, share)
        moved(page, before)
        go_on(page, number + 1)

    photo = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)).save(photo, "PNG")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": photo.getvalue()}
    )
    expect(page.get_by_text(VERDICT).first).to_be_visible()
    assert "step=8" in page.url
    assert "present=true" in page.url
    assert problems == []


def test_arrow_keys_move_a_focused_slider_and_not_the_story(page: Page):
    page.goto("/learn?step=2")
    expect(heading(page, 2)).to_be_visible(timeout=FIRST_START)
    thumb = page.get_by_role("slider", name="Logit of class A")
    thumb.focus()
    page.keyboard.press("ArrowRight")
    expect(thumb).to_have_value("4.5")
    expect(page.get_by_text("96.0 %").first).to_be_visible()  # e^4.5 / (e^4.5 + e + 1): the page has followed
    expect(heading(page, 2)).to_be_visible()
    page.get_by_role("heading", name=re.compile("^2 · ")).click()
    thumb.blur()
    page.keyboard.press("ArrowLeft")
    expect(heading(page, 1)).to_be_visible()


def test_a_photograph_taken_with_the_camera_is_judged(page: Page):
    page.goto("/learn?step=8")
    expect(heading(page, 8)).to_be_visible(timeout=FIRST_START)
    page.get_by_text("camera", exact=True).click()
    page.wait_for_function("document.querySelector('.stCameraInput video')?.videoWidth > 0")
    page.get_by_role("button", name="Take Photo").click()
    expect(page.get_by_role("button", name="Clear photo")).to_be_visible()
    expect(page.get_by_text(VERDICT).first).to_be_visible()
    at_rest(page)
