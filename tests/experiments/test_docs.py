"""The guide's experiment files are read, and it names every source, key and link that there is."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from opnp.experiments.registry import SHIPPED
from opnp.experiments.sources.classifiers import CLASSIFIERS
from opnp.experiments.sources.images import IMAGES
from opnp.experiments.toml_file import read_experiment

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "experiments.md").read_text()
FILES = [block for block in re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL) if "[experiment]" in block]


@pytest.mark.parametrize("text", FILES)
def test_an_experiment_file_in_the_guide_is_one(tmp_path, text):
    (tmp_path / "shown.toml").write_text(text)
    experiment = read_experiment(tmp_path / "shown.toml")
    assert [images.key for images in experiment.ood] == ["birds"]


@pytest.mark.parametrize(("name", "kind"), [*CLASSIFIERS.items(), *IMAGES.items()])
def test_every_source_and_its_keys_are_explained(name, kind):
    rows = [line for line in GUIDE.splitlines() if line.startswith(f"| `{name}` |")]
    assert any(all(f"`{field.name}`" in row for field in fields(kind)) for row in rows)


def test_every_link_and_folder_of_the_shipped_files_is_listed():
    listed = (DOCS / "datasets.md").read_text()
    for file in SHIPPED.glob("*.toml"):
        tables = tomllib.loads(file.read_text())
        id_sets = tables["id"]
        for table in (id_sets["train"], id_sets["test"], *id_sets.get("shifted", ()), *tables["ood"]):
            assert table.get("link", "") in listed
            assert table.get("path", "") in listed


def test_the_guide_shows_files():
    assert len(FILES) == 2
