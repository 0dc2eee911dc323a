"""How long a visitor waits: for the first chart, and from a slider's release to the new value on the screen.

python -m benchmarks.page

A real server and headless Chromium. Each move is one press of an arrow key on a thumb, which the slider
reports as a release; the clock runs in the browser, from the key to the frame in which the cards are painted.
The bars are what the issue asks for: 300 ms from release, 5 s for the first chart with a warm cache.
"""

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from recipes.serving import browser, dashboard

MOVES = 40
LAST_CHART = ".st-key-map .js-plotly-plot"
PATIENCE = 240_000

WATCH = """() => {
  const cards = document.querySelector('.st-key-cards');
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


def first_chart(page: Page, address: str) -> float:
    """Seconds from opening the address to the last chart of Explore."""
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(LAST_CHART, timeout=PATIENCE)
    return time.perf_counter() - start


def moves(page: Page) -> list[float]:
    """Milliseconds from each key press to the painted change."""
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
                page = chromium.new_page(viewport={"width": 1280, "height": 900})
                print(f"first chart, {label}: {first_chart(page, address):.1f} s")
                page.close()
                page = chromium.new_page(viewport={"width": 1280, "height": 900})
                print(f"first chart, next visitor: {first_chart(page, address):.1f} s")
                waits = moves(page)
                page.close()
        p95 = statistics.quantiles(waits, n=20)[-1]
        median = statistics.median(waits)
        print(f"release to pixels over {MOVES} moves: median {median:.0f} ms, p95 {p95:.0f} ms")


if __name__ == "__main__":
    main()
