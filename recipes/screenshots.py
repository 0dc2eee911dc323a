"""Take the pictures in docs/images again: `make screenshots`. A real server, Chromium, every page."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from recipes.serving import ROOT, browser, dashboard

IMAGES = ROOT / "docs" / "images"
PRUNED = "weights=0&weights=99"
LOOKS = {"wide": (1280, "light"), "phone": (390, "light"), "dark": (1280, "dark")}
PAGES = {
    "explore": ("", ".st-key-map .js-plotly-plot"),
    "landscape": ("landscape", ".st-key-go-best"),
    "compare": ("compare", ".js-plotly-plot"),
    "sensitivity": ("sensitivity", ".js-plotly-plot"),
    "images": ("images", ".st-key-histograms path.id"),
    "deploy": ("deploy", ".st-key-download"),
    "learn": ("learn", ".st-key-reading .katex"),
    "experiments": ("experiments", ".st-key-open-fashion"),
}
EXAMPLES = (0, 4, 6)
TALLEST = 3600
PATIENCE = 240_000


def shoot(chromium: Browser, address: str, name: str, look: str) -> None:
    """Take one page in one look, as tall as its content."""
    path, last = PAGES[name]
    width, scheme = LOOKS[look]
    context = chromium.new_context(viewport={"width": width, "height": 860}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/{path}?{PRUNED}")
    if name == "images":
        page.wait_for_selector(".st-key-examples", timeout=PATIENCE)
        for number in EXAMPLES:
            page.locator(".st-key-examples label").nth(number).click()
            page.wait_for_timeout(900)
    page.wait_for_selector(last, timeout=PATIENCE)
    page.wait_for_timeout(1500)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(int(height), TALLEST)})
    page.wait_for_timeout(1000)
    page.screenshot(path=IMAGES / f"{name}-{look}.png")
    context.close()
    print(f"{name}-{look}.png")


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        dashboard(Path(folder) / "log") as address,
        browser() as chromium,
    ):
        for name in PAGES:
            for look in LOOKS:
                shoot(chromium, address, name, look)


if __name__ == "__main__":
    main()
