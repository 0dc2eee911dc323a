"""Run a batch of calls to the engine's modules at once, by node or by a page in Chromium."""

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from app.preview.data import Selection, select, serialize
from opnp.explorer import Explorer
from recipes import serving

HERE = Path(__file__).parent
ENGINE = Path(__file__).parents[3] / "app" / "preview" / "engine"
EVERYTHING = 2**40

Run = Callable[[list, bytes], list]


class Batch:
    """Calls to make, each of whose results is there once all were made."""

    def __init__(self, run: Run) -> None:
        self._run, self._calls, self._data, self._results = run, [], b"", []

    def call(self, what: str, *args) -> Callable[[], object]:
        """Add a call, `module.function` or one of the driver's own; return what gives its result."""
        place = len(self._calls)
        self._calls.append([what, *args])
        return lambda: self.results()[place]

    def on(self, explorer: Explorer, what: str, *args, selection: Selection | None = None):
        """Add a call on the engine of an experiment."""
        written = serialize(explorer, selection or select(explorer, EVERYTHING))
        start = len(self._data)
        self._data += written
        return self.call(what, [start, start + len(written)], *args)

    def results(self) -> list:
        if len(self._results) < len(self._calls):
            self._results = self._run(self._calls, self._data)
        return self._results


@contextmanager
def node() -> Iterator[Run]:
    """A process a batch."""

    def run(calls: list, data: bytes = b"") -> list:
        with TemporaryDirectory() as folder:
            written = [Path(folder) / "calls", Path(folder) / "data"]
            written[0].write_text(json.dumps(calls))
            written[1].write_bytes(data)
            done = subprocess.run(
                ["node", HERE / "node.mjs", ENGINE, *written], capture_output=True, text=True
            )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    yield run


@contextmanager
def chromium() -> Iterator[Run]:
    """A page a batch, all of one browser in a thread of its own, as playwright allows one a thread."""
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread, _served(folder) as address:
        shutil.copytree(ENGINE, folder, dirs_exist_ok=True)
        shutil.copy(HERE / "driver.mjs", folder)
        (Path(folder) / "index.html").write_text("<title>engine</title>")

        def run(calls: list, data: bytes = b"") -> list:
            (Path(folder) / "calls").write_text(json.dumps(calls))
            (Path(folder) / "data").write_bytes(data)
            return json.loads(thread.submit(_in_page, browser, address).result())

        with ExitStack() as stack:
            browser = thread.submit(stack.enter_context, serving.browser()).result()
            try:
                yield run
            finally:
                thread.submit(stack.close).result()


def _in_page(browser: Browser, address: str) -> str:
    page = browser.new_page()
    try:
        page.goto(address)
        return page.evaluate(_ANSWER)
    finally:
        page.close()


_ANSWER = """async () => {
    const { answer } = await import("/driver.mjs");
    const [calls, data] = await Promise.all([fetch("/calls"), fetch("/data")]);
    const load = (name) => import(`/${name}.mjs`);
    return answer(load, await calls.json(), await data.arrayBuffer());
}"""


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript"}

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *args) -> None:
        pass


@contextmanager
def _served(folder: str) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


ROUTES: dict[str, Callable[[], AbstractContextManager[Run]]] = {}
"""The ways there are on this machine, the quicker one first."""
if shutil.which("node"):
    ROUTES["node"] = node
if serving.chromium():
    ROUTES["chromium"] = chromium
