"""The dashboard on the embedded experiment, with a copy of the prepared cache for the whole run of tests."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import cached
from app.components.deferred import SEEN
from opnp.experiments import registry
from recipes import serving

PAGE = Path(__file__).parents[2] / "app" / "page.py"
PATIENCE = 300


@pytest.fixture(scope="session")
def cache_folder(fashion_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(fashion_cache, tmp_path_factory.mktemp("dashboard") / "cache")


@pytest.fixture
def dashboard(cache_folder: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that opens the dashboard, as a visitor with that link would."""
    monkeypatch.setenv("OPNP_CACHE", str(cache_folder))
    cached.experiments.clear()

    def open_page(page: str | None = None, **query: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(PAGE), default_timeout=PATIENCE)
        for key, value in query.items():
            app.query_params[key] = value
        app.session_state[SEEN] = True  # what a browser says
        app.run()
        if page is not None:
            app.switch_page(f"views/{page}.py").run()
        assert not app.exception, [error.message for error in app.exception]
        return app

    yield open_page
    cached.experiments.clear()


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch):
    """A function that makes experiments the only ones on offer; what was prepared of them is forgotten.

    The embedded one stays prepared: other tests, and their searches in the background, go on with it.
    """
    offered = set()

    def forget() -> None:
        for key in offered - {"fashion"}:
            cached.preparation.clear(key)

    def only(*experiments) -> None:
        offered.update(experiment.key for experiment in experiments)
        monkeypatch.setattr(registry, "list_experiments", lambda: experiments)
        cached.experiments.clear()
        forget()

    yield only
    forget()


@pytest.fixture
def address(fashion_cache: Path, tmp_path: Path):
    """The address of a real server with a cache of its own, whose log holds no trace at the end."""
    shutil.copytree(fashion_cache, tmp_path / "cache")
    with serving.dashboard(tmp_path / "log.txt", tmp_path / "cache") as address:
        yield address
    assert "Traceback" not in (tmp_path / "log.txt").read_text()


@pytest.fixture
def move():
    """A function that moves the sliders and lets them go; their thumbs need a browser."""

    def to(app: AppTest, **windows: tuple[float, float]) -> None:
        _set(app, windows)

    return to


@pytest.fixture
def pick():
    """A function that makes choices in the Settings; their buttons need a browser."""

    def to(app: AppTest, **choices: str | list[str]) -> None:
        _set(app, choices)

    return to


def _set(app: AppTest, settings: Mapping[str, Any]) -> None:
    for key, value in settings.items():
        app.session_state[key] = value
    app.run()
