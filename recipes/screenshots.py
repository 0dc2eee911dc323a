"""Take the pictures in docs/images again: `make screenshots`. A real server, Chromium, every page."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
PRUNED = "neurons=30&neurons=100"
LOOKS = {"wide": (1280, "light"), "phone": (390, "light"), "dark": (1280, "dark")}
PAGES = {"explore": ("", "reliability"), "images": ("images", "histograms")}
EXAMPLES = (0, 4, 6)
TALLEST = 3600
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def serve(port: int) -> subprocess.Popen[bytes]:
    """Start the dashboard and wait until it answers."""
    command = [Path(sys.executable).parent / "streamlit", "run", "app/main.py"]
    options = ["--server.port", str(port), "--server.headless", "true", "--server.address", "127.0.0.1"]
    process = subprocess.Popen([*command, *options], cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return process
    process.terminate()
    raise RuntimeError("Expected the dashboard to answer within a minute but it did not. Try `make run`.")


def shoot(browser: Browser, address: str, name: str, width: int, scheme: str) -> None:
    """One page in one look, as tall as its content."""
    path, last_chart = PAGES[name]
    context = browser.new_context(viewport={"width": width, "height": 860}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/{path}?{PRUNED}")
    if name == "images":
        page.wait_for_selector(".st-key-examples", timeout=240_000)
        for number in EXAMPLES:
            page.locator(".st-key-examples label").nth(number).click()
            page.wait_for_timeout(900)
    page.wait_for_selector(f".st-key-{last_chart} .js-plotly-plot", timeout=240_000)
    page.wait_for_timeout(1500)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(int(height), TALLEST)})
    page.wait_for_timeout(1000)
    suffix = next(look for look, chosen in LOOKS.items() if chosen == (width, scheme))
    page.screenshot(path=IMAGES / f"{name}-{suffix}.png")
    context.close()
    print(f"{name}-{suffix}.png")


def main() -> None:
    """Take all pictures."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        sys.exit("Expected Chromium on this machine. Install it with: sudo apt-get install chromium")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = serve(port)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
            for name in PAGES:
                for width, scheme in LOOKS.values():
                    shoot(browser, f"http://127.0.0.1:{port}", name, width, scheme)
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
