"""What follows a thumb on Learn, Landscape and Deploy before it is let go is what the server says then."""

import pytest
from pages import FIRST_START, at_rest, grab, previews, wait_until
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SHOWN = """() => {
  const all = (root, selector) => [...root.querySelectorAll("*")]
    .flatMap((node) => [...node.shadowRoot?.querySelectorAll(selector) ?? []]);
  const words = (selector) => [...document.querySelectorAll(selector)].map((part) => part.textContent);
  const points = [...document.querySelectorAll(".scatterlayer .trace")]
    .filter((one) => one.__data__[0].trace.x.length === 1)
    .map((one) => one.querySelector(".point").getAttribute("transform"));
  return {
    words: words(".headline :is(.value, .change), .fact"),
    pictures: all(document, "svg text").map((part) => part.textContent),
    lines: all(document, "line.moves").map((part) => part.getAttribute("transform")),
    points: points.map((point) => point.match(/[-\\d.]+/g).map(Math.round)),
  };
}"""
"""Figures in words, letters and thresholds of our own pictures, and the moving points of Plotly's."""

STILL = f"""() => new Promise((answer) => {{
  const shown = () => JSON.stringify(({SHOWN})());
  const before = shown();
  setTimeout(() => answer(shown() === before), 200);
}})"""
BEHIND = "document.documentElement.classList.contains('opnp-behind')"


def shown(page: Page, *, but: tuple[str, ...] = ()) -> dict:
    return {name: part for name, part in page.evaluate(SHOWN).items() if name not in but}


def hold(page: Page, slider: str) -> tuple[float, float]:
    """Press on the last thumb of one of Streamlit's sliders."""
    value = page.locator(f".st-key-{slider}").get_by_test_id("stSliderThumbValue").last
    box = value.locator("xpath=..").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y


@pytest.fixture
def sent(page: Page):
    """Messages to the server, counted."""
    frames = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: frames.append(1)))
    return frames


@pytest.mark.parametrize(
    ("address", "slider", "back", "but"),
    [
        ("/learn?step=3", "learn-move", 40, ()),
        ("/learn?step=6", "learn-window", 6, ("points",)),
        ("/learn?step=7", "learn-accept", 60, ()),
        ("/deploy?weights=0&weights=99", "tpr", 70, ("points",)),
        ("/deploy?rule=OOD+let+through", "max_ood", -40, ("points",)),
    ],
)
def test_what_follows_a_slider_is_what_the_server_says_on_release(
    page: Page, sent, address, slider, back, but
):
    page.goto(address)
    expect(page.locator(f".st-key-{slider} input").last).to_be_attached(timeout=FIRST_START)
    at_rest(page)
    if "step=6" in address:
        previews(page)
    first = shown(page)
    x, y = hold(page, slider)
    before, seen = len(sent), []
    for part in (0.3, 0.7, 1):
        page.mouse.move(x - part * back, y + 3)
        wait_until(page, STILL)
        seen.append(shown(page))
    assert len({str(one) for one in [first, *seen]}) == 4, "every step of the thumb is followed"
    assert len(sent) == before, "nothing is said to the server"
    assert page.evaluate(BEHIND) == (slider != "learn-window")
    page.mouse.up()
    at_rest(page)
    assert len(sent) > before
    assert not page.evaluate(BEHIND)
    last = seen[-1]
    assert shown(page, but=but) == {name: part for name, part in last.items() if name not in but}


def test_the_landscape_follows_the_pages_own_sliders(page: Page, sent):
    page.goto("/landscape")
    expect(page.locator(".st-key-pareto .js-plotly-plot")).to_be_visible(timeout=FIRST_START)
    previews(page)
    first = shown(page)
    x, y, percent = grab(page, "Weights kept", 1)
    before = len(sent)
    page.mouse.move(x - 7 * percent, y)
    wait_until(page, STILL)
    held = shown(page)
    assert held["points"][0] != first["points"][0], "the point of the weights' map"
    assert held["points"][1] == first["points"][1]
    assert held["words"] != first["words"]
    assert len(sent) == before
    faded = "[...document.querySelectorAll('.js-plotly-plot')].map((chart) => chart.style.opacity)"
    assert page.evaluate(faded)[:2] == ["", "0.4"], "the neurons' map is still that of the old weights"
    page.mouse.up()
    wait_until(page, f"() => {faded}.every((opacity) => opacity === '')")
    at_rest(page)
    assert shown(page) == held


@pytest.mark.parametrize("share", ["95.25", "95.2", "99.8"])
def test_a_share_between_two_steps_shows_its_own_threshold_and_then_those_of_the_steps(page: Page, share):
    page.goto(f"/deploy?tpr={share}")
    card = page.get_by_test_id("stMetric").filter(has_text="Threshold").get_by_test_id("stMetricValue")
    expect(card).to_be_visible(timeout=FIRST_START)
    at_rest(page)
    assert not page.evaluate(BEHIND)
    [title] = [words for words in shown(page)["pictures"] if words.startswith("Threshold ")]
    assert title.startswith(f"Threshold {float(card.inner_text()):.2f} accepts ")
    hold(page, "tpr")
    page.mouse.move(300, 400)
    wait_until(page, f"() => {BEHIND}")
    page.mouse.up()
    at_rest(page)
    assert not page.evaluate(BEHIND)


def test_a_chart_that_is_drawn_anew_keeps_its_held_point(page: Page):
    page.goto("/learn?step=3")
    expect(page.locator(".st-key-learn-move input")).to_be_attached(timeout=FIRST_START)
    at_rest(page)
    x, y = hold(page, "learn-move")
    page.mouse.move(x - 60, y)
    wait_until(page, STILL)
    held = shown(page)
    page.set_viewport_size({"width": 1100, "height": 900})
    wait_until(page, STILL)
    resized = shown(page)
    assert resized["words"] == held["words"]
    page.mouse.up()
    at_rest(page)
    assert shown(page) == resized


def test_a_slider_keeps_the_keys_at_its_first_move_in_a_step(page: Page):
    page.goto("/learn?step=6")
    slider = page.locator(".st-key-learn-accept input")
    page.get_by_role("radio", name="7", exact=True).click()
    expect(slider).to_be_attached(timeout=FIRST_START)
    at_rest(page)
    slider.focus()
    for percents in (94, 93, 92):
        page.keyboard.press("ArrowLeft")
        expect(slider).to_have_attribute("aria-valuetext", f"{percents} %")
        at_rest(page)
    expect(slider).to_be_focused()


def test_what_followed_one_step_is_gone_on_the_next(page: Page):
    page.goto("/learn?step=7")
    expect(page.locator(".st-key-learn-accept input")).to_be_attached(timeout=FIRST_START)
    at_rest(page)
    hold(page, "learn-accept")
    page.mouse.move(300, 400)
    wait_until(page, f"() => {BEHIND}")
    page.keyboard.press("ArrowLeft")  # the thumb's own key
    page.mouse.up()
    at_rest(page)
    page.get_by_role("radio", name="6", exact=True).click()
    at_rest(page)
    assert not page.evaluate(BEHIND)
