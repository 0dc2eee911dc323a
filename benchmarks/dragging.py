"""Measure the page under a thumb that moves: frames a second, and from the thumb to the pixel.

python -m benchmarks.dragging [--large] [--visitors N ...]

A real server and headless Chromium. The mouse holds the right thumb of the weights and moves it for some
seconds. A frame is a painted change of the histograms; the time to it runs in the browser, from the moment at
which the thumb reached the position that the cards then show. A slider that speaks on release alone would
show nothing in that time. With several visitors every one has a browser page of its own, drawn by the same
cores as the server, so much of their time is Chromium's. The bar is 8 frames a second for one visitor.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Page

from benchmarks._large import TITLE, write_large
from recipes.serving import browser, dashboard

SECONDS = 6.0
PATIENCE = 240_000
READY = ".st-key-map .js-plotly-plot"
VISITORS = (1, 10)
EMBEDDED = "Fashion-MNIST"

WATCH = """() => {
  const inside = (name, selector) => [...document.querySelectorAll(`.st-key-${name} *`)]
    .map((node) => node.shadowRoot?.querySelectorAll(selector)).find((found) => found?.length);
  const right = inside('weights-slider', '.thumb')[1];
  const reached = new Map();
  const note = () => {
    const value = right.getAttribute('aria-valuenow');
    if (!reached.has(value)) reached.set(value, performance.now());
  };
  new MutationObserver(note).observe(right, {attributes: true});
  const count = () => [...document.querySelectorAll('.headline .change')]
    .at(-1).innerText.match(/[\\d,]+/)[0].replaceAll(',', '');
  window.__frames = [];
  window.__reached = reached;
  let last = count();
  const after = [...inside('histograms', 'path.id')].at(-1);
  new MutationObserver(() => requestAnimationFrame(() => {
    const now = count();
    if (now === last) return;
    last = now;
    window.__frames.push([performance.now(), now]);
  })).observe(after, {attributes: true});
}"""
"""Notes when the thumb reached each position, and what the cards say at each drawing of the histograms."""

RESULT = """(total) => window.__frames.map(([at, pruned]) => {
  const value = 100 - 100 * pruned / total;
  let best = null;
  for (const [position, when] of window.__reached)
    if (best === null || Math.abs(position - value) < Math.abs(best[0] - value)) best = [position, when];
  return [at, at - best[1]];
})"""


class Thumb:
    """A visitor's page with the mouse on the right thumb of the weights."""

    def __init__(self, chromium: Browser, address: str, title: str) -> None:
        self.page: Page = chromium.new_page(viewport={"width": 1280, "height": 900})
        self.page.goto(f"{address}/?experiment={quote(title)}")
        first = self.page.locator(f".st-key-prepare button, {READY}").first
        first.wait_for(timeout=PATIENCE)
        if first.inner_text().endswith("Prepare"):
            first.click()
        self.page.wait_for_selector(READY, timeout=PATIENCE)
        self.page.wait_for_timeout(3000)
        box = self.page.get_by_role("slider", name="Weights kept").nth(1).bounding_box()
        if box is None:
            raise RuntimeError("Expected a slider named `Weights kept` but the page shows none.")
        self.x, self.y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.steps = 0
        self.page.evaluate(WATCH)
        self.page.mouse.move(self.x, self.y)
        self.page.mouse.down()

    def move(self) -> None:
        """Move one small step to the left."""
        self.steps += 1
        self.page.mouse.move(self.x - self.steps, self.y)

    def release(self) -> list[tuple[float, float]]:
        """Release the thumb; return (when, milliseconds from the thumb) of every frame that was drawn."""
        words = self.page.locator(".headline .change").last.inner_text()
        total = int(words.rpartition(" ")[2].replace(",", ""))
        frames = self.page.evaluate(RESULT, total)
        self.page.mouse.up()
        self.page.close()
        return [(float(at), float(wait)) for at, wait in frames]


def drag(chromium: Browser, address: str, title: str, visitors: int) -> list[list[tuple[float, float]]]:
    """Move all thumbs for some seconds; return the frames of each visitor."""
    thumbs = [Thumb(chromium, address, title) for _ in range(visitors)]
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for thumb in thumbs:
            thumb.move()
        thumbs[0].page.wait_for_timeout(16)
    return [thumb.release() for thumb in thumbs]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Frames a second under a moving thumb.")
    parser.add_argument("--large", action="store_true", help="an experiment of ImageNet's size, made up")
    parser.add_argument("--visitors", type=int, nargs="+", default=VISITORS)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        log, cache = Path(folder) / "log", Path(folder) / "cache"
        arguments = ["--experiment", str(write_large(Path(folder)))] if chosen.large else []
        with dashboard(log, cache, *arguments) as address:
            for visitors in chosen.visitors:
                frames = drag(chromium, address, TITLE if chosen.large else EMBEDDED, visitors)
                rates = [len(visit) / SECONDS for visit in frames]
                waits = [wait for visit in frames for _, wait in visit]
                p95 = statistics.quantiles(waits, n=20)[-1]
                print(
                    f"{visitors} at once: {statistics.mean(rates):.1f} frames a second each "
                    f"(least {min(rates):.1f}); thumb to pixel median {statistics.median(waits):.0f} ms, "
                    f"p95 {p95:.0f} ms"
                )


if __name__ == "__main__":
    main()
