"""Measure a visitor's wait and traffic: for the first chart, for all, and after a key on a slider.

python -m benchmarks.page

A real server and headless Chromium, a new visitor each time, so that nothing is in the browser's cache. The
first useful chart is Explore's histograms. Each move is one press of an arrow key on a thumb; the clock runs
in the browser, from the key to the frame in which the cards are painted. The bars are 300 ms for a move, 5 s
for the first chart after a cold start with a warm cache and 1.5 s for the next visitor, half a megabyte of
data for Explore and at most four figures on it. Beside that data the browser loads, once its chart is drawn,
what it needs to follow a thumb by itself.
"""

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from benchmarks._preview import PreviewLoad
from recipes.serving import browser, dashboard

MOVES = 40
LAST_CHART = ".st-key-map .js-plotly-plot"
FIGURES = ".js-plotly-plot, .st-key-histograms"
PATIENCE = 240_000

CLOCK = """
const drawn = () => [...document.querySelectorAll('.st-key-histograms *')]
  .some((node) => node.shadowRoot?.querySelector('path.id'));
const note = () => { window.__first = performance.now(); };
const look = () => drawn() ? setTimeout(note) : requestAnimationFrame(look);
requestAnimationFrame(look);
"""
"""Notes when the frame with the histograms has been painted, from the start of the navigation."""

WATCH = """() => {
  const cards = document.querySelector('.headline').parentElement;
  const before = cards.innerText;
  window.__wait = new Promise((resolve) => {
    let start;
    addEventListener('keydown', () => { start = performance.now(); }, {once: true, capture: true});
    const observer = new MutationObserver(() => {
      if (cards.innerText === before) return;
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - start));
    });
    observer.observe(cards, {subtree: true, childList: true, characterData: true});
  });
}"""


@dataclass
class Visit:
    """Waits and traffic of Explore, opened by a new visitor.

    Attributes:
        first: Seconds to the first useful chart.
        all: Seconds to the last one.
        scripts: Megabytes of Streamlit's own files, compressed as they travel.
        data: Megabytes that the server sends over the socket.
        figures: How many charts there are.
        preview: What is loaded to follow a thumb, in words.
        ready: Seconds to when that may be used.
    """

    first: float
    all: float
    scripts: float
    data: float
    figures: int
    preview: str
    ready: float


def visit(page: Page, address: str) -> Visit:
    """Open Explore and wait for its charts."""
    received: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
    page.add_init_script(CLOCK)
    load = PreviewLoad(page)
    page.goto(address)
    page.wait_for_selector(LAST_CHART, timeout=PATIENCE)
    last = page.evaluate("performance.now()")
    first = page.evaluate("window.__first")
    page.wait_for_timeout(500)
    scripts = page.evaluate(
        "performance.getEntriesByType('resource').reduce((sum, one) => sum + one.transferSize, 0)"
    )
    figures = page.locator(FIGURES).count()
    data = sum(received) / 1e6
    ready = first / 1e3 + load.wait(PATIENCE)
    return Visit(first / 1e3, last / 1e3, scripts / 1e6, data, figures, load.words(), ready)


def moves(page: Page) -> list[float]:
    """Return milliseconds from each key press to the painted change."""
    page.get_by_role("slider", name="Neurons kept").first.focus()
    waits = []
    for _ in range(MOVES):
        page.evaluate(WATCH)
        page.keyboard.press("ArrowRight")
        waits.append(float(page.evaluate("() => window.__wait")))
        page.wait_for_timeout(400)
    return waits


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        cache = Path(folder) / "cache"
        for label in ("cold cache", "cold start, warm cache"):
            with dashboard(Path(folder) / "log", cache) as address:
                for who in (label, "next visitor"):
                    page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
                    measured = visit(page, address)
                    weight = f"{measured.data:.2f} MB of data, {measured.scripts:.1f} MB of scripts"
                    print(
                        f"{who}: first chart {measured.first:.1f} s, all {measured.all:.1f} s; "
                        f"{measured.figures} figures, {weight}"
                    )
                    print(f"    preview ready after {measured.ready:.1f} s: {measured.preview}")
                    page.context.close()
                page = chromium.new_page(viewport={"width": 1280, "height": 900})
                visit(page, address)
                waits = moves(page)
                page.close()
        p95 = statistics.quantiles(waits, n=20)[-1]
        median = statistics.median(waits)
        print(f"key to pixels over {MOVES} moves: median {median:.0f} ms, p95 {p95:.0f} ms")


if __name__ == "__main__":
    main()
