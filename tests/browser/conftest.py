"""A real server and a real headless Chromium."""

import os
import shutil
from pathlib import Path

import pytest
from pages import PATIENCE

from recipes import serving


@pytest.fixture(scope="session")
def running(fashion_cache: Path, tmp_path_factory: pytest.TempPathFactory):
    """`streamlit run app/main.py` as a user types it, with a copy of the prepared cache."""
    folder = tmp_path_factory.mktemp("server")
    log = folder / "log.txt"
    shutil.copytree(fashion_cache, folder / "cache")
    with serving.server(log, folder / "cache") as running:
        yield running
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="session")
def server(running):
    """The dashboard's address."""
    return running.address


@pytest.fixture(scope="session")
def browser():
    """Chromium, wherever the system has it."""
    if serving.chromium() is None and not os.environ.get("CI"):
        pytest.skip("No Chromium on this machine: sudo apt-get install chromium")
    with serving.browser() as launched:
        yield launched


@pytest.fixture
def page(browser, server):
    """A visitor's empty page, 1280 wide, that knows the server's address."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=server)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()
