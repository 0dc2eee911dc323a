"""What the documents show: Python that runs, experiment files that are read, commands that exist."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset
from typer.main import get_command

import opnp
from opnp.cli.app import app
from opnp.experiments.toml_file import read_experiment

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"(<!-- not run: .+? -->\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"(?:python -m opnp|(?<![\w/])opnp) ([a-z]+)")


class Block(NamedTuple):
    """A fenced block; one may be marked as not to be run, with the reason, in a comment above it."""

    language: str
    text: str
    runs: bool


def blocks(document: Path) -> Iterator[Block]:
    for marked, language, text in _FENCE.findall(document.read_text(encoding="utf-8")):
        yield Block(language, text, not marked)


def name(document: Path) -> str:
    return str(document.relative_to(ROOT))


def texts(*languages: str) -> list:
    """The blocks in those languages, each named after its document."""
    return [
        pytest.param(block.text, id=f"{name(document)} {number}")
        for document in DOCUMENTS
        for number, block in enumerate(blocks(document))
        if block.language in languages
    ]


PYTHON = [path for path in DOCUMENTS if any(b.language == "python" and b.runs for b in blocks(path))]
TABLES = texts("toml")
SHELL = texts("sh", "bash", "console")


@pytest.fixture
def given(trained_net, blobs):
    """What a reader has: a model, loaders, images and features, by the names that the pages use."""

    def loader(points, *labels):
        return DataLoader(TensorDataset(points, *labels), batch_size=64)

    with torch.no_grad():
        features = trained_net.body(blobs.train)
    id_loader, test_loader = loader(blobs.train, blobs.train_labels), loader(blobs.test, blobs.test_labels)
    named = {
        "Z_train": features.numpy(),
        "Z_test": features[::2].numpy(),
        "y_test": blobs.train_labels[::2].numpy(),
        "Z_birds": features[:9].numpy(),
    }
    return named | {
        "DataLoader": DataLoader,
        "np": np,
        "opnp": opnp,
        "model": trained_net,
        "train_set": id_loader.dataset,
        "id_loader": id_loader,
        "test_loader": test_loader,
        "bird_loader": loader(blobs.ood),
        "texture_loader": loader(blobs.ood + 4),
        "images": blobs.test,
        "labels": blobs.test_labels,
        "features": features,
        "feature_labels": blobs.train_labels,
        "W": trained_net.fc.weight.detach(),
        "b": trained_net.fc.bias.detach(),
        "detector": opnp.OPNP(trained_net).fit(id_loader),
    }


@pytest.fixture(scope="module")
def cache(fashion_cache, tmp_path_factory):
    return shutil.copytree(fashion_cache, tmp_path_factory.mktemp("examples") / "cache")


@pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
@pytest.mark.parametrize("document", PYTHON, ids=name)
def test_python_runs_from_top_to_bottom(document, given, cache, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPNP_CACHE", str(cache))
    code = "\n".join(block.text for block in blocks(document) if block.language == "python" and block.runs)
    exec(compile(code, name(document), "exec"), given)  # noqa: S102 - our own pages


@pytest.mark.parametrize("text", TABLES)
def test_experiment_files_are_read(text, tmp_path):
    tables = tomllib.loads(text)
    if not {"experiment", "classifier"} <= tables.keys():
        return  # a part of one
    file = tmp_path / "pets.toml"
    file.write_text(text, encoding="utf-8")
    assert read_experiment(file).title == tables["experiment"]["title"]


@pytest.mark.parametrize("text", SHELL)
def test_commands_exist(text):
    assert set(_COMMAND.findall(text)) <= set(get_command(app).commands)


def test_blocks_are_found():
    assert len(PYTHON) > 8
    assert sum("[experiment]" in table.values[0] for table in TABLES) > 6
    assert sum("opnp" in commands.values[0] for commands in SHELL) > 8
