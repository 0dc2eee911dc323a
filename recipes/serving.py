"""Start a dashboard and a headless Chromium, for screenshots, benchmarks and browser tests."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
PATIENCE = 240
"""Seconds; a busy machine is slow, not wrong."""
OPTIONS = ["--server.headless", "true", "--server.address", "127.0.0.1"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


@dataclass(frozen=True)
class Server:
    """A dashboard that runs.

    Attributes:
        address: Of its page.
        port: Of that address.
        pid: Of its process.
    """

    address: str
    port: int
    pid: int


@contextlib.contextmanager
def server(
    log: Path, cache: Path | None = None, *arguments: str, root: Path = ROOT, port: int | None = None
) -> Iterator[Server]:
    """Run `streamlit run app/main.py` on this machine, until the block ends.

    Args:
        log: Where its output goes.
        cache: Its cache folder; the default one if None.
        arguments: Of the dashboard itself, such as `--experiment FILE`.
        root: The checkout whose dashboard it is; `app` and `opnp` are imported from there, also where another
            one is installed.
        port: Where it listens; a free one if None.

    Raises:
        RuntimeError: If it does not answer in time; the message holds its output.
    """
    port = port or _free_port()
    streamlit = Path(sys.executable).parent / "streamlit"
    first = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(first)}
    environment |= {} if cache is None else {"OPNP_CACHE": str(cache)}
    with log.open("w") as out:
        process = subprocess.Popen(  # noqa: S603 - our own server
            [streamlit, "run", "app/main.py", "--server.port", str(port), *OPTIONS, "--", *arguments],
            cwd=root,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(address, process, log)
        yield Server(address, port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def dashboard(log: Path, cache: Path | None = None, *arguments: str) -> Iterator[str]:
    """Run this checkout's `server` with the same arguments; yield its address."""
    with server(log, cache, *arguments) as running:
        yield running.address


def chromium() -> str | None:
    """Return the path of the system's Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """Run headless Chromium, until the block ends.

    Raises:
        RuntimeError: If there is none on this machine.
    """
    executable = chromium()
    if executable is None:
        raise RuntimeError("Expected Chromium on this machine. Install it: sudo apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield launched
        launched.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2).close()  # noqa: S310 - loopback
        except OSError:  # refused, reset or slow
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"Expected the dashboard to answer in time but it did not:\n{log.read_text()}")
