"""The table of the model, also for sources whose keys `init` has never heard of."""

from dataclasses import dataclass

import pytest

from opnp.cli import _init_model
from opnp.cli._init_model import ModelAnswers, classifier_table, source_of
from opnp.errors import InvalidSettingError
from opnp.experiments.sources.classifiers import CLASSIFIERS

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
FOLDERS = ("cat", "dog")


@dataclass(frozen=True)
class Hub:
    """A source of whole models, by their name or in a folder."""

    model: str
    revision: str = ""
    classes: int | str | tuple[str, ...] = 0


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(CLASSIFIERS, "huggingface", Hub)
    monkeypatch.setattr(_init_model, "SOURCES", (*CLASSIFIERS, "huggingface"))
    monkeypatch.setattr(_init_model, "is_timms", lambda name: name == "vit_tiny")
    for name in ("best.pth", "last.npz", "net.py"):
        (tmp_path / name).write_text("")
    (tmp_path / "saved").mkdir()


def table(tmp_path, **answers):
    return dict(classifier_table(ModelAnswers(**answers), FOLDERS, tmp_path / "new.toml").table)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"architecture": "resnet18"}, {"source": "torchvision", "model": "resnet18"}),
        (
            {"architecture": "resnet18", "checkpoint": "best.pth"},
            {"source": "checkpoint", "model": "resnet18", "path": "best.pth", "classes": ["cat", "dog"]},
        ),
        ({"architecture": "vit_tiny"}, {"source": "timm", "model": "vit_tiny"}),
        ({"architecture": "local-dir:saved"}, {"source": "timm", "model": "local-dir:saved"}),
        ({"architecture": "hf-hub:me/net@v1"}, {"source": "timm", "model": "hf-hub:me/net@v1"}),
        (
            {"architecture": "vit_tiny", "checkpoint": "best.pth"},
            {"source": "timm", "model": "vit_tiny", "path": "best.pth", "classes": ["cat", "dog"]},
        ),
        ({"architecture": "net.py:make"}, {"source": "python", "factory": "net.py:make"}),
        (
            {"architecture": "nets:make", "checkpoint": "best.pth", "classes": "7"},
            {"source": "python", "factory": "nets:make", "weights": "best.pth", "classes": 7},
        ),
        ({"architecture": "google/vit"}, {"source": "huggingface", "model": "google/vit"}),
        ({"checkpoint": "saved"}, {"source": "huggingface", "model": "saved"}),
        ({"architecture": "saved", "source": "huggingface"}, {"source": "huggingface", "model": "saved"}),
        ({"checkpoint": "last.npz"}, {"source": "features", "path": "last.npz"}),
    ],
)
def test_the_source_follows_from_the_names(tmp_path, answers, expected):
    assert table(tmp_path, **answers) == expected


def test_paths_start_from_the_experiment_file(tmp_path):
    below = tmp_path / "below"
    for answers, key, path in (
        (ModelAnswers(architecture="net.py:make"), "factory", "../net.py:make"),
        (ModelAnswers(checkpoint="saved"), "model", "../saved"),
        (ModelAnswers(architecture="saved", source="huggingface"), "model", "../saved"),
    ):
        assert classifier_table(answers, FOLDERS, below / "new.toml").table[key] == path


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"architecture": "a/b", "checkpoint": "saved"}, "Expected no `--checkpoint`"),
        ({"checkpoint": "last.npz", "architecture": "resnet18"}, "Expected no `--architecture`"),
        ({"architecture": "resnet18", "classes": "2"}, "Expected no `--classes`"),
        ({"checkpoint": "best.pth"}, "the `model` of the source 'checkpoint'"),
        ({"architecture": "resnet18", "source": "checkpoint"}, "the `path` of the source 'checkpoint'"),
        ({"architecture": "resnet18", "checkpoint": "~nobody-of-that-name/x"}, "is not there"),
        ({"architecture": "resnet18", "source": ""}, None),
    ],
)
def test_what_a_source_has_no_place_for_or_lacks_is_said(tmp_path, answers, says):
    if says is None:
        assert source_of(ModelAnswers(**answers)) == "torchvision"
        return
    with pytest.raises(InvalidSettingError, match=says):
        table(tmp_path, **answers)
