"""The site is whole: every public name has its place in the reference, every page its place in the site."""

import importlib
import json
import re
from pathlib import Path

import pytest

import opnp
from opnp.methods import METHODS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SHOWN = {
    line.removeprefix("::: ")
    for page in sorted((DOCS / "reference").glob("*.md"))
    for line in page.read_text(encoding="utf-8").splitlines()
    if line.startswith("::: ")
}


def found(path: str) -> object:
    """What a dotted path of the reference names."""
    module, _, attribute = path.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


@pytest.mark.parametrize("name", [name for name in opnp.__all__ if name != "__version__"])
def test_every_public_name_is_in_the_reference(name):
    assert f"opnp.{name}" in SHOWN


@pytest.mark.parametrize("path", sorted(SHOWN))
def test_what_the_reference_names_is_there_and_documented(path):
    assert found(path).__doc__


def test_every_method_has_its_row():
    listed = (DOCS / "methods.md").read_text(encoding="utf-8")
    assert all(f"| `{key}` |" in listed for key in METHODS)


def test_every_page_has_its_place():
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*") if page.suffix in (".md", ".ipynb")}
    listed = re.findall(r"[\w/-]+\.(?:md|ipynb)", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert set(listed) == pages


@pytest.mark.parametrize("notebook", sorted((DOCS / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_keep_no_outputs(notebook):
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) > 3
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
