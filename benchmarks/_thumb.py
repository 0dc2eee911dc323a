"""A visitor who drags a thumb: its page moves it by itself, at the rate of its own screen.

The real mouse presses the right thumb of the weights. From then on the page does what a mouse would: at each
animation frame one step of half a percent, to and fro. A driver outside of it would take a good part of each
frame for itself, and could not move ten thumbs at once.
"""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from playwright.sync_api import Browser, FloatRect

from benchmarks._preview import PreviewLoad

PATIENCE = 600_000
READY = ".st-key-map .js-plotly-plot"

TOLD = """
window.__told = () => {};
for (const [kind, name] of [[WebSocket, 'send'], [Worker, 'postMessage']]) {
  const ask = kind.prototype[name];
  kind.prototype[name] = function (...words) { window.__told(); return ask.apply(this, words); };
}
"""
"""Notes where the thumb stands whenever the page asks for figures: the server, or its own worker."""

DRAG = """([seconds, rate]) => {
  const inside = (name, selector) => [...document.querySelectorAll(`.st-key-${name} *`)]
    .map((node) => node.shadowRoot?.querySelectorAll(selector)).find((found) => found?.length);
  const [track] = inside('weights-slider', '.track');
  const box = track.getBoundingClientRect();
  const card = () => [...document.querySelectorAll('.headline .change')].at(-1)
    ?.textContent.match(/([\\d,]+) of ([\\d,]+)/)?.slice(1).map((one) => Number(one.replaceAll(',', '')));
  const [frames, told] = [[], []];
  let [last, drawn, step, position, reached] = [card()[0], false, 0, 100, 0];
  window.__told = () => { if (step) told.push([reached, position]); };
  const plot = [...inside('histograms', 'svg')].find((one) => one.querySelector('path.id'));
  new MutationObserver(() => { drawn = true; })
    .observe(plot, {attributes: true, attributeFilter: ['d'], subtree: true});
  const next = (call) => rate ? setTimeout(call, 1000 / rate) : requestAnimationFrame(call);
  const begin = performance.now();
  window.__drag = new Promise((resolve) => {
    const frame = () => {
      const now = performance.now();
      const [pruned, all] = card() ?? [last];
      if (drawn && pruned !== last) {
        [last, drawn] = [pruned, false];
        frames.push([now, Math.round(200 - 200 * pruned / all) / 2]);
      }
      if (now - begin > 1000 * seconds) {
        window.__told = () => {};
        return resolve({frames, told, steps: step});
      }
      step += 1;
      position = 100 - 0.5 * (step % 160 <= 80 ? step % 160 : 160 - step % 160);
      reached = now;
      const [clientX, clientY] = [box.left + box.width * position / 100, box.top + box.height / 2];
      const kind = {clientX, clientY, pointerId: 1, bubbles: true, composed: true};
      track.dispatchEvent(new PointerEvent('pointermove', kind));
      next(frame);
    };
    next(frame);
  });
}"""
"""Moves the thumb between 100 and 60 %; notes each animation frame that paints other cards and histograms."""


@dataclass(frozen=True)
class Dragged:
    """What a visitor saw.

    Attributes:
        frames: How many were painted.
        steps: How many steps the thumb made.
        waits: Milliseconds from the thumb to the pixel.
    """

    frames: int
    steps: int
    waits: list[float]


class Visitor:
    """A page whose thumb is held.

    Attributes:
        load: What it loads for the preview; None without one.
        ready: Seconds from its first chart until the preview was ready.
    """

    def __init__(
        self, chromium: Browser, address: str, title: str, *, preview: bool, still: bool = False
    ) -> None:
        motion: Literal["reduce", "no-preference"] = "reduce" if still else "no-preference"
        self._page = chromium.new_page(viewport={"width": 1280, "height": 900}, reduced_motion=motion)
        self.load = PreviewLoad(self._page) if preview else None
        self._page.add_init_script(TOLD)
        self._page.goto(f"{address}/?experiment={quote(title)}", timeout=PATIENCE)
        first = self._page.locator(f".st-key-prepare button, {READY}").first
        first.wait_for(timeout=PATIENCE)
        if first.inner_text().endswith("Prepare"):
            first.click()
        self._page.wait_for_selector(READY, timeout=PATIENCE)
        self.ready = self.load.wait(PATIENCE) if self.load else 0.0

    def press(self) -> None:
        """Press the right thumb of the weights."""
        self._page.wait_for_timeout(1000)
        box: FloatRect | None = self._page.get_by_role("slider", name="Weights kept").nth(1).bounding_box()
        if box is None:
            raise RuntimeError("Expected a slider named `Weights kept` but the page shows none.")
        self._page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self._page.mouse.down()

    def start(self, seconds: float, rate: float | None = None) -> None:
        """Let the page move its thumb: `rate` steps a second, or one at each animation frame."""
        self._page.evaluate(DRAG, [seconds, rate])

    def stop(self) -> Dragged:
        """Wait until it has; leave the page."""
        seen = self._page.evaluate("() => window.__drag")
        self._page.mouse.up()
        self._page.close()
        return Dragged(len(seen["frames"]), seen["steps"], _waits(seen["frames"], seen["told"]))

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        self._page.wait_for_timeout(1000 * seconds)


def _waits(frames: list[tuple[float, float]], told: list[tuple[float, float]]) -> list[float]:
    """Match each frame with the first request for its position that came after the last frame's.

    The thumb comes by a position twice in a cycle. Answers come in the order of the requests; where one was
    left out, the first match may be too early, and the wait too long, never too short.
    """
    waits, start = [], 0
    for at, position in frames:
        for k in range(start, len(told)):
            reached, asked = told[k]
            if asked == position and reached <= at:
                waits.append(at - reached)
                start = k + 1
                break
    return waits
