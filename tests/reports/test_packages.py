import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from opnp.reports import packages
from opnp.reports.packages import BRINGS, Package, extras, required

ROOT = Path(__file__).parents[2]
PROJECT = """
[project]
dependencies = ["numpy>=1.0", "torch>=99", "no-such-package>=2"]

[project.optional-dependencies]
app = ["no-such-package", "numpy<1"]
"""


@pytest.fixture
def declared(monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    monkeypatch.setattr(packages, "ROOT", tmp_path)


@pytest.mark.usefixtures("declared")
def test_versions_are_compared_with_what_is_asked_for():
    assert required() == (
        Package("numpy", ">=1.0", version("numpy"), "ok"),
        Package("torch", ">=99", version("torch"), "another version"),
        Package("no-such-package", ">=2", None, "missing"),
    )
    [app] = extras()
    assert (app.name, app.brings) == ("app", "the dashboard")
    assert [one.state for one in app.packages] == ["missing", "another version"]


def test_an_installed_package_says_the_same_as_its_project_file(monkeypatch, tmp_path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    lines = [f'{line}; extra == "{name}"' for name, every in optional.items() for line in every]
    monkeypatch.setattr(packages, "requires", lambda _: [*project["dependencies"], *lines])
    headers = type("Headers", (), {"get_all": lambda *_: list(optional)})
    monkeypatch.setattr(packages, "metadata", lambda _: headers())
    before = required(), extras()
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    assert (required(), extras()) == before


def test_what_is_only_on_the_path_declares_nothing(monkeypatch, tmp_path):
    def unknown(_):
        raise packages.PackageNotFoundError

    monkeypatch.setattr(packages, "ROOT", tmp_path)
    monkeypatch.setattr(packages, "requires", unknown)
    assert (required(), extras()) == ((), ())


def test_every_extra_says_what_it_brings():
    assert {extra.name for extra in extras()} <= set(BRINGS)
