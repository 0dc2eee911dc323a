"""What a browser loads to follow a thumb by itself, and when it is ready to."""

from dataclasses import dataclass

from playwright.sync_api import Page, Response

_FOLDER = "/opnp-preview/"

CLOCK = """
const __look = async () => {
  const drawn = [...document.querySelectorAll('.st-key-histograms *')]
    .some((node) => node.shadowRoot?.querySelector('path.id'));
  if (drawn) window.__chart ??= performance.now();
  const door = performance.getEntriesByType('resource').find(({name}) => name.endsWith('/hub.mjs'));
  if (!drawn || !door) return setTimeout(__look, 25);
  const {hub} = await import(door.name);
  const note = () => { if (hub.active) window.__ready ??= performance.now(); };
  hub.follow(note);
  note();
};
setTimeout(__look);
"""
"""Notes when the first chart stood and when the preview was ready, in milliseconds."""


@dataclass
class _Loaded:
    """Bytes as they travel, and as they are read."""

    compressed: int = 0
    raw: int = 0

    def words(self) -> str:
        return f"{self.compressed / 1e6:.3f} MB ({self.raw / 1e6:.3f} MB raw)"


class PreviewLoad:
    """Listens to what a page loads for the preview; make it before the page opens."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._responses: dict[str, Response] = {}
        page.on("response", self._note)
        page.add_init_script(CLOCK)

    def _note(self, response: Response) -> None:
        if _FOLDER in response.url:
            self._responses.setdefault(response.url, response)

    def wait(self, patience: float) -> float:
        """Wait until the preview is ready; return the seconds from the first chart until then.

        Args:
            patience: In milliseconds.
        """
        self._page.wait_for_function("() => window.__ready", timeout=patience)
        return float(self._page.evaluate("() => (window.__ready - window.__chart) / 1e3"))

    def words(self) -> str:
        """Say what the data and the modules weigh; ask before the page goes elsewhere."""
        data, modules = _Loaded(), _Loaded()
        for url, response in self._responses.items():
            part = data if f"{_FOLDER}data/" in url else modules
            part.compressed += response.request.sizes()["responseBodySize"]
            part.raw += len(response.body())
        return f"data {data.words()}, modules {modules.words()}"
