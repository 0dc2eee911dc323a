"""The engine in JavaScript, wherever this machine can run it."""

import os

import pytest

from tests.app.preview.engine import ROUTES, Batch


@pytest.fixture(scope="session")
def run():
    """The quickest way to run the engine here."""
    if not ROUTES and not os.environ.get("CI"):
        pytest.skip("Neither node nor Chromium is on this machine: sudo apt-get install chromium")
    with next(iter(ROUTES.values()))() as quickest:
        yield quickest


@pytest.fixture
def batch(run):
    """Calls that one process answers."""
    return Batch(run)
