"""Film a thumb that is dragged, for the README: `python -m recipes.capture`. A real server and Chromium."""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from recipes.screenshots import IMAGES
from recipes.serving import browser, dashboard

SIZE = (1200, 900)
SHOWN = (900, 675)
SCROLL = 150
"""Pixels down, so that the cards and both histograms are in the picture."""

STOPS = [100 - 0.5 * step for step in range(9)] + [96.0 + 0.5 * step for step in range(6)] + [99.0] * 3
MILLISECONDS = 160
PATIENCE = 240_000


def film(page: Page) -> list[Image.Image]:
    """Return a picture at each stop of the right thumb of the weights, which is held all the time."""
    thumb = page.get_by_role("slider", name="Weights kept").nth(1)
    track = page.locator(".st-key-weights-slider .track").bounding_box()
    box = thumb.bounding_box()
    if box is None or track is None:
        raise RuntimeError("Expected a slider named `Weights kept` but the page shows none.")
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    pictures = []
    for stop in STOPS:
        page.mouse.move(track["x"] + track["width"] * stop / 100, y)
        page.wait_for_timeout(700)
        pictures.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    page.mouse.up()
    return pictures


def main() -> None:
    """Film, and write docs/images/dragging.gif."""
    with (
        tempfile.TemporaryDirectory() as folder,
        dashboard(Path(folder) / "log") as address,
        browser() as chromium,
    ):
        page = chromium.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.goto(address)
        page.wait_for_selector(".st-key-map .js-plotly-plot", timeout=PATIENCE)
        page.mouse.move(SIZE[0] / 2, SIZE[1] / 2)
        page.mouse.wheel(0, SCROLL)
        page.wait_for_timeout(1500)
        pictures = film(page)
    frames = [picture.resize(SHOWN).quantize(64, dither=Image.Dither.NONE) for picture in pictures]
    path = IMAGES / "dragging.gif"
    frames[0].save(
        path, save_all=True, append_images=frames[1:], duration=MILLISECONDS, loop=0, optimize=True
    )
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB, {len(frames)} frames")


if __name__ == "__main__":
    main()
